// Takes out of a picture what tells of its maker: where and when it was taken, with which camera, by which program. Nothing is drawn anew:
// the picture's own bytes stay as they are, so nothing of it is lost, and what is animated or transparent stays so. What turns the picture
// (Exif's orientation) and its colours (ICC) stay. A file that is not as its kind should be is left alone.
//
// Limits: JPEG, PNG and WebP. Others keep what they say: GIF has no place for it but comments, and films and documents are their makers' own.

const ascii = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The picture without it; null where there is nothing to take out, or it can't be done. */
export function withoutMetadata(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const parts = bytes[0] === 0xff && bytes[1] === 0xd8 ? jpegParts(bytes) : ascii(bytes, 1, 3) === "PNG" ? pngParts(bytes) : webpParts(bytes);
  const whole = parts && join(parts);
  return whole && whole.length < bytes.length ? whole : null;
}

/** How wide and high a PNG or JPEG says it is, without decoding it. */
export function pictureSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 24 && ascii(bytes, 1, 3) === "PNG" && ascii(bytes, 12, 4) === "IHDR")
    return { width: view.getUint32(16), height: view.getUint32(20) };
  for (const { marker, at, end } of jpegSegments(bytes) ?? []) {
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && end - at >= 9) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
  return null;
}

interface Segment {
  marker: number;
  /** Of its 0xff. */
  at: number;
  end: number;
}

/** The segments, each scan with its picture data; what stands behind the picture's end (other pictures, a film) is none of them. */
function jpegSegments(bytes: Uint8Array): Segment[] | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const segments: Segment[] = [{ marker: 0xd8, at: 0, end: 2 }];
  for (let at = 2; at + 1 < bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // fill
      continue;
    }
    if (marker === 0xd9) {
      segments.push({ marker, at, end: at + 2 });
      return segments;
    }
    if (at + 3 >= bytes.length) return null;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    let end = at + 2 + length;
    if (length < 2 || end > bytes.length) return null;
    if (marker === 0xda) end = scanEnd(bytes, end);
    segments.push({ marker, at, end });
    at = end;
  }
  return null;
}

/** Picture data goes on until a marker that is neither a stuffed 0xff nor a restart. */
function scanEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

function jpegParts(bytes: Uint8Array): Uint8Array[] | null {
  const segments = jpegSegments(bytes);
  if (!segments) return null;
  const parts: Uint8Array[] = [];
  let orientation = 1;
  for (const { marker, at, end } of segments) {
    if (marker === 0xe1 && ascii(bytes, at + 4, 6) === "Exif\0\0") orientation = exifOrientation(bytes.subarray(at + 10, end));
    const isColour = marker === 0xe2 && ascii(bytes, at + 4, 12) === "ICC_PROFILE\0";
    const isNeeded = marker === 0xe0 || marker === 0xee || isColour; // JFIF, and Adobe's word for the colours
    const isNote = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
    if (isNeeded || !isNote) parts.push(bytes.subarray(at, end));
  }
  if (orientation > 1) parts.splice(1, 0, exifOf(orientation));
  return parts;
}

/** The entry 0x0112 of the first directory; 1 (as it lies) where there is none. */
function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = ascii(tiff, 0, 2) === "II";
  if (tiff.length < 8 || (!little && ascii(tiff, 0, 2) !== "MM")) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > tiff.length) return 1;
    const value = view.getUint16(at + 8, little);
    if (view.getUint16(at, little) === 0x0112) return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** An Exif segment that says how the picture is turned, and nothing else. */
function exifOf(orientation: number): Uint8Array {
  const head = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8];
  return new Uint8Array([...head, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
}

const pngNotes = ["eXIf", "tEXt", "zTXt", "iTXt", "tIME"];

function pngParts(bytes: Uint8Array): Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const kind = ascii(bytes, at + 4, 4);
    if (!pngNotes.includes(kind)) parts.push(bytes.subarray(at, end));
    if (kind === "IEND") return parts;
    at = end;
  }
  return null;
}

function webpParts(bytes: Uint8Array): Uint8Array[] | null {
  if (ascii(bytes, 0, 4) !== "RIFF" || ascii(bytes, 8, 4) !== "WEBP") return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = bytes.slice(0, 12);
  const parts: Uint8Array[] = [head];
  let length = 4;
  for (let at = 12; at < bytes.length; ) {
    if (at + 8 > bytes.length) return null;
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size & 1);
    if (end > bytes.length) return null;
    const kind = ascii(bytes, at, 4);
    if (kind !== "EXIF" && kind !== "XMP ") {
      const part = bytes.slice(at, end);
      if (kind === "VP8X" && size > 0) part[8] = part[8]! & ~0x0c; // it says that there are some
      parts.push(part);
      length += part.length;
    }
    at = end;
  }
  new DataView(head.buffer).setUint32(4, length, true);
  return parts;
}
