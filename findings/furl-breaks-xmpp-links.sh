#!/usr/bin/env bash
# furl breaks the link of an invitation by reading it and writing it again: nobody is registered, and a greeting gets plus signs for blanks.
#
# Behind the "?" of an XMPP address stand an action and its parameters, between semicolons (RFC 5122 section 2.7), also where the address is
# the fragment of a web page's (XEP-0401). One would guess that what is not touched is written as it was read, as with yarl, hyperlink and
# uritools, or at least means the same. furl takes every query for a browser's form: of `;` it makes %3B, so that the action is one with no
# meaning, and of %20 a "+", which is a plus sign to RFC 5122. A site that adds to the links of its invitations with it breaks them.
#
# Seen with furl 2.1.4, and otherwise with yarl 1.25.1, hyperlink 21.0.0 and uritools 7.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages furl==2.1.4 yarl==1.25.1 hyperlink==21.0.0 uritools==7.0.0
cat >links.py <<'PY'
import furl
import hyperlink
import uritools
import yarl

LIBRARIES = {
    'furl': lambda link: furl.furl(link).url,
    'yarl': lambda link: str(yarl.URL(link)),
    'hyperlink': lambda link: hyperlink.parse(link).to_text(),
    'uritools': lambda link: uritools.uriunsplit(uritools.urisplit(link)),
}
for link in (
    'xmpp:room@muc.a.example?join',
    'xmpp:a.example?register;preauth=abc',
    'https://a.example/invite#a.example?register;preauth=abc',
    'xmpp:ann@a.example?message;body=Hi%20there',
):
    print(link)
    for name, read_and_write in LIBRARIES.items():
        written = read_and_write(link)
        print(f'  {name}: {"is kept" if written == link else written}')
PY
expect "$("$python" links.py)" <<'EXPECTED'
xmpp:room@muc.a.example?join
  furl: is kept
  yarl: is kept
  hyperlink: is kept
  uritools: is kept
xmpp:a.example?register;preauth=abc
  furl: xmpp:a.example?register%3Bpreauth=abc
  yarl: is kept
  hyperlink: is kept
  uritools: is kept
https://a.example/invite#a.example?register;preauth=abc
  furl: https://a.example/invite#a.example?register%3Bpreauth=abc
  yarl: is kept
  hyperlink: is kept
  uritools: is kept
xmpp:ann@a.example?message;body=Hi%20there
  furl: xmpp:ann@a.example?message%3Bbody=Hi+there
  yarl: is kept
  hyperlink: is kept
  uritools: is kept
EXPECTED
