// The work that an order proves: a number, so that the SHA-256 of puzzle, colon and number begins with so many zero bits. By itself and not by
// crypto.subtle, which pages without TLS have not, and which answers one at a time.

const constants = new Uint32Array(64);
const begin = new Uint32Array(8);

/** The first 32 bits of the fractions of the roots of the first primes (FIPS 180-4 section 4.2.2). */
function fill(): void {
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) isPrime &&= n % d !== 0;
    if (!isPrime) continue;
    const fraction = (x: number) => Math.floor((x - Math.floor(x)) * 2 ** 32);
    if (found < 8) begin[found] = fraction(n ** (1 / 2));
    constants[found++] = fraction(n ** (1 / 3));
  }
}
fill();

const turn = (x: number, n: number) => (x >>> n) | (x << (32 - n));
const schedule = new Uint32Array(64);

/** Takes the block of 64 bytes at `offset` into the state. */
function mix(state: Uint32Array, bytes: DataView, offset: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = bytes.getUint32(offset + 4 * i);
  for (let i = 16; i < 64; i++) {
    const [early, late] = [w[i - 15] as number, w[i - 2] as number];
    const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (constants[i] as number) + (w[i] as number)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => {
    state[i] = (state[i] as number) + value;
  });
}

/** The text with its padding, in whole blocks. */
function pad(text: string): DataView {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}

export function sha256(text: string): Uint32Array {
  const blocks = pad(text);
  const state = begin.slice();
  for (let offset = 0; offset < blocks.byteLength; offset += 64) mix(state, blocks, offset);
  return state;
}

export function solve(puzzle: string, bits: number): number {
  for (let answer = 0; ; answer++) {
    if (Math.clz32(sha256(`${puzzle}:${answer}`)[0] as number) >= bits) return answer;
  }
}
