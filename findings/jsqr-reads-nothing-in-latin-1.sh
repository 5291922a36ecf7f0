#!/usr/bin/env bash
# A QR code by segno that says "café" is found by jsQR, which then says that it holds nothing; one in Greek is read.
#
# Bytes of a QR code without a mark are ISO 8859-1, says the standard, and most writers put UTF-8 there. segno takes the first of ISO 8859-1,
# Shift JIS and UTF-8 that can hold the text, so that Western Europe and Japan get other bytes than the rest of the world. One would guess
# that a reader shows a wrong letter or two, or says that it can't read them. jsQR takes all bytes for UTF-8; where they are none, its answer
# is a code with an empty text, also where a mark says Shift JIS (segno's eci=True). zxing-cpp reads them all, and so does jsQR with segno's
# encoding='utf-8'.
#
# Seen with segno 1.6.6, jsQR 1.4.0 and zxing-cpp 3.1.1.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages jsqr@1.4.0
python_packages segno==1.6.6 zxing-cpp==3.1.1 numpy==2.4.6
cat >write.py <<'PY'
import json

import numpy
import segno
import zxingcpp

codes = []
for text in 'xmpp:café@a.example', 'xmpp:νίκος@a.example', 'xmpp:日本@a.example':
    for settings in {}, {'eci': True}, {'encoding': 'utf-8'}:
        rows = [[255 * (1 - dark) for dark in row] for row in segno.make(text, micro=False, **settings).matrix_iter(scale=4)]
        read = [code.text for code in zxingcpp.read_barcodes(numpy.array(rows, dtype=numpy.uint8))]
        codes.append({'name': f'{text} {settings}: zxing-cpp says {read}', 'rows': rows})
json.dump(codes, open('codes.json', 'w'))
PY
cat >read.cjs <<'JS'
const { readFileSync } = require('node:fs');
const jsQR = require('jsqr');

for (const { name, rows } of JSON.parse(readFileSync('codes.json'))) {
  const pixels = Uint8ClampedArray.from(rows.flat().flatMap((light) => [light, light, light, 255]));
  const code = jsQR(pixels, rows[0].length, rows.length);
  console.log(`${name}, jsQR ${code ? JSON.stringify(code.data) : 'nothing'}`);
}
JS
"$python" write.py
expect "$(node read.cjs)" <<'EXPECTED'
xmpp:café@a.example {}: zxing-cpp says ['xmpp:café@a.example'], jsQR ""
xmpp:café@a.example {'eci': True}: zxing-cpp says ['xmpp:café@a.example'], jsQR ""
xmpp:café@a.example {'encoding': 'utf-8'}: zxing-cpp says ['xmpp:café@a.example'], jsQR "xmpp:café@a.example"
xmpp:νίκος@a.example {}: zxing-cpp says ['xmpp:νίκος@a.example'], jsQR "xmpp:νίκος@a.example"
xmpp:νίκος@a.example {'eci': True}: zxing-cpp says ['xmpp:νίκος@a.example'], jsQR "xmpp:νίκος@a.example"
xmpp:νίκος@a.example {'encoding': 'utf-8'}: zxing-cpp says ['xmpp:νίκος@a.example'], jsQR "xmpp:νίκος@a.example"
xmpp:日本@a.example {}: zxing-cpp says ['xmpp:日本@a.example'], jsQR ""
xmpp:日本@a.example {'eci': True}: zxing-cpp says ['xmpp:日本@a.example'], jsQR ""
xmpp:日本@a.example {'encoding': 'utf-8'}: zxing-cpp says ['xmpp:日本@a.example'], jsQR "xmpp:日本@a.example"
EXPECTED
