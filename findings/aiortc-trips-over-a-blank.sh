#!/usr/bin/env bash
# aiortc refuses an offer of H.264 whose parameters have blanks behind their semicolons.
#
# Parameters stand between semicolons, and examples of formats have a blank behind each (RFC 7587 section 7 for Opus, RFC 7741 section 6.2.1 for VP8). One
# would guess that aiortc reads these as libwebrtc does, or passes over what it can't read. It takes the blank for the begin of the
# parameter's name: ` packetization-mode` is none that it knows, so that the mode is 0, which it has not, and the call fails with an error that
# says nothing of it. The same line without the blank is answered. Jingle has parameters as elements (XEP-0167), and what makes SDP of
# them may put blanks there: calls from such a client to a program on aiortc have no picture.
#
# Seen with aiortc 1.16.0, and otherwise with libwebrtc of @roamhq/wrtc 0.10.0, which has no H.264 and shows it with VP9.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

webrtc_packages
h264() {
  { stream video 98 0 '98 H264/90000'; echo "a=fmtp:98 $1"; } | description >offer.sdp
  "$python" answer.py offer.sdp
}
vp9() {
  { stream video 98 0 '98 VP9/90000'; echo "a=fmtp:98 $1"; } | description >offer.sdp
  timeout 60 node answer.mjs @roamhq/wrtc offer.sdp
}
expect "$(
  for parameters in 'profile-level-id=42e01f;packetization-mode=1' 'profile-level-id=42e01f; packetization-mode=1'; do
    echo "H264, $parameters: $(h264 "$parameters" | tr -d '\r' | grep -E '^a=(rtpmap|fmtp|.*Error)' | paste -sd ' ')"
  done
  for parameters in 'max-fr=30;profile-id=2' 'max-fr=30; profile-id=2'; do
    echo "VP9, $parameters: $(vp9 "$parameters" | tr -d '\r' | grep -E '^a=(rtpmap|fmtp|.*Error)' | paste -sd ' ')"
  done
)" <<'EXPECTED'
H264, profile-level-id=42e01f;packetization-mode=1: a=rtpmap:98 H264/90000 a=fmtp:98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
H264, profile-level-id=42e01f; packetization-mode=1: a=OperationError: Failed to set remote video description send parameters
VP9, max-fr=30;profile-id=2: a=rtpmap:98 VP9/90000 a=fmtp:98 profile-id=2
VP9, max-fr=30; profile-id=2: a=rtpmap:98 VP9/90000 a=fmtp:98 profile-id=2
EXPECTED
