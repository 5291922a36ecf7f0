#!/usr/bin/env bash
# py-vapid takes a contact page for no contact, and says that there is none.
#
# RFC 8292 section 2.1: the subject of a web push token is a contact, a mailto: or an https: URI. One would guess that any https: URI will
# do, as it does for web-push of npm. py-vapid, and pywebpush that stands on it, takes an https: URI that is a host's name alone, without a
# path, a port or even the last slash; of any other it says that the subject is missing.
#
# Seen with py-vapid 1.9.6 and web-push 3.6.7.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages web-push@3.6.7
python_packages py-vapid==1.9.6
subjects=(mailto:ann@shop.example https://shop.example https://shop.example/ https://shop.example/contact https://shop.example:8443)
cat >sign.py <<'PY'
import sys

from py_vapid import Vapid02, VapidException

vapid = Vapid02()
vapid.generate_keys()
for subject in sys.argv[1:]:
    try:
        vapid.sign({'sub': subject, 'aud': 'https://push.example'})
        print(f'py-vapid: {subject} is signed')
    except VapidException as error:
        print(f'py-vapid: {subject}: {str(error).split(".")[0]}')
PY
cat >sign.cjs <<'JS'
const push = require('web-push');

const { publicKey, privateKey } = push.generateVAPIDKeys();
for (const subject of process.argv.slice(2)) {
  push.getVapidHeaders('https://push.example', subject, publicKey, privateKey, 'aes128gcm');
  console.log(`web-push: ${subject} is signed`);
}
JS
expect "$("$python" sign.py "${subjects[@]}"; node sign.cjs "${subjects[@]}")" <<'EXPECTED'
py-vapid: mailto:ann@shop.example is signed
py-vapid: https://shop.example is signed
py-vapid: https://shop.example/: Missing 'sub' from claims
py-vapid: https://shop.example/contact: Missing 'sub' from claims
py-vapid: https://shop.example:8443: Missing 'sub' from claims
web-push: mailto:ann@shop.example is signed
web-push: https://shop.example is signed
web-push: https://shop.example/ is signed
web-push: https://shop.example/contact is signed
web-push: https://shop.example:8443 is signed
EXPECTED
