#!/usr/bin/env bash
# service-identity refuses a domain for its capital letter, if it has letters beyond ASCII; others it writes in small letters by itself.
#
# A certificate's name is compared whatever its case (RFC 9525 section 6.3), and names of people's own alphabets are written in small letters
# first (RFC 5895), also in an XMPP address or a configuration: Bücher.example. One would guess that the library
# does so, since A.EXAMPLE is a.example to it. With a letter beyond ASCII it hands the name to idna as it is, by the rules of IDNA 2008 that
# know no capitals: an error about the code point "B". The same goes for names of services (SRV_ID).
#
# Seen with service-identity 26.1.0 and idna 3.20.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages service-identity==26.1.0 idna==3.20
cat >names.py <<'PY'
from service_identity.hazmat import DNS_ID, SRV_ID

for kind, name in ((DNS_ID, 'BUECHER.EXAMPLE'), (DNS_ID, 'bücher.example'), (DNS_ID, 'Bücher.example'), (SRV_ID, '_xmpp-client.bücher.example'),
                   (SRV_ID, '_xmpp-client.Bücher.example')):
    try:
        made = kind(name)
        print(f'{name}: {getattr(made, "dns_id", made).hostname.decode()}')
    except Exception as error:
        print(f'{name}: {error}')
PY
expect "$("$python" names.py)" <<'EXPECTED'
BUECHER.EXAMPLE: buecher.example
bücher.example: xn--bcher-kva.example
Bücher.example: Codepoint U+0042 at position 1 of 'Bücher' not allowed
_xmpp-client.bücher.example: xn--bcher-kva.example
_xmpp-client.Bücher.example: Codepoint U+0042 at position 1 of 'Bücher' not allowed
EXPECTED
