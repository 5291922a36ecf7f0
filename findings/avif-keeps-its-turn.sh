#!/usr/bin/env bash
# A photo made into an AVIF by sharp keeps its turn though its metadata is left out, and each reader of sizes says something else of it.
#
# sharp leaves all metadata out unless it is told otherwise, and with it the orientation: a sideways JPEG (Exif orientation 6) becomes a
# sideways WebP that nothing marks. One would guess the same of AVIF. But there the orientation is written as a property of the image
# (irot), which is no metadata, so that the AVIF is shown upright, 20×40, while sharp's answer about what it wrote says 40×20. Who wants the
# size for a placeholder and asks a library that reads no pixels would guess 20×40, or 40×20 with orientation 6 as of a JPEG: image-size
# passes irot over, and probe-image-size gives the size before the turn with orientation 8, the opposite turn (irot counts anticlockwise:
# three quarters are one clockwise, Exif's 6).
#
# Seen with sharp 0.35.5, image-size 2.1.0 and probe-image-size 7.5.0; sharp 0.34.5 wrote the same.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages sharp@0.35.5 image-size@2.1.0 probe-image-size@7.5.0
cat >turn.mjs <<'JS'
import { imageSize } from 'image-size';
import probe from 'probe-image-size';
import sharp from 'sharp';

const said = ({ width, height, orientation = 'none' }) => `${width}×${height}, orientation ${orientation}`;
const sideways = sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } });
const jpeg = await sideways.withMetadata({ orientation: 6 }).jpeg().toBuffer();
for (const format of ['webp', 'avif']) {
  const { data, info } = await sharp(jpeg).toFormat(format).toBuffer({ resolveWithObject: true });
  const irot = data.indexOf('irot');
  console.log(`${format}: irot ${irot < 0 ? 'none' : data[irot + 4]}`);
  console.log(`  sharp wrote ${info.width}×${info.height}`);
  console.log(`  sharp reads ${said(await sharp(data).metadata())}`);
  console.log(`  image-size reads ${said(imageSize(data))}`);
  console.log(`  probe-image-size reads ${said(probe.sync(data))}`);
}
JS
expect "$(node turn.mjs)" <<'EXPECTED'
webp: irot none
  sharp wrote 40×20
  sharp reads 40×20, orientation none
  image-size reads 40×20, orientation none
  probe-image-size reads 40×20, orientation none
avif: irot 3
  sharp wrote 40×20
  sharp reads 20×40, orientation none
  image-size reads 40×20, orientation none
  probe-image-size reads 40×20, orientation 8
EXPECTED
