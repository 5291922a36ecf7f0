import assert from "node:assert/strict";
import { test } from "node:test";
import { emojiGroups } from "./emoji-data.ts";
import { hue, initials, isLargeEmoji, linkify } from "./text.ts";

const links = (body: string) => linkify(body).flatMap((p) => (typeof p === "string" ? [] : [p.href]));
const whole = (body: string) =>
  linkify(body)
    .map((p) => (typeof p === "string" ? p : p.text))
    .join("");

test("finds links, leaves the sentence's punctuation outside, loses nothing", () => {
  const cases: [string, string[]][] = [
    ["see https://example.org/a?b=c#d.", ["https://example.org/a?b=c#d"]],
    ["(https://en.wikipedia.org/wiki/Tea_(drink))", ["https://en.wikipedia.org/wiki/Tea_(drink)"]],
    ["www.example.org, or ann@example.org!", ["https://www.example.org/", "mailto:ann@example.org"]],
    ["请看https://example.org/茶。谢谢", ["https://example.org/%E8%8C%B6"]],
    ["HTTPS://EXAMPLE.ORG", ["https://example.org/"]],
    ["http://localhost:8080/x", ["http://localhost:8080/x"]],
    ["no link: example, 3.14, a@b, http://, www.", []],
    ["https://a.example https://b.example", ["https://a.example/", "https://b.example/"]],
  ];
  for (const [body, expected] of cases) {
    assert.deepEqual(links(body), expected, body);
    assert.equal(whole(body), body);
  }
});

test("nothing but http, https and mailto is ever a link", () => {
  for (const body of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "JaVaScRiPt:alert(1)//www"]) {
    for (const href of links(body)) assert.match(href, /^(https?|mailto):/, body);
  }
});

test("an address ends where something turns the letters around it", () => {
  for (const mark of ["\u061c", "\u200e", "\u200f", "\u202e", "\u2066", "\u2069"]) {
    const body = `see https://tea.example/${mark}gnp.exe or www.tea.example${mark}`;
    assert.deepEqual(links(body), ["https://tea.example/", "https://www.tea.example/"], mark);
    assert.equal(whole(body), body);
  }
});

test("hostile bodies are read whole; in more than linear time this would not end", () => {
  for (const part of ["a.", "x@", "(", ").", "https://a.b/", "www.", "a@b."]) {
    for (const body of [part.repeat(100_000), `https://${part.repeat(100_000)}`, `${part.repeat(100_000)}@`]) assert.equal(whole(body), body);
  }
});

test("one to three emoji alone are large", () => {
  for (const body of ["🍵", "👍🏽", "👨‍👩‍👧 🎉", "🇨🇳"]) assert.ok(isLargeEmoji(body), body);
  for (const body of ["", "1", "a🍵", "🍵🍵🍵🍵", "#"]) assert.ok(!isLargeEmoji(body), body);
});

test("initials and colours are stable", () => {
  assert.equal(initials("Ann Lee"), "AL");
  assert.equal(initials("Guest 1234"), "34");
  assert.equal(initials("Tom 2"), "T");
  assert.equal(initials("李小明"), "小明");
  assert.equal(initials("👩‍💻 Dev"), "👩‍💻D");
  assert.equal(initials("e\u0301va Szabo\u0301"), "E\u0301S");
  assert.equal(initials(""), "?");
  assert.equal(hue("Ann"), hue("ann"));
  const guests = new Set(Array.from({ length: 40 }, (_, i) => hue(`Guest ${3200 + i}`)));
  assert.ok(guests.size > 8, `${guests.size} colours for 40 guests`);
});

test("emoji are single, named in both languages, and found once", () => {
  const all = emojiGroups.flat();
  assert.ok(all.length > 140, String(all.length));
  assert.equal(new Set(all.map((e) => e.character)).size, all.length);
  for (const e of all) {
    assert.match(e.en, /^[a-z ]+$/);
    assert.match(e.zh, /^\p{Script=Han}+$/u);
    assert.equal([...new Intl.Segmenter().segment(e.character)].length, 1, e.character);
  }
});
