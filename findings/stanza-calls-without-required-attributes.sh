#!/usr/bin/env bash
# stanza offers a call in Jingle whose candidates and parameters lack attributes that are required, so that strict peers refuse a browser's offer.
#
# A browser's candidates say their generation, and the schema of XEP-0176 requires it of each candidate, with an id. One would guess that a
# library which turns SDP into Jingle passes the one on and makes the other up. stanza writes neither. A format's parameters that are no
# pairs, as those of red (111/111), which Chromium offers for audio, become a parameter named 111/111 without a value, where one would guess
# a value, or nothing at all: XEP-0167 requires both attributes. stanza reads its own back; xmpp-parsers (Rust) refuses both elements,
# "Required attribute field 'generation' on Candidate element missing."
#
# Seen with stanza 12.22.1; what xmpp-parsers says is of 0.23.0, and is not run here.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages stanza@12.22.1
cat >offer.cjs <<'JS'
const { importFromSDP } = require('stanza/jingle');
const { convertIntermediateToRequest } = require('stanza/jingle/sdp/Protocol');
const { Registry } = require('stanza/jxt');
const protocol = require('stanza/protocol').default;

const offer = `v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 111 63
c=IN IP4 0.0.0.0
a=candidate:3 1 udp 2122260223 192.0.2.1 46243 typ host generation 0 network-id 1
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 AA:BB
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
`;
const registry = new Registry();
registry.define(protocol);
const request = convertIntermediateToRequest(importFromSDP(offer.replaceAll('\n', '\r\n')), 'initiator', 'urn:xmpp:jingle:transports:ice-udp:1');
const xml = registry.export('iq', { type: 'set', jingle: { ...request, action: 'session-initiate', sid: '1' } }).toString();
for (const [element] of xml.matchAll(/<(?:candidate|parameter) [^>]*>/g)) {
  console.log(element);
}
JS
expect "$(node offer.cjs)" <<'EXPECTED'
<parameter name="minptime" value="10"/>
<parameter name="useinbandfec" value="1"/>
<parameter name="111/111"/>
<candidate component="1" foundation="3" ip="192.0.2.1" port="46243" priority="2122260223" protocol="udp" type="host"/>
EXPECTED
