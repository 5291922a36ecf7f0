#!/usr/bin/env bash
# slixmpp's newer releases refuse addresses with letters that Unicode got after 2002, which its older ones take.
#
# Rust code reads addresses in them, and follows RFC 6122: stringprep, with the tables of Unicode 3.2, where whatever those tables lack is
# an error. One would guess the other way around: that newer code follows RFC 7622 (2015) and today's Unicode, or at least lets unassigned
# characters through as the older code did. What is lost is everyday writing: the asat and the medials of Burmese and the chillu letters of
# Malayalam are of 2008 (as is the capital sharp s), Tifinagh is of 2005. They are refused in user names and in resources, and so as
# nicknames in rooms: reading the sender of what such an occupant says raises InvalidJID.
#
# Seen with slixmpp 1.8.3 and 1.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

cat >names.py <<'PY'
import slixmpp

for name in ('Ann', 'ქეთი', 'အောင်', 'അനിൽ', 'ⴰⵎⴰⵣⵉⵖ'):
    for address in (f'{name}@a.example', f'room@a.example/{name}'):
        try:
            slixmpp.JID(address)
            print(slixmpp.__version__, address)
        except slixmpp.InvalidJID as error:
            print(slixmpp.__version__, address, '-', error)
PY
expect "$(
  for version in 1.8.3 1.17.0; do
    python_packages "slixmpp==$version"
    "$python" names.py 2>/dev/null
  done
)" <<'EXPECTED'
1.8.3 Ann@a.example
1.8.3 room@a.example/Ann
1.8.3 ქეთი@a.example
1.8.3 room@a.example/ქეთი
1.8.3 အောင်@a.example
1.8.3 room@a.example/အောင်
1.8.3 അനിൽ@a.example
1.8.3 room@a.example/അനിൽ
1.8.3 ⴰⵎⴰⵣⵉⵖ@a.example
1.8.3 room@a.example/ⴰⵎⴰⵣⵉⵖ
1.17.0 Ann@a.example
1.17.0 room@a.example/Ann
1.17.0 ქეთი@a.example
1.17.0 room@a.example/ქეთი
1.17.0 အောင်@a.example - localpart doesn’t pass nodeprep validation
1.17.0 room@a.example/အောင် - resource doesn’t pass resourceprep validation
1.17.0 അനിൽ@a.example - localpart doesn’t pass nodeprep validation
1.17.0 room@a.example/അനിൽ - resource doesn’t pass resourceprep validation
1.17.0 ⴰⵎⴰⵣⵉⵖ@a.example - localpart doesn’t pass nodeprep validation
1.17.0 room@a.example/ⴰⵎⴰⵣⵉⵖ - resource doesn’t pass resourceprep validation
EXPECTED
