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

npm_packages werift@0.24.4 @roamhq/wrtc@0.10.0
python_packages aiortc==1.16.0
cat >sound.sdp <<'SDP'
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=sendrecv
a=rtcp-mux
a=mid:0
a=rtpmap:111 opus/48000/2
SDP
cp sound.sdp both.sdp
cat >>both.sdp <<'SDP'
m=text 9 UDP/TLS/RTP/SAVPF 98
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=sendrecv
a=rtcp-mux
a=mid:1
a=rtpmap:98 t140/1000
SDP
sed -i 's/$/\r/' sound.sdp both.sdp
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
