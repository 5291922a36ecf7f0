#!/usr/bin/env bash
# aiortc and werift can't answer a call that offers text as it is typed beside its sound.
#
# Programs for the deaf and for emergency calls offer a stream of m=text (RFC 4103). Who can't do a medium answers it with port 0 and goes on
# with the others (RFC 3264 section 6, RFC 8829 section 5.3.1), as one would guess of each library that talks to strangers. aiortc takes the
# offer, and raises AttributeError for the answer. werift refuses the offer. libwebrtc, which Chromium has, answers with port 0.
#
# Seen with aiortc 1.16.0, werift 0.24.4, and libwebrtc of @roamhq/wrtc 0.10.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

webrtc_packages
stream audio 111 0 '111 opus/48000/2' | description >sound.sdp
{ stream audio 111 0 '111 opus/48000/2'; stream text 98 1 '98 t140/1000'; } | description >both.sdp
expect "$(
  for offer in sound both; do
    echo "$offer"
    answers "$offer.sdp"
  done
)" <<'EXPECTED'
sound
  aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
  werift: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
both
  aiortc: a=AttributeError: 'NoneType' object has no attribute 'mid'
  werift: a=Error: invalid media kind
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=text 0 UDP/TLS/RTP/SAVPF 0
EXPECTED
