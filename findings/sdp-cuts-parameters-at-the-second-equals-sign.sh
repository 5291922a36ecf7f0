#!/usr/bin/env bash
# sdp cuts a format's parameter at its second "=", so that the parameter sets of H.264 lose their padding.
#
# A video's parameter sets are written in base64 (sprop-parameter-sets, RFC 6184 section 8.1), whose padding is "=". One would guess that what
# is behind the first "=" is the value, as in sdp-transform. sdp, on which webrtc-adapter stands, splits at each of them, keeps the second
# piece, and says nothing: what it writes of what it read has base64 that strict readers refuse.
#
# Seen with sdp 3.2.2 and sdp-transform 3.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages sdp@3.2.2 sdp-transform@3.0.0
cat >again.mjs <<'JS'
import sdp from 'sdp';
import transform from 'sdp-transform';

const line = 'a=fmtp:97 packetization-mode=1;sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==';
console.log('read:', line);
console.log('sdp:', sdp.writeFmtp({ payloadType: 97, parameters: sdp.parseFmtp(line) }).trim());
const [{ config }] = transform.parse(`v=0\r\nm=video 9 RTP/AVP 97\r\n${line}\r\n`).media[0].fmtp;
console.log('sdp-transform:', transform.parseParams(config)['sprop-parameter-sets']);
JS
expect "$(node again.mjs)" <<'EXPECTED'
read: a=fmtp:97 packetization-mode=1;sprop-parameter-sets=Z0IACpZTBYmI,aMljiA==
sdp: a=fmtp:97 packetization-mode=1;sprop-parameter-sets=Z0IACpZTBYmI,aMljiA
sdp-transform: Z0IACpZTBYmI,aMljiA==
EXPECTED
