import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat } from "../chat/chat.ts";
import type { Conversation } from "../chat/model.ts";
import type { Site } from "../core/api.ts";
import { safeUrl } from "../core/file.ts";
import { filesAtOnceMax, Uploads } from "./uploads.ts";

const files = "https://im.test/upload/upload.a.test/";
const there = { upload: "upload.a.test", files, file_bytes: 10 };
const uploads = (site: Partial<Site>): Uploads => new Uploads({ options: { site }, on: () => () => {} } as unknown as Chat);
const ned = { jid: "ned@a.test" } as Conversation;
const file = (name: string, bytes: number): File => new File(["x".repeat(bytes)], name, { type: "text/plain" });

test("a site without files takes none, and no address is its own", () => {
  const none = uploads({});
  assert.equal(none.can, false);
  assert.equal(none.isOwn(`${files}ID/a.png`), false);
  assert.equal(uploads(there).can, true);
});

test("the site's own are the addresses below its place alone, however they are written", () => {
  const own = (address: string): boolean => uploads(there).isOwn(safeUrl(address) ?? "");
  for (const address of [`${files}ID/a.png`, "HTTPS://IM.test:443/upload/upload.a.test/ID/a.png"]) assert.equal(own(address), true, address);
  for (const address of [
    "https://im.test/upload/upload.a.test",
    "https://im.test/upload/upload.a.test.evil.test/ID/a.png",
    "https://im.test/upload/upload.b.test/ID/a.png",
    "https://im.test/upload/upload.a.test/../upload.b.test/ID/a.png",
    "https://im.test/upload/upload.a.test/%2e%2e/upload.b.test/ID/a.png",
    "https://im.test.evil.test/upload/upload.a.test/ID/a.png",
    "https://im.test@evil.test/upload/upload.a.test/ID/a.png",
    "https://im.test:8443/upload/upload.a.test/ID/a.png",
    "javascript:https://im.test/upload/upload.a.test/ID/a.png",
  ]) {
    assert.equal(own(address), false, address);
  }
});

test("what is empty, too large or too much is not chosen, and it is said why of the first; with no limit all sizes are", async () => {
  const limited = uploads(there);
  const objection = await limited.choose(ned, [file("fits.txt", 10), file("large.txt", 11), file("empty.txt", 0)]);
  assert.deepEqual(objection, { why: "large", name: "large.txt", size: 11, bytesMax: 10 });
  assert.deepEqual(
    limited.chosenFor(ned).map(({ name }) => name),
    ["fits.txt"],
  );
  for (const file_bytes of [-1, undefined]) {
    const free = uploads({ ...there, file_bytes });
    const many = Array.from({ length: filesAtOnceMax + 1 }, (_, i) => file(`${i}.txt`, 5_000));
    assert.deepEqual(await free.choose(ned, many), { why: "many", name: `${filesAtOnceMax}.txt` });
    assert.equal(free.chosenFor(ned).length, filesAtOnceMax);
  }
});
