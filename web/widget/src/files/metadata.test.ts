import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureSize, withoutMetadata } from "./metadata.ts";

const text = (words: string): number[] => [...words].map((c) => c.charCodeAt(0));
const segment = (marker: number, body: number[]): number[] => [0xff, marker, ((body.length + 2) >> 8) & 255, (body.length + 2) & 255, ...body];
/** Exif whose first directory has the maker's name and, little-endian, how the picture is turned. */
const exif = (orientation: number): number[] => [
  ...text("Exif\0\0II"),
  ...[0x2a, 0, 8, 0, 0, 0, 2, 0],
  ...[0x0f, 0x01, 2, 0, 4, 0, 0, 0, ...text("SPY\0")],
  ...[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0],
  ...[0, 0, 0, 0, ...text("GPS 52N 13E")],
];
const frame = segment(0xc0, [8, 0x01, 0x02, 0x03, 0x04, 1, 1, 0x11, 0]);
const scan = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 1, 2, 0xff, 0, 3, 0xff, 0xd0, 4];
const jpeg = (...notes: number[][]): number[] => [
  0xff,
  0xd8,
  ...segment(0xe0, text("JFIF\0abcdefghi")),
  ...notes.flat(),
  ...frame,
  ...scan,
  0xff,
  0xd9,
];
const bytes = (list: number[]): Uint8Array => new Uint8Array(list);
const has = (list: Uint8Array, words: string): boolean => Buffer.from(list).includes(words);

test("a JPEG keeps its picture, colours and turn, and loses where, when and with what it was taken, and what stands behind it", () => {
  const icc = segment(0xe2, text("ICC_PROFILE\0colours"));
  const notes = [
    segment(0xe1, exif(6)),
    segment(0xe1, text("http://ns.adobe.com/xap/1.0/\0GPS")),
    icc,
    segment(0xed, text("Photoshop 3.0\0GPS")),
    segment(0xfe, text("GPS")),
  ];
  const cleaned = withoutMetadata(bytes([...jpeg(...notes), ...text("MotionPhoto GPS")]))!;
  for (const gone of ["GPS", "SPY", "Photoshop", "Motion"]) assert.ok(!has(cleaned, gone), gone);
  for (const kept of ["JFIF", "ICC_PROFILE\0colours"]) assert.ok(has(cleaned, kept), kept);
  const turned = [0xff, 0xe1, 0, 34, ...text("Exif\0\0MM"), 0, 0x2a, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  assert.ok(Buffer.from(cleaned).includes(Buffer.from(turned)));
  assert.ok(Buffer.from(cleaned).includes(Buffer.from([...frame, ...scan, 0xff, 0xd9])));
  assert.equal(withoutMetadata(cleaned), null, "done once, nothing is left to do");
  assert.deepEqual(pictureSize(cleaned), { width: 0x0304, height: 0x0102 });
});

test("a JPEG that is not turned gets no Exif; one without notes is left as it is", () => {
  assert.deepEqual([...withoutMetadata(bytes(jpeg(segment(0xe1, exif(1)))))!], jpeg());
  assert.equal(withoutMetadata(bytes(jpeg())), null);
});

const chunk = (kind: string, body: number[]): number[] => [0, 0, 0, body.length, ...text(kind), ...body, 9, 9, 9, 9];
const pngHead = [0x89, ...text("PNG\r\n\x1a\n"), ...chunk("IHDR", [0, 0, 1, 0, 0, 0, 0, 50, 8, 6, 0, 0, 0])];

test("a PNG and a WebP lose their notes", () => {
  const picture = [...chunk("IDAT", [1, 2, 3]), ...chunk("IEND", [])];
  const notes = ["eXIf", "tEXt", "iTXt", "zTXt", "tIME"].flatMap((kind) => chunk(kind, text("GPS")));
  assert.deepEqual([...withoutMetadata(bytes([...pngHead, ...notes, ...picture]))!], [...pngHead, ...picture]);
  assert.deepEqual(pictureSize(bytes([...pngHead, ...picture])), { width: 256, height: 50 });
  const part = (kind: string, body: number[]): number[] => [...text(kind), body.length, 0, 0, 0, ...body, ...(body.length % 2 ? [0] : [])];
  const webp = (...parts: number[][]): number[] => [...text("RIFF"), 4 + parts.flat().length, 0, 0, 0, ...text("WEBP"), ...parts.flat()];
  const flags = (value: number): number[] => part("VP8X", [value, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
  const vp8 = part("VP8 ", [1, 2, 3]);
  assert.deepEqual(
    [...withoutMetadata(bytes(webp(flags(0x1c), vp8, part("EXIF", text("GPS")), part("XMP ", text("GPS")))))!],
    webp(flags(0x10), vp8),
  );
});

test("what is no picture, or a broken one, is left alone, whatever its bytes are", () => {
  const whole = [jpeg(segment(0xe1, exif(6))), [...pngHead, ...chunk("tEXt", text("GPS")), ...chunk("IEND", [])]];
  for (const list of whole) {
    for (let cut = 0; cut < list.length; cut++)
      assert.doesNotThrow(() => [withoutMetadata(bytes(list.slice(0, cut))), pictureSize(bytes(list.slice(0, cut)))], String(cut));
    let seed = 7;
    const chance = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8;
    for (let i = 0; i < 3000; i++) {
      const changed = bytes(list);
      for (let n = 1 + (chance() % 4); n > 0; n--) changed[chance() % changed.length] = chance() & 255;
      const cleaned = withoutMetadata(changed);
      assert.ok(cleaned === null || cleaned.length < changed.length);
      pictureSize(changed);
    }
  }
  for (const other of ["", "GIF89a", "%PDF-1.7", "RIFF", "RIFF....WEBP"]) assert.equal(withoutMetadata(bytes(text(other))), null);
});
