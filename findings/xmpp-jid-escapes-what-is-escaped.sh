#!/usr/bin/env bash
# @xmpp/jid makes another account of an address with a backslash, by reading it and writing it again.
#
# A backslash is allowed in the name of an address. Only before certain pairs of digits does it begin an escape (XEP-0106); any other stands
# for itself, as in corp\ann@a.example, which is how accounts of a Windows domain look. One would guess that an address read from a stanza is
# the same when it is written, as it is with stanza and slixmpp. @xmpp/jid escapes while it reads, as if a user had typed what it is given:
# the backslash becomes \5c, which is another account, so that answers go astray. An escape that is there is left alone, and other characters
# that need one can't come in an address that was received, so that a test with d\27art shows nothing.
#
# Seen with @xmpp/jid 0.14.0, stanza 12.22.1 and slixmpp 1.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/jid@0.14.0 stanza@12.22.1
python_packages slixmpp==1.17.0
cat >addresses.mjs <<'JS'
import jid from '@xmpp/jid';
import stanza from 'stanza';

for (const address of ['d\\27art@a.example', 'corp\\ann@a.example', 'corp\\5cann@a.example']) {
  console.log(address);
  console.log(`  @xmpp/jid: ${jid(address)}`);
  console.log(`  stanza: ${stanza.JID.parse(address).full}`);
}
JS
cat >addresses.py <<'PY'
import slixmpp

for address in r'd\27art@a.example', r'corp\ann@a.example', r'corp\5cann@a.example':
    print('slixmpp:', slixmpp.JID(address))
PY
expect "$(node addresses.mjs; "$python" addresses.py 2>/dev/null)" <<'EXPECTED'
d\27art@a.example
  @xmpp/jid: d\27art@a.example
  stanza: d\27art@a.example
corp\ann@a.example
  @xmpp/jid: corp\5cann@a.example
  stanza: corp\ann@a.example
corp\5cann@a.example
  @xmpp/jid: corp\5cann@a.example
  stanza: corp\5cann@a.example
slixmpp: d\27art@a.example
slixmpp: corp\ann@a.example
slixmpp: corp\5cann@a.example
EXPECTED
