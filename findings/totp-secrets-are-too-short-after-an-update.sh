#!/usr/bin/env bash
# pyotp and otplib refuse secrets of their users after an update, each from another length on.
#
# Ten bytes (16 letters) is what otplib made by default, and what the example of the key URI format has (JBSWY3DPEHPK3PXP). RFC 4226 section 4
# asks for 16 at least, which libraries left to those who make secrets. One would guess that they still do, or check a secret where it is made.
# The newer releases check it wherever it is used, so that people who enrolled with a shorter one can't sign in: pyotp has them at least 14 bytes
# long, otplib 16, so that one of 15 works in the one alone. otpauth takes them all. In groups of four letters, as sites show it, a
# secret is the same to otpauth and refused by pyotp and otplib, whose older release made a wrong code of it, without an error.
#
# Seen with pyotp 2.12.1 and 2.9.0, otplib 13.5.0 and 12.0.1, and otpauth 9.5.2.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages otplib@13.5.0 older@npm:otplib@12.0.1 otpauth@9.5.2
python_packages pyotp==2.12.1
"$python" -m pip --quiet --disable-pip-version-check install --target older pyotp==2.9.0 >&2
secrets=(JBSWY3DPEHPK3PXP GEZDGNBVGY3TQOJQGEZDGNBV GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
cat >codes.py <<'PY'
import sys

import pyotp

for secret in sys.argv[2:]:
    try:
        print(f'pyotp {sys.argv[1]}, {secret}:', pyotp.TOTP(secret).at(59))
    except Exception as error:
        print(f'pyotp {sys.argv[1]}, {secret}: {error}')
PY
cat >codes.mjs <<'JS'
import older from 'older';
import { TOTP } from 'otpauth';
import { generateSync } from 'otplib';

older.authenticator.options = { epoch: 59000 };
console.log(`otplib 12.0.1 makes secrets of ${older.authenticator.generateSecret().length} letters`);
const codes = {
  'otplib 12.0.1': (secret) => older.authenticator.generate(secret),
  'otplib 13.5.0': (secret) => generateSync({ secret, epoch: 59 }),
  'otpauth 9.5.2': (secret) => new TOTP({ secret }).generate({ timestamp: 59000 }),
};
for (const [library, code] of Object.entries(codes)) {
  for (const secret of process.argv.slice(2)) {
    try {
      console.log(`${library}, ${secret}: ${code(secret)}`);
    } catch (error) {
      console.log(`${library}, ${secret}: ${error.message.split('.')[0]}`);
    }
  }
}
JS
seen() {
  PYTHONPATH=older "$python" codes.py 2.9.0 "${secrets[@]}"
  "$python" codes.py 2.12.1 "${secrets[@]}"
  node codes.mjs "${secrets[@]}"
}
expect "$(seen)" <<'EXPECTED'
pyotp 2.9.0, JBSWY3DPEHPK3PXP: 996554
pyotp 2.9.0, GEZDGNBVGY3TQOJQGEZDGNBV: 617190
pyotp 2.9.0, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ: 287082
pyotp 2.9.0, GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ: Non-base32 digit found
pyotp 2.12.1, JBSWY3DPEHPK3PXP: Secrets must be at least 112 bits after decoding
pyotp 2.12.1, GEZDGNBVGY3TQOJQGEZDGNBV: 617190
pyotp 2.12.1, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ: 287082
pyotp 2.12.1, GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ: Non-base32 digit found
otplib 12.0.1 makes secrets of 16 letters
otplib 12.0.1, JBSWY3DPEHPK3PXP: 996554
otplib 12.0.1, GEZDGNBVGY3TQOJQGEZDGNBV: 617190
otplib 12.0.1, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ: 287082
otplib 12.0.1, GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ: 513177
otplib 13.5.0, JBSWY3DPEHPK3PXP: Secret must be at least 16 bytes (128 bits), got 10 bytes
otplib 13.5.0, GEZDGNBVGY3TQOJQGEZDGNBV: Secret must be at least 16 bytes (128 bits), got 15 bytes
otplib 13.5.0, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ: 287082
otplib 13.5.0, GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ: Invalid Base32 string: Unknown letter " "
otpauth 9.5.2, JBSWY3DPEHPK3PXP: 996554
otpauth 9.5.2, GEZDGNBVGY3TQOJQGEZDGNBV: 617190
otpauth 9.5.2, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ: 287082
otpauth 9.5.2, GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ: 287082
EXPECTED
