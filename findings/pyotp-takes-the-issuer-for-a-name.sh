#!/usr/bin/env bash
# pyotp reads an issuer as part of the account's name, where the colon between them is written as %3A.
#
# The key URI format has the colon between issuer and name written as ":" or as "%3A" (label = accountname / issuer (":" / "%3A") *"%20"
# accountname), and who builds the label first and encodes it afterwards writes the latter. One would guess that pyotp, which decodes the
# label and writes ":" itself, reads both, as otpauth does. It splits before it decodes: the name becomes "Tea:ann", without an
# issuer, and what it writes next of that is another URI, which says so to all others as well.
#
# Seen with pyotp 2.12.1 and otpauth 9.5.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages pyotp==2.12.1
npm_packages otpauth@9.5.2
cat >read.py <<'PY'
import sys

import pyotp

for uri in sys.argv[1:]:
    found = pyotp.parse_uri(uri)
    print(f'pyotp: {uri[15:uri.index("?")]} is {found.name!r} of {found.issuer!r}')
PY
cat >read.mjs <<'JS'
import { URI } from 'otpauth';

for (const uri of process.argv.slice(2)) {
  const found = URI.parse(uri);
  console.log(`otpauth: ${uri.slice(15, uri.indexOf('?'))} is '${found.label}' of '${found.issuer}'`);
}
JS
secret='?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
uris=("otpauth://totp/Tea:ann$secret" "otpauth://totp/Tea%3Aann$secret")
expect "$("$python" read.py "${uris[@]}"; node read.mjs "${uris[@]}")" <<'EXPECTED'
pyotp: Tea:ann is 'ann' of 'Tea'
pyotp: Tea%3Aann is 'Tea:ann' of None
otpauth: Tea:ann is 'ann' of 'Tea'
otpauth: Tea%3Aann is 'ann' of 'Tea'
EXPECTED
