#!/usr/bin/env bash
# image-size says that an SVG is undefined by undefined, where its viewBox is written with commas.
#
# SVG parts the four numbers of a viewBox by white space, by a comma, or by both. One would guess that a reader of sizes takes them all, or
# says that it can't read the picture, as image-size does of others. It answers without an error, the width or both undefined, which by its
# types are numbers. Ordinary XML disturbs it too: white space around a "=" makes an SVG invalid, a prefix makes it no picture, and where a
# comment holds a picture, that one is measured. probe-image-size is right about all of these.
#
# Seen with image-size 2.1.0 and probe-image-size 7.5.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

npm_packages image-size@2.1.0 probe-image-size@7.5.0
cat >sizes.mjs <<'JS'
import { imageSize } from 'image-size';
import probe from 'probe-image-size';

const said = (read, picture) => {
  try {
    const { width, height } = read(Buffer.from(picture));
    return `${width}×${height}`;
  } catch (error) {
    return error.message;
  }
};
for (const picture of [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"/>',
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0,0,40,20"/>',
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0, 0, 40, 20"/>',
  '<svg xmlns="http://www.w3.org/2000/svg" width = "40" height = "20"/>',
  '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="40" height="20"/>',
  '<!-- was <svg width="1" height="1"> --><svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>',
]) {
  console.log(`${picture}: image-size ${said(imageSize, picture)}, probe-image-size ${said(probe.sync, picture)}`);
}
JS
expect "$(node sizes.mjs)" <<'EXPECTED'
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"/>: image-size 40×20, probe-image-size 40×20
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0,0,40,20"/>: image-size undefined×undefined, probe-image-size 40×20
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0, 0, 40, 20"/>: image-size undefined×20, probe-image-size 40×20
<svg xmlns="http://www.w3.org/2000/svg" width = "40" height = "20"/>: image-size Invalid SVG, probe-image-size 40×20
<s:svg xmlns:s="http://www.w3.org/2000/svg" width="40" height="20"/>: image-size unsupported file type: undefined, probe-image-size 40×20
<!-- was <svg width="1" height="1"> --><svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>: image-size 1×1, probe-image-size 40×20
EXPECTED
