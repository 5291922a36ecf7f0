import assert from "node:assert/strict";
import { test } from "node:test";
import { chatStrings } from "../strings/chat.ts";
import { chooseLanguage, translator } from "../strings/table.ts";
import { bytesText, endingText, fileText, objectionText } from "./file-words.ts";
import { lengthText } from "./length.ts";
import { boxOf } from "./file.tsx";

const language = chooseLanguage("en");
const t = translator(chatStrings, language);

test("sizes and lengths as people read them", () => {
  const texts = [1, 800, 1024, 1536, 1048576, 2516582, 104857600, 1073741824].map((bytes) => bytesText(bytes, "en"));
  assert.deepEqual(
    texts,
    ["1 byte", "800 bytes", "1 kB", "1.5 kB", "1 MB", "2.4 MB", "100 MB", "1 GB"].map((text) => text.replace(" ", "\u00a0")),
  );
  assert.deepEqual([0, 999, 61_000, 3_599_600].map(lengthText), ["0:00", "0:01", "1:01", "60:00"]);
  assert.deepEqual(["a.pdf", "a.tar.GZ", "a", "a.verylong", ".x"].map(endingText), ["PDF", "GZ", "", "", "X"]);
});

test("a file in a line", () => {
  const file = { url: "https://a/b", name: "b.pdf", type: "application/pdf" };
  assert.equal(fileText(file, t), "File: b.pdf");
  assert.equal(fileText({ ...file, type: "image/png" }, t), "Picture");
  assert.equal(fileText({ ...file, type: "image/png", caption: "Look" }, t), "Picture: Look");
  assert.equal(fileText({ ...file, name: "voice-message-1.webm", type: "audio/webm" }, t), "Voice message");
});

test("why a file can't be chosen, with the plan's limit", () => {
  const objection = { why: "large", name: "film.mp4", size: 130 * 1048576, bytesMax: 104857600 } as const;
  assert.equal(objectionText(objection, { t, language }), "film.mp4 is too large: it has 130\u00a0MB, and a file may have at most 100\u00a0MB here.");
});

test("the box of a picture fits, keeps its shape, and is never too small to be hit", () => {
  assert.deepEqual(boxOf({ width: 4000, height: 3000 }), { width: 280, height: 210 });
  assert.deepEqual(boxOf({ width: 1000, height: 4000 }), { width: 80, height: 320 });
  assert.deepEqual(boxOf({ width: 65535, height: 1 }), { width: 280, height: 72 });
  assert.deepEqual(boxOf({ width: 100, height: 100 }), { width: 100, height: 100 });
  assert.deepEqual(boxOf({}), { width: 240, height: 180 });
});
