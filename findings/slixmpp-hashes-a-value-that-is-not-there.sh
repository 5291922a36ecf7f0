#!/usr/bin/env bash
# slixmpp hashes a field without a value as one with an empty value, so that it and its peers take each other's capabilities for wrong.
#
# XEP-0115 hashes what a client says of itself, its forms too: a field's name, and then each of its values, with a "<" behind each. One
# would guess that a field without any adds its name only, and that libraries of 2010 and later agree on that. stanza does so; for slixmpp
# it is the same as an empty value, in what it announces and in what it checks. Its own add_field() without a value makes such a field.
#
# Seen with slixmpp 1.17.0 (1.8.3 too) and stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages stanza@12.22.1
python_packages slixmpp==1.17.0
for value in '<value>1</value>' '<value/>' ''; do
  echo "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='bot' name='A'/><feature var='urn:a'/>\
<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:f</value></field>\
<field var='v'>$value</field></x></query>"
done >answers
cat >hash.py <<'PY'
import asyncio
from xml.etree import ElementTree

import slixmpp
from slixmpp.plugins.xep_0030 import DiscoInfo

asyncio.set_event_loop(asyncio.new_event_loop())
client = slixmpp.ClientXMPP('ann@a.example', 'secret')
for plugin in ('xep_0004', 'xep_0030', 'xep_0115', 'xep_0128'):
    client.register_plugin(plugin)
for line in open('answers'):
    print('slixmpp', client.plugin['xep_0115'].generate_verstring(DiscoInfo(ElementTree.fromstring(line)), 'sha-1'))
PY
cat >hash.cjs <<'JS'
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { generate } = require('stanza/helpers/LegacyEntityCapabilities');
const { Registry, parse } = require('stanza/jxt');
const protocol = require('stanza/protocol').default;

const registry = new Registry();
registry.define(protocol);
for (const line of readFileSync('answers', 'utf8').trim().split('\n')) {
  const { disco } = registry.import(parse(`<iq xmlns='jabber:client' type='result'>${line}</iq>`));
  console.log('stanza', generate(disco, 'sha1').toString());
}
for (const values of ['1<', '<', '']) {
  console.log('by hand', createHash('sha1').update(`client/bot//A<urn:a<urn:f<v<${values}`).digest('base64'));
}
JS
expect "$("$python" hash.py 2>/dev/null; node hash.cjs)" <<'EXPECTED'
slixmpp QXwMXbGMSwRuSmj7kqJbWlnJhd0=
slixmpp 3YagM5xo1GlTyhp18TQKw20QO7s=
slixmpp 3YagM5xo1GlTyhp18TQKw20QO7s=
stanza QXwMXbGMSwRuSmj7kqJbWlnJhd0=
stanza 3YagM5xo1GlTyhp18TQKw20QO7s=
stanza xdQWyMs4U671k3UBVhdQg0Wp/vE=
by hand QXwMXbGMSwRuSmj7kqJbWlnJhd0=
by hand 3YagM5xo1GlTyhp18TQKw20QO7s=
by hand xdQWyMs4U671k3UBVhdQg0Wp/vE=
EXPECTED
