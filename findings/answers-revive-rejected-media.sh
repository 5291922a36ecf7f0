#!/usr/bin/env bash
# aiortc and werift answer a video that was taken out of a call as if it were offered.
#
# Once a page has stopped a transceiver, each later offer has its m= line with port 0 and outside of the group, which says that it is gone;
# RFC 3264 section 8.2 has it answered with port 0, and a group can only become smaller by an answer. One would guess that libraries made to
# talk to browsers do so. aiortc doesn't look at the port of an offer, and answers with port 9. werift answers with port 0 where the line is
# inactive too, and otherwise with port 9. Both put the video back into the group.
#
# Seen with aiortc 1.16.0 and werift 0.24.4.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages werift@0.24.4
python_packages aiortc==1.16.0
cat >offer.sdp <<'SDP'
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
m=video 0 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:1
a=inactive
a=rtcp-mux
a=rtpmap:96 VP8/90000
SDP
sed -i 's/$/\r/' offer.sdp
sed s/inactive/sendrecv/ offer.sdp >sendrecv.sdp
mv offer.sdp inactive.sdp
cat >answer.py <<'PY'
import asyncio

from aiortc import RTCPeerConnection, RTCSessionDescription


async def main():
    for name in 'inactive', 'sendrecv':
        peer = RTCPeerConnection()
        await peer.setRemoteDescription(RTCSessionDescription(open(f'{name}.sdp', newline='').read(), 'offer'))
        open(f'{name}.aiortc', 'w').write((await peer.createAnswer()).sdp)
        await peer.close()


asyncio.run(main())
PY
cat >answer.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { RTCPeerConnection } from 'werift';

for (const name of ['inactive', 'sendrecv']) {
  const peer = new RTCPeerConnection();
  await peer.setRemoteDescription({ type: 'offer', sdp: readFileSync(`${name}.sdp`, 'utf8') });
  writeFileSync(`${name}.werift`, (await peer.createAnswer()).sdp);
}
process.exit();
JS
"$python" answer.py
timeout 60 node answer.mjs >&2
expect "$(
  for name in inactive sendrecv; do
    for answer in sdp aiortc werift; do
      echo "$name.$answer: $(tr -d '\r' <"$name.$answer" | grep -E '^(a=group|m=video)|^a=(sendrecv|recvonly|inactive)' | paste -sd ' ')"
    done
  done
)" <<'EXPECTED'
inactive.sdp: a=group:BUNDLE 0 a=sendrecv m=video 0 UDP/TLS/RTP/SAVPF 96 a=inactive
inactive.aiortc: a=group:BUNDLE 0 1 a=recvonly m=video 9 UDP/TLS/RTP/SAVPF 96 a=inactive
inactive.werift: a=group:BUNDLE 0 1 a=recvonly m=video 0 UDP/TLS/RTP/SAVPF 96 a=inactive
sendrecv.sdp: a=group:BUNDLE 0 a=sendrecv m=video 0 UDP/TLS/RTP/SAVPF 96 a=sendrecv
sendrecv.aiortc: a=group:BUNDLE 0 1 a=recvonly m=video 9 UDP/TLS/RTP/SAVPF 96 a=recvonly
sendrecv.werift: a=group:BUNDLE 0 1 a=recvonly m=video 9 UDP/TLS/RTP/SAVPF 96 a=recvonly
EXPECTED
