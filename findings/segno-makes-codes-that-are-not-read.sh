#!/usr/bin/env bash
# segno makes a code of another kind of a short text, which jsQR can't read: an invitation's code works or not by its length.
#
# One would guess that a library which makes QR codes makes QR codes, and that a longer text has a larger one. segno.make() takes a Micro QR
# code (ISO/IEC 18004) where a text fits, of one mark in a corner instead of three. Cameras of phones and jsQR look for three, and
# say that there is no code at all. A link fits in none, so that who tries it with a link sees nothing wrong; codes of invitations and of
# confirmations, of a few letters or digits, are where it happens. qrcode (of PyPI) makes the common kind of all; segno does with micro=False.
#
# Seen with segno 1.6.6, qrcode 8.2 and jsqr 1.4.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages segno==1.6.6 qrcode==8.2
npm_packages jsqr@1.4.0
cat >make.py <<'PY'
import json
import sys

import qrcode
import segno

for text in sys.argv[1:]:
    common = qrcode.QRCode(border=4)
    common.add_data(text)
    kinds = {'segno': segno.make(text).matrix_iter(border=4), 'segno, micro=False': segno.make(text, micro=False).matrix_iter(border=4),
             'qrcode': common.get_matrix()}
    for kind, rows in kinds.items():
        print(json.dumps([f'{kind}, {text}', [[int(dark) for dark in row] for row in rows]]))
PY
cat >read.mjs <<'JS'
import { createInterface } from 'node:readline';

import jsqr from 'jsqr';

const scale = 8;
for await (const line of createInterface({ input: process.stdin })) {
  const [name, rows] = JSON.parse(line);
  const size = rows.length * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).map((_, at) => {
    const pixel = at >> 2;
    return at % 4 === 3 || !rows[Math.floor(pixel / size / scale)][Math.floor((pixel % size) / scale)] ? 255 : 0;
  });
  console.log(`${name}: ${jsqr(pixels, size, size)?.data ?? 'no code'}`);
}
JS
expect "$("$python" make.py TEA-1234 https://a.example/i/TEA-1234 | node read.mjs)" <<'EXPECTED'
segno, TEA-1234: no code
segno, micro=False, TEA-1234: TEA-1234
qrcode, TEA-1234: TEA-1234
segno, https://a.example/i/TEA-1234: https://a.example/i/TEA-1234
segno, micro=False, https://a.example/i/TEA-1234: https://a.example/i/TEA-1234
qrcode, https://a.example/i/TEA-1234: https://a.example/i/TEA-1234
EXPECTED
