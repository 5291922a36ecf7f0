import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256, solve } from "./proof.ts";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join("");

test("SHA-256 is that of node's, whatever the length", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 200]) {
    const text = "茶a".repeat(100).slice(0, length);
    assert.equal(hex(sha256(text)), createHash("sha256").update(text).digest("hex"), `${length} characters`);
  }
});

test("an answer is the first that begins with the zero bits", () => {
  const answer = solve("600000.tea.00ff", 10);
  const digest = createHash("sha256").update(`600000.tea.00ff:${answer}`).digest();
  assert.equal(digest.readUInt32BE(0) >>> 22, 0);
  for (let other = 0; other < answer; other++) {
    assert.notEqual(createHash("sha256").update(`600000.tea.00ff:${other}`).digest().readUInt32BE(0) >>> 22, 0);
  }
});
