#!/usr/bin/env bash
# slixmpp and @xmpp/jid take two spellings of one domain for two domains: a dot at the end, xn--, or the dot of a Japanese keyboard.
#
# The dot at the end of a domain is stripped, a label that begins with xn-- stands for its letters (RFC 7622 section 3.2), and U+3002 and
# U+FF0E, which Chinese and Japanese keyboards write, part labels as "." does (UTS #46). One would guess that a library brings what a user
# typed into one form, as all do with capitals, and stanza with all of these. @xmpp/jid does with none, and slixmpp, which has a table for
# domains, with U+FF0E alone. A bot that is given such an address writes to it, and waits for answers from one that never writes: servers
# answer in the one form.
#
# Seen with slixmpp 1.17.0, @xmpp/jid 0.14.0 and stanza 12.22.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @xmpp/jid@0.14.0 stanza@12.22.1
python_packages slixmpp==1.17.0
cat >addresses.mjs <<'JS'
import jid from '@xmpp/jid';
import stanza from 'stanza';

for (const address of process.argv.slice(2)) {
  console.log(`@xmpp/jid: ${address} is ${jid(address)}`);
  console.log(`stanza: ${address} is ${stanza.JID.parse(address).full}`);
}
JS
cat >addresses.py <<'PY'
import sys

import slixmpp

for address in sys.argv[1:]:
    print(f'slixmpp: {address} is {slixmpp.JID(address)}')
PY
addresses=(ann@A.Example ann@a.example. ann@xn--mnchen-3ya.example ann@a。example ann@a．example)
expect "$(node addresses.mjs "${addresses[@]}"; "$python" addresses.py "${addresses[@]}" 2>/dev/null)" <<'EXPECTED'
@xmpp/jid: ann@A.Example is ann@a.example
stanza: ann@A.Example is ann@a.example
@xmpp/jid: ann@a.example. is ann@a.example.
stanza: ann@a.example. is ann@a.example
@xmpp/jid: ann@xn--mnchen-3ya.example is ann@xn--mnchen-3ya.example
stanza: ann@xn--mnchen-3ya.example is ann@münchen.example
@xmpp/jid: ann@a。example is ann@a。example
stanza: ann@a。example is ann@a.example
@xmpp/jid: ann@a．example is ann@a．example
stanza: ann@a．example is ann@a.example
slixmpp: ann@A.Example is ann@a.example
slixmpp: ann@a.example. is ann@a.example.
slixmpp: ann@xn--mnchen-3ya.example is ann@xn--mnchen-3ya.example
slixmpp: ann@a。example is ann@a。example
slixmpp: ann@a．example is ann@a.example
EXPECTED
