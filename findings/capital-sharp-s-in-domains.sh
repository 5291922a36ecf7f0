#!/usr/bin/env bash
# FAẞ.de, written with the capital sharp s, is two different domains, and which one depends on the library's release.
#
# UTS #46 mapped U+1E9E to "ss" until Unicode 15.0 and maps it to "ß" since 15.1, while the small ß was kept all along (non-transitional).
# So before 15.1 a name and its own lower-case form were two domains; one would guess that case never tells domains apart.
#
# Seen with tr46 4.1.1 and 5.0.0 (whatwg-url 13 and 14 stand on them), and idna 3.10 of Python:
#   tr46 4.1.1   FAẞ.de -> fass.de          faß.de -> xn--fa-hia.de
#   tr46 5.0.0   FAẞ.de -> xn--fa-hia.de    faß.de -> xn--fa-hia.de
#   idna 3.10    FAẞ.de -> xn--fa-hia.de    faß.de -> xn--fa-hia.de
# What a browser of our users does is printed by `new URL()` of this machine's Node.js, for information: 20.20 with Unicode 17 says fass.de,
# since its URL parser has tables of its own.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages old@npm:tr46@4.1.1 new@npm:tr46@5.0.0
python_packages idna==3.10
cat >compare.mjs <<'JS'
import old from 'old';
import renewed from 'new';
for (const [name, { toASCII }] of [['tr46 4.1.1', old], ['tr46 5.0.0', renewed]]) {
  const [capital, small] = ['FAẞ.de', 'faß.de'].map((domain) => toASCII(domain, { transitionalProcessing: false }));
  console.log(`${name}: ${capital} ${small}`);
}
console.error(`for information: new URL() of Node.js ${process.version} says ${new URL('http://FAẞ.de').hostname}`);
JS
cat >compare.py <<'PY'
import idna
print('idna', idna.__version__ + ':', *(idna.encode(name, uts46=True).decode() for name in ('FAẞ.de', 'faß.de')))
PY
expect "$(node compare.mjs; "$python" compare.py)" <<'EXPECTED'
tr46 4.1.1: fass.de xn--fa-hia.de
tr46 5.0.0: xn--fa-hia.de xn--fa-hia.de
idna 3.10: xn--fa-hia.de xn--fa-hia.de
EXPECTED
