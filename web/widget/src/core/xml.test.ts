import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, child, el, parse, serialize, text } from "./xml.ts";

test("user data can't become markup", () => {
  const evil = `</body><script a="1" b='2'>&amp;]]>`;
  const element = parse(serialize(el("message", { xmlns: "jabber:client", to: `a"b'c<d>&e\n` }, el("body", {}, evil))))!;
  assert.equal(attribute(element, "to"), `a"b'c<d>&e\n`);
  assert.equal(text(child(element, "jabber:client", "body")), evil);
  assert.equal(child(child(element, "jabber:client", "body")), null);
});

test("characters that XML can't carry are dropped, those beyond the BMP are kept", () => {
  assert.equal(serialize(el("b", {}, "a\u0000\u0007\ufffe\ud83d-\ud83c\udf75\tz")), "<b>a-🍵\tz</b>");
});

test("absent attributes and children are left out", () => {
  assert.equal(serialize(el("a", { x: undefined, y: "" }, null, false, undefined)), '<a y=""/>');
});

test("what is not well-formed is null", () => {
  for (const bad of ["", "<a>", "<a></b>", "text"]) assert.equal(parse(bad), null, bad);
});
