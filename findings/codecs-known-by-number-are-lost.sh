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

npm_packages werift@0.24.4 @roamhq/wrtc@0.10.0
python_packages aiortc==1.16.0
cat >said.sdp <<'SDP'
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 0
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=sendrecv
a=rtcp-mux
a=mid:0
a=rtpmap:0 PCMU/8000
SDP
sed -i 's/$/\r/' said.sdp
grep -v rtpmap said.sdp >unsaid.sdp
sed 's/SAVPF 0/SAVPF 111 0/; s|rtpmap:0 PCMU/8000|rtpmap:111 opus/48000/2|' said.sdp >beside-opus.sdp
cat >answer.py <<'PY'
import asyncio
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription


async def main():
    peer = RTCPeerConnection()
    try:
        await peer.setRemoteDescription(RTCSessionDescription(open(sys.argv[1], newline='').read(), 'offer'))
        print((await peer.createAnswer()).sdp)
    except Exception as error:
        print(f'a={type(error).__name__}: {error}')
    await peer.close()


asyncio.run(main())
PY
cat >answer.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';

const library = await import(argv[2]);
const { RTCPeerConnection } = library.default ?? library;
const peer = new RTCPeerConnection();
try {
  await peer.setRemoteDescription({ type: 'offer', sdp: readFileSync(argv[3], 'utf8') });
  console.log((await peer.createAnswer()).sdp);
} catch (error) {
  console.log(`a=${error}`);
}
process.exit();
JS
answers() {  # of each library to the offer in the file $1
  "$python" answer.py "$1" >aiortc
  timeout 60 node answer.mjs werift "$1" >werift
  timeout 60 node answer.mjs @roamhq/wrtc "$1" >libwebrtc
  for library in aiortc werift libwebrtc; do
    echo "  $library: $(tr -d '\r' <"$library" | grep -E '^(m=|a=(rtpmap|.*[Ee]rror))' | paste -sd ' ')"
  done
}
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
