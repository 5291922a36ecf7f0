#!/usr/bin/env bash
# @peculiar/x509 and node-forge make certificates for another address, where an IPv6 address is written with dots.
#
# 64:ff9b::192.0.2.1 is how the address of an IPv4 host behind NAT64 is written (RFC 6052 section 2.4), and ::ffff:192.0.2.1 how a mapped one
# is; both are sixteen bytes in a certificate (RFC 4291 section 2.2). One would guess that they are read, or refused. @peculiar/x509, which
# other libraries stand on, takes the number before the first dot for a group of hexadecimal digits and drops the rest: 64:ff9b::192.
# node-forge makes four bytes of the same address, those of 64.0.2.1, and refuses a mapped one. Neither says that it changed anything.
#
# Seen with @peculiar/x509 2.2.0, node-forge 1.4.3, and cryptography 50.0.2, which reads what they wrote.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages @peculiar/x509@2.2.0 reflect-metadata@0.2.2 node-forge@1.4.3
python_packages cryptography==50.0.2
cat >certify.mjs <<'JS'
import 'reflect-metadata';

import { webcrypto } from 'node:crypto';

import forge from 'node-forge';

const x509 = await import('@peculiar/x509');
x509.cryptoProvider.set(webcrypto);
const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
const forgeKeys = forge.pki.rsa.generateKeyPair(2048);

async function byPeculiar(value) {
  const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value }])];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ serialNumber: '01', name: 'CN=turn', keys, signingAlgorithm, extensions });
  return Buffer.from(certificate.rawData);
}

function byForge(ip) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forgeKeys.publicKey;
  certificate.serialNumber = '01';
  certificate.setSubject([{ name: 'commonName', value: 'turn' }]);
  certificate.setIssuer([{ name: 'commonName', value: 'turn' }]);
  certificate.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 7, ip }] }]);
  certificate.sign(forgeKeys.privateKey, forge.md.sha256.create());
  return Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), 'latin1');
}

for (const address of ['2001:db8::1', '64:ff9b::192.0.2.1', '::ffff:192.0.2.1']) {
  for (const [library, certify] of [['@peculiar/x509', byPeculiar], ['node-forge', byForge]]) {
    try {
      console.log(`${address} by ${library}: ${(await certify(address)).toString('base64')}`);
    } catch (error) {
      console.log(`${address} by ${library}: ${error.message}`);
    }
  }
}
JS
cat >read.py <<'PY'
import base64
import binascii
import sys

from cryptography import x509

for line in sys.stdin:
    made, rest = line.strip().split(': ', 1)
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(rest, validate=True))
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        print(f'{made}: a certificate for', *names.get_values_for_type(x509.IPAddress))
    except binascii.Error:
        print(f'{made}: {rest}')
PY
expect "$(node certify.mjs | "$python" read.py)" <<'EXPECTED'
2001:db8::1 by @peculiar/x509: a certificate for 2001:db8::1
2001:db8::1 by node-forge: a certificate for 2001:db8::1
64:ff9b::192.0.2.1 by @peculiar/x509: a certificate for 64:ff9b::192
64:ff9b::192.0.2.1 by node-forge: a certificate for 64.0.2.1
::ffff:192.0.2.1 by @peculiar/x509: a certificate for ::ffff:192
::ffff:192.0.2.1 by node-forge: Extension "ip" value is not a valid IPv4 or IPv6 address.
EXPECTED
