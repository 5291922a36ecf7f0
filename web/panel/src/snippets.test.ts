import assert from "node:assert/strict";
import { test } from "node:test";
import { forms, type Look, policyOf, write } from "./snippets.ts";

const look: Look = { mode: "bubble", theme: "auto", lang: "", calls: "off", tone: "on", room: "", push: false, users: false };
const at = (more: Partial<Look>) => write("html", "https://im.example", "pk_1", { ...look, ...more }).trim();
const tag = (more: string) => `<script async crossorigin src="https://im.example/w.js" data-site="pk_1"${more}></script>`;

test("the tag says what is not so anyway, and nothing else", () => {
  assert.equal(at({}), tag(""));
  assert.equal(at({ tone: "off" }), tag(""), "without calls nothing rings");
  assert.equal(at({ calls: "audio", tone: "off", lang: "zh" }), tag(' data-lang="zh" data-calls="audio" data-calls-tone="off"'));
  assert.equal(at({ room: " news ", push: true }), tag(' data-room="news" data-push="/teahouse-push.js"'));
});

test("what an owner typed stays within its attribute, in each form", () => {
  const hostile = `a"><script>alert('1')</script>\\`;
  for (const form of forms) {
    for (const users of [false, true]) {
      const text = write(form, "https://im.example", "pk_1", { ...look, room: hostile, users });
      assert.ok(!text.includes("alert('1')") && !text.includes("<script>alert"), form);
      assert.ok(text.includes('data-room="a&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#92;"'), text);
    }
  }
});

test("a policy names the chat's origin, by https and by wss", () => {
  const policy = policyOf("https://im.example", look);
  for (const part of ["script-src https://im.example", "connect-src https://im.example wss://im.example", "trusted-types teahouse"]) {
    assert.ok(policy.includes(part), part);
  }
  assert.ok(!policy.includes("worker-src"));
  assert.ok(policyOf("https://im.example", { ...look, push: true }).includes("worker-src 'self'"));
});
