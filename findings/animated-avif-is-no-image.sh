#!/usr/bin/env bash
# An animated AVIF is an AVIF to file-type, and no image at all to sharp.
#
# Its major brand is avis, and avif stands among the compatible ones: today's browsers show it, and it holds a still picture (pitm) for
# those that know no animation. One would guess that sharp reads that picture, as it reads the first of an animated WebP. It does not know
# the format, with or without `animated`; image-size and Python's filetype don't either. file-type and probe-image-size do; so an upload
# that a list of types has let in fails only at its thumbnail.
#
# Seen with sharp 0.35.5 (0.34.5 too), image-size 2.1.0, file-type 21.3.4, probe-image-size 7.5.0 and filetype 1.2.0, of a file by Pillow
# 13.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages sharp@0.35.5 image-size@2.1.0 file-type@21.3.4 probe-image-size@7.5.0
python_packages pillow==13.0.0 filetype==1.2.0
cat >write.py <<'PY'
import filetype
from PIL import Image

first, *rest = (Image.new('RGB', (40, 20), color) for color in ('red', 'lime', 'blue'))
for name in ('still.avif', 'animated.avif', 'animated.webp'):
    first.save(name, save_all=name.startswith('animated'), append_images=rest if name.startswith('animated') else [], duration=100)
    found = filetype.guess(name)
    print(f'{name}: filetype says {found and found.mime}')
PY
cat >read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import probe from 'probe-image-size';
import sharp from 'sharp';

const said = async (read) => {
  try {
    const { width, height } = await read();
    return `${width}×${height}`;
  } catch (error) {
    return error.message;
  }
};
for (const name of ['still.avif', 'animated.avif', 'animated.webp']) {
  const data = readFileSync(name);
  console.log(`${name}: file-type says ${(await fileTypeFromBuffer(data)).mime}`);
  console.log(`  probe-image-size: ${await said(() => probe.sync(data))}`);
  console.log(`  image-size: ${await said(() => imageSize(data))}`);
  console.log(`  sharp: ${await said(() => sharp(data).metadata())}`);
}
JS
expect "$("$python" write.py; node read.mjs)" <<'EXPECTED'
still.avif: filetype says image/avif
animated.avif: filetype says None
animated.webp: filetype says image/webp
still.avif: file-type says image/avif
  probe-image-size: 40×20
  image-size: 40×20
  sharp: 40×20
animated.avif: file-type says image/avif
  probe-image-size: 40×20
  image-size: unsupported file type: undefined
  sharp: Input buffer contains unsupported image format
animated.webp: file-type says image/webp
  probe-image-size: 40×20
  image-size: 40×20
  sharp: 40×20
EXPECTED
