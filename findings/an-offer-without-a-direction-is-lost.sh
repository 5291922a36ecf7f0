#!/usr/bin/env bash
# An offer that leaves its direction unsaid can't be answered by aiortc, and is refused by werift.
#
# Where a stream has no direction, it is sendrecv (RFC 8866 section 6.7, RFC 3264 section 5.1), and what is made of Jingle may well have none,
# since senders="both" is left out there as well. One would guess that it is read as sendrecv. aiortc takes the description, and raises "None
# is not in list" once it is to answer. werift answers with port 0 and inactive, so that the call has no sound, and no error.
#
# Seen with aiortc 1.16.0 and werift 0.24.4.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages werift@0.24.4
python_packages aiortc==1.16.0
cat >said.sdp <<'SDP'
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
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
SDP
sed -i 's/$/\r/' said.sdp
grep -v sendrecv said.sdp >unsaid.sdp
cat >answer.py <<'PY'
import asyncio

from aiortc import RTCPeerConnection, RTCSessionDescription


async def main():
    for name in 'said', 'unsaid':
        peer = RTCPeerConnection()
        await peer.setRemoteDescription(RTCSessionDescription(open(f'{name}.sdp', newline='').read(), 'offer'))
        try:
            print((await peer.createAnswer()).sdp, file=open(f'{name}.aiortc', 'w'))
        except ValueError as error:
            print(f'ValueError: {error}', file=open(f'{name}.aiortc', 'w'))
        await peer.close()


asyncio.run(main())
PY
cat >answer.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { RTCPeerConnection } from 'werift';

for (const name of ['said', 'unsaid']) {
  const peer = new RTCPeerConnection();
  await peer.setRemoteDescription({ type: 'offer', sdp: readFileSync(`${name}.sdp`, 'utf8') });
  writeFileSync(`${name}.werift`, (await peer.createAnswer()).sdp);
}
process.exit();
JS
"$python" answer.py
timeout 60 node answer.mjs >&2
expect "$(
  for name in said unsaid; do
    for answer in sdp aiortc werift; do
      echo "$name.$answer: $(tr -d '\r' <"$name.$answer" | grep -E '^(m=|a=(sendrecv|recvonly|inactive)|ValueError)' | paste -sd ' ')"
    done
  done
)" <<'EXPECTED'
said.sdp: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=sendrecv
said.aiortc: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=recvonly
said.werift: m=audio 9 UDP/TLS/RTP/SAVPF 111 a=recvonly
unsaid.sdp: m=audio 9 UDP/TLS/RTP/SAVPF 111
unsaid.aiortc: ValueError: None is not in list
unsaid.werift: m=audio 0 UDP/TLS/RTP/SAVPF 111 a=inactive
EXPECTED
