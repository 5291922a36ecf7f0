#!/usr/bin/env bash
# sdp-transform loses or changes lines of a description that it reads and writes, among them what a browser needs for trickled candidates.
#
# One would guess that what it can't read is kept as it is, as it keeps attributes of names that it doesn't know ("invalid"). Of names that it
# knows it keeps what its pattern finds: the first of several ICE options, so that "ice2 trickle" (RFC 8839 section 4.6) no longer says that
# candidates will trickle in; of a browser's candidate nothing from the ufrag on, by which one tells the candidates of an ICE restart from
# older ones; of a header extension's attributes the first. a=rtcp-mux-only (RFC 8858) becomes a=rtcp-mux, which means something else. An
# m= line with a number of ports (RFC 8866 section 5.14) is written as "undefined", with no error.
#
# Seen with sdp-transform 3.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages sdp-transform@3.0.0
cat >lines.mjs <<'JS'
import { parse, write } from 'sdp-transform';

for (const line of [
  'm=audio 9/2 RTP/AVP 0',
  'a=ice-options:trickle',
  'a=ice-options:ice2 trickle',
  'a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0 network-id 1',
  'a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0 ufrag abcd network-id 1',
  'a=extmap:3 urn:example:extension one two',
  'a=rtcp-mux',
  'a=rtcp-mux-only',
  'a=unknown-name one two',
]) {
  const media = line.startsWith('m=') ? [line] : ['m=audio 9 UDP/TLS/RTP/SAVPF 111', line];
  const written = write(parse(['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...media, ''].join('\r\n')));
  const again = written.trimEnd().split('\r\n').at(-1).trimEnd();
  console.log(line, again === line ? 'is kept' : `=> ${again}`);
}
JS
expect "$(node lines.mjs)" <<'EXPECTED'
m=audio 9/2 RTP/AVP 0 => m=undefined NaN undefined
a=ice-options:trickle is kept
a=ice-options:ice2 trickle => a=ice-options:ice2
a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0 network-id 1 is kept
a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0 ufrag abcd network-id 1 => a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0
a=extmap:3 urn:example:extension one two => a=extmap:3 urn:example:extension one
a=rtcp-mux is kept
a=rtcp-mux-only => a=rtcp-mux
a=unknown-name one two is kept
EXPECTED
