import assert from "node:assert/strict";
import { test } from "node:test";
import { bareJid, domainpart, escapeLocalpart, localpart, resourcepart, unescapeLocalpart, userId, userJid } from "./jid.ts";

test("an address is split at the right places", () => {
  assert.equal(bareJid("a@b/c/d@e"), "a@b");
  assert.equal(resourcepart("a@b/c/d@e"), "c/d@e");
  assert.equal(localpart("b"), "");
  assert.equal(domainpart("b/x@y"), "b");
  assert.equal(resourcepart("a@b"), "");
});

test("XEP-0106's own examples, there and back", () => {
  const examples: [string, string][] = [
    ["space cadet", "space\\20cadet"],
    [`call me "ishmael"`, "call\\20me\\20\\22ishmael\\22"],
    ["at&t guy", "at\\26t\\20guy"],
    ["d'artagnan", "d\\27artagnan"],
    ["/.fanboy", "\\2f.fanboy"],
    ["::foo::", "\\3a\\3afoo\\3a\\3a"],
    ["<foo>", "\\3cfoo\\3e"],
    ["user@host", "user\\40host"],
    ["c:\\net", "c\\3a\\net"],
    ["c:\\\\net", "c\\3a\\\\net"],
    ["c:\\cool stuff", "c\\3a\\cool\\20stuff"],
    ["c:\\5commas", "c\\3a\\5c5commas"],
  ];
  for (const [id, local] of examples) {
    assert.equal(escapeLocalpart(id), local);
    assert.equal(unescapeLocalpart(local), id);
  }
});

test("a user's id becomes his address, lower-cased", () => {
  assert.equal(userJid("Ann@Shop.example", "im.example"), "ann\\40shop.example@im.example");
  assert.equal(userId("ann\\40shop.example@im.example"), "ann@shop.example");
});

test("an id that can be no localpart is read from the bytes that stand for it", () => {
  const table: [localpart: string, id: string][] = [
    ["=m=c2=b2", "m²"],
    ["==f0=9f=98=80", "😀"],
    ["==41li=20=d8=b9=d9=84=d9=8a", "Ali علي"],
    ["==3dm=3dc2=3db2", "=m=c2=b2"],
    ["=foo", "=foo"],
    ["=m=c2", "=m=c2"],
    ["=m=C2=B2", "=m=C2=B2"],
    ["=", "="],
    ["bo=20", "bo=20"],
  ];
  for (const [local, id] of table) assert.equal(userId(`${local}@im.example`), id);
});
