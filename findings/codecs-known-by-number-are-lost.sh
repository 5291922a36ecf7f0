#!/usr/bin/env bash
# aiortc and werift don't know the codecs that have a fixed number, so that an offer of such numbers alone is refused.
#
# RFC 3551 gives PCMU the payload type 0, PCMA 8 and G722 9. A description need not say more of them (RFC 8866 section 5.14), and Jingle
# requires a name only of the dynamic types (XEP-0167), so that what is made of it may have none. One would guess that a library which has
# such a codec, and offers it by this number itself, knows it by the number. Both take a number without a=rtpmap out of the answer, and
# where no other codec is left, they refuse the call. libwebrtc, which Chromium has, answers with the codec.
#
# Seen with aiortc 1.16.0, werift 0.24.4, and libwebrtc of @roamhq/wrtc 0.10.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

webrtc_packages
stream audio 0 0 '0 PCMU/8000' | description >said.sdp
grep -v rtpmap said.sdp >unsaid.sdp
stream audio '111 0' 0 '111 opus/48000/2' | description >beside-opus.sdp
expect "$(
  for offer in said unsaid beside-opus; do
    echo "$offer: $(grep -E 'm=|rtpmap' "$offer.sdp" | tr -d '\r' | paste -sd ' ')"
    answers "$offer.sdp"
  done
)" <<'EXPECTED'
said: m=audio 9 UDP/TLS/RTP/SAVPF 0 a=rtpmap:0 PCMU/8000
  aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 0 a=rtpmap:0 PCMU/8000
  werift: m=audio 9 UDP/TLS/RTP/SAVPF 0 a=rtpmap:0 PCMU/8000
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 0 a=rtpmap:0 PCMU/8000
unsaid: m=audio 9 UDP/TLS/RTP/SAVPF 0
  aiortc: a=OperationError: Failed to set remote audio description send parameters
  werift: a=Error: negotiate codecs failed.
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 0 a=rtpmap:0 PCMU/8000
beside-opus: m=audio 9 UDP/TLS/RTP/SAVPF 111 0 a=rtpmap:111 opus/48000/2
  aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
  werift: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 111 0 a=rtpmap:111 opus/48000/2 a=rtpmap:0 PCMU/8000
EXPECTED
