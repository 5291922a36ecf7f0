#!/usr/bin/env bash
# Pillow, asked to save an AVIF, takes the orientation out of the Exif data that it is handed, so that what is saved next lies on its side.
#
# An upload is often saved twice, as AVIF and as WebP for older browsers, with the photo's own Exif data. One would guess that save() only
# reads its arguments, as it does for JPEG, PNG, TIFF and WebP. For AVIF, whose orientation is a property of the image (irot), the tag is
# popped from the caller's Exif object, and where that is the opened photo's getexif(), from the photo too: the AVIF is upright, and each
# save after it is not.
#
# Seen with Pillow 13.0.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages pillow==13.0.0
cat >save.py <<'PY'
import io

from PIL import ExifTags, Image

TURN = ExifTags.Base.Orientation


def saved(image, image_format, exif):
    file = io.BytesIO()
    image.save(file, image_format, exif=exif)
    return Image.open(file)


exif = Image.Exif()
exif[TURN] = 6
photo = saved(Image.new('RGB', (40, 20)), 'JPEG', exif)
for image_format in ('WEBP', 'PNG', 'TIFF', 'AVIF', 'WEBP', 'JPEG'):
    copy = saved(photo, image_format, photo.getexif())
    print(f'{image_format}: orientation {copy.getexif().get(TURN)}; the photo has {photo.getexif().get(TURN)} now')
PY
expect "$("$python" save.py)" <<'EXPECTED'
WEBP: orientation 6; the photo has 6 now
PNG: orientation 6; the photo has 6 now
TIFF: orientation 6; the photo has 6 now
AVIF: orientation 6; the photo has None now
WEBP: orientation None; the photo has None now
JPEG: orientation None; the photo has None now
EXPECTED
