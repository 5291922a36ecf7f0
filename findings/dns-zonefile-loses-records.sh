#!/usr/bin/env bash
# dns-zonefile loses records of a valid zone, and gives a host's address to the whole domain.
#
# It says that it reads RFC 1035, where the class may stand before the TTL, names and words are in any case, and a line that begins with
# white space goes on with the owner of the line before. One would guess that it reads such lines or refuses them. It leaves a record with
# the class first, or a class in small letters, out without an error; a line without an owner becomes one of "@", so that an AAAA of www
# becomes the domain's; brackets become a part of the data outside of SOA; and a second $ORIGIN takes the names before it along to another
# domain. dnspython reads all of these.
#
# Seen with dns-zonefile 0.3.2 and dnspython 2.9.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages dns-zonefile@0.3.2
python_packages dnspython==2.9.2
cat >zones.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';

import zones from 'dns-zonefile';

const { $origin, $ttl, ...records } = zones.parse(readFileSync(argv[2], 'utf8'));
for (const [type, those] of Object.entries(records)) {
  for (const { name, ttl, ...data } of those) {
    console.log(`  dns-zonefile: ${name} of ${$origin} ${ttl ?? $ttl} ${type.toUpperCase()} ${Object.values(data).join(' ')}`);
  }
}
JS
cat >zones.py <<'PY'
import sys

import dns.zone

zone = dns.zone.from_file(sys.argv[1], origin='a.example.', relativize=False, check_origin=False)
for name, ttl, data in zone.iterate_rdatas():
    print(f'  dnspython: {name} {ttl} {data.rdtype.name} {data}')
PY
zone() {  # as on standard input, named $1
  echo "$1"
  { printf '$ORIGIN a.example.\n$TTL 60\n'; cat; } >"$1"
  node zones.mjs "$1"
  "$python" zones.py "$1"
}
seen() {
  zone 'the class last' <<'ZONE'
_xmpp-client._tcp 30 IN SRV 5 0 5222 xmpp
ZONE
  zone 'the class first' <<'ZONE'
_xmpp-client._tcp IN 30 SRV 5 0 5222 xmpp
ZONE
  zone 'small letters' <<'ZONE'
xmpp in a 192.0.2.1
ZONE
  zone 'without an owner' <<'ZONE'
www IN A 192.0.2.1
    IN AAAA 2001:db8::1
ZONE
  zone 'brackets' <<'ZONE'
_xmpp-client._tcp IN SRV ( 5 0 5222 xmpp )
ZONE
  zone 'another origin' <<'ZONE'
www IN A 192.0.2.1
$ORIGIN chat.a.example.
www IN A 192.0.2.2
ZONE
}
expect "$(seen)" <<'EXPECTED'
the class last
  dns-zonefile: _xmpp-client._tcp of a.example. 30 SRV xmpp 5 0 5222
  dnspython: _xmpp-client._tcp.a.example. 30 SRV 5 0 5222 xmpp.a.example.
the class first
  dnspython: _xmpp-client._tcp.a.example. 30 SRV 5 0 5222 xmpp.a.example.
small letters
  dnspython: xmpp.a.example. 60 A 192.0.2.1
without an owner
  dns-zonefile: www of a.example. 60 A 192.0.2.1
  dns-zonefile: @ of a.example. 60 AAAA 2001:db8::1
  dnspython: www.a.example. 60 A 192.0.2.1
  dnspython: www.a.example. 60 AAAA 2001:db8::1
brackets
  dns-zonefile: _xmpp-client._tcp of a.example. 60 SRV ) 0 5222 NaN
  dnspython: _xmpp-client._tcp.a.example. 60 SRV 5 0 5222 xmpp.a.example.
another origin
  dns-zonefile: www of chat.a.example. 60 A 192.0.2.1
  dns-zonefile: www of chat.a.example. 60 A 192.0.2.2
  dnspython: www.a.example. 60 A 192.0.2.1
  dnspython: www.chat.a.example. 60 A 192.0.2.2
EXPECTED
