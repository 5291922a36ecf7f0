// Files for the browser tests: pictures and sound that are made here, byte by byte.
import { deflateSync } from "node:zlib";

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
function chunk(kind, body) {
  const all = Buffer.alloc(12 + body.length);
  all.writeUInt32BE(body.length, 0);
  all.write(kind, 4, "latin1");
  body.copy(all, 8);
  all.writeUInt32BE(crc32(all.subarray(4, 8 + body.length)), 8 + body.length);
  return all;
}

/** A PNG of a landscape in these hues; `note` is a text in its metadata. */
export function png(width, height, [sky, land] = [[120, 180, 235], [40, 120, 90]], note = "") {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const hill = height * (0.62 + 0.12 * Math.sin((7 * x) / width) + 0.05 * Math.sin((23 * x) / width));
      const isSun = (x - width * 0.75) ** 2 + (y - height * 0.25) ** 2 < (height * 0.1) ** 2;
      const colour = isSun ? [255, 220, 120] : y < hill ? sky.map((c) => Math.min(255, c + (60 * y) / height)) : land.map((c) => c * (1.2 - (0.5 * (y - hill)) / height));
      colour.forEach((c, i) => (rows[y * (1 + 3 * width) + 1 + 3 * x + i] = c));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const notes = note ? [chunk("tEXt", Buffer.from(`Comment\0${note}`, "latin1"))] : [];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), ...notes, chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** A tone of so many seconds, as WAV. */
export function wav(seconds) {
  const [rate, bytes] = [8000, Buffer.alloc(44 + 8000 * seconds)];
  bytes.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
  bytes.writeUInt32LE(bytes.length - 8, 4);
  for (const [at, value] of [[16, 16], [24, rate], [28, rate], [40, bytes.length - 44]]) bytes.writeUInt32LE(value, at);
  for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]]) bytes.writeUInt16LE(value, at);
  bytes.write("data", 36, "latin1");
  for (let i = 44; i < bytes.length; i++) bytes[i] = 128 + 60 * Math.sin(i / 5);
  return bytes;
}

/** As a browser gives it to setInputFiles. */
export const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });
