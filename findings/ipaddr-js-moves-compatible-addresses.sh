#!/usr/bin/env bash
# ipaddr.js reads ::192.0.2.1 as another address than ::c000:201 and 0::192.0.2.1, which are the same one.
#
# The last 32 bits of an IPv6 address may be written as those of IPv4 (RFC 4291 section 2.2), which says nothing of the other 96: behind "::"
# alone they are zero, as in the old IPv4-compatible addresses, and behind "::ffff:" it is a mapped one. One would guess that a reader of
# addresses only turns the dots into bits, as it does behind any other prefix. ipaddr.js reads "::" and dots as if ::ffff: stood
# there, without an error: another address, in another range, which process() makes one of IPv4.
#
# Seen with ipaddr.js 2.5.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages ipaddr.js@2.5.0
cat >read.mjs <<'JS'
import ipaddr from 'ipaddr.js';

for (const text of ['::192.0.2.1', '0::192.0.2.1', '::c000:201', '::ffff:192.0.2.1', '2001:db8::192.0.2.1']) {
  const address = ipaddr.parse(text);
  console.log(`${text} is ${address} (${address.range()}), processed ${ipaddr.process(text)}`);
}
JS
expect "$(node read.mjs)" <<'EXPECTED'
::192.0.2.1 is ::ffff:c000:201 (ipv4Mapped), processed 192.0.2.1
0::192.0.2.1 is ::c000:201 (unicast), processed ::c000:201
::c000:201 is ::c000:201 (unicast), processed ::c000:201
::ffff:192.0.2.1 is ::ffff:c000:201 (ipv4Mapped), processed 192.0.2.1
2001:db8::192.0.2.1 is 2001:db8::c000:201 (reserved), processed 2001:db8::c000:201
EXPECTED
