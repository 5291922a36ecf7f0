#!/usr/bin/env bash
# acme-client makes a certificate request for another domain, where it is given one in its own alphabet, and says nothing.
#
# Names in certificates are ASCII (IA5String, RFC 5280 section 7.2), so that bücher.example stands there as xn--bcher-kva.example, and that
# name works. One would guess that the other is turned into it, as Node.js does in each URL, or refused, as cryptography does. createCsr()
# keeps the lowest byte of each character, without an error: a byte that is no ASCII, for which readers of requests refuse the whole of
# it, or a comma where 本 was. readCsrDomains() reads the former as what was meant, so that a look at the request shows nothing.
#
# Seen with acme-client 5.4.0 and cryptography 50.0.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages acme-client@5.4.0
python_packages cryptography==50.0.2
cat >request.mjs <<'JS'
import { writeFileSync } from 'node:fs';

import { crypto } from 'acme-client';

const key = await crypto.createPrivateEcdsaKey();
const domains = ['xn--bcher-kva.example', 'bücher.example', '日本.example'];
for (const [index, domain] of domains.entries()) {
  const [, request] = await crypto.createCsr({ altNames: [domain] }, key);
  writeFileSync(`request${index}`, request);
  const bytes = Buffer.from(request.toString().replace(/-.*-|\s/g, ''), 'base64');
  // The extension's number, then the headers of its octets, of the list of names and of a DNS name.
  const name = bytes.indexOf('0603551d11', 0, 'hex') + 5 + 4;
  const read = crypto.readCsrDomains(request).altNames[0];
  console.log(`${domain}: ${JSON.stringify(bytes.toString('latin1', name + 2, name + 2 + bytes[name + 1]))}, by readCsrDomains ${JSON.stringify(read)}`);
}
JS
cat >read.py <<'PY'
from cryptography import x509

for index in range(3):
    request = x509.load_pem_x509_csr(open(f'request{index}', 'rb').read())
    try:
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        print('by cryptography:', *names.get_values_for_type(x509.DNSName))
    except ValueError as error:
        print('by cryptography:', str(error).split(' {')[0])
PY
expect "$(node request.mjs; "$python" read.py)" <<'EXPECTED'
xn--bcher-kva.example: "xn--bcher-kva.example", by readCsrDomains "xn--bcher-kva.example"
bücher.example: "bücher.example", by readCsrDomains "bücher.example"
日本.example: "å,.example", by readCsrDomains "å,.example"
by cryptography: xn--bcher-kva.example
by cryptography: error parsing asn1 value: ParseError
by cryptography: error parsing asn1 value: ParseError
EXPECTED
