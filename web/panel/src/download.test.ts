import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName } from "./download.ts";

test("names of files have nothing that leads elsewhere", () => {
  assert.equal(fileName("shop-usage.csv"), "shop-usage.csv");
  assert.equal(fileName("../../etc/passwd"), "etc-passwd");
  assert.equal(fileName("王 芳.json"), "王-芳.json");
  assert.equal(fileName('a"b\r\nc: d'), "a-b-c-d");
  assert.equal(fileName("///"), "file");
  assert.equal(fileName("x".repeat(300)).length, 100);
});
