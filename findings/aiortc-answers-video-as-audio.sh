#!/usr/bin/env bash
# aiortc answers a video with a second audio, where an offer gives its streams no names.
#
# The name of a stream in a description (a=mid) is optional: without one, it is the order of the m= lines that tells them apart (RFC 3264
# section 6), and JSEP has the answerer make the names up (RFC 8829 section 5.10). One would guess that aiortc does
# the same, or refuses. It takes all nameless streams for one, and answers m=video by m=audio with the codecs of the audio, without an error.
# werift refuses to answer. libwebrtc, which Chromium has, answers with both.
#
# Seen with aiortc 1.16.0, werift 0.24.4, and libwebrtc of @roamhq/wrtc 0.10.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

webrtc_packages
{ stream audio 111 voice '111 opus/48000/2'; stream video 96 picture '96 VP8/90000'; } | description >named.sdp
grep -v mid: named.sdp >unnamed.sdp
expect "$(
  for offer in named unnamed; do
    echo "$offer"
    answers "$offer.sdp"
  done
)" <<'EXPECTED'
named
  aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=video 9 UDP/TLS/RTP/SAVPF 96 a=rtpmap:96 VP8/90000
  werift: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=video 9 UDP/TLS/RTP/SAVPF 96 a=rtpmap:96 VP8/90000
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=video 9 UDP/TLS/RTP/SAVPF 96 a=rtpmap:96 VP8/90000
unnamed
  aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2
  werift: a=Error: mid not assigned
  libwebrtc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=rtpmap:111 opus/48000/2 m=video 9 UDP/TLS/RTP/SAVPF 96 a=rtpmap:96 VP8/90000
EXPECTED
