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

npm_packages werift@0.24.4 @roamhq/wrtc@0.10.0
python_packages aiortc==1.16.0
cat >named.sdp <<'SDP'
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
a=mid:voice
a=rtpmap:111 opus/48000/2
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=sendrecv
a=rtcp-mux
a=mid:picture
a=rtpmap:96 VP8/90000
SDP
sed -i 's/$/\r/' named.sdp
grep -v mid: named.sdp >unnamed.sdp
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
