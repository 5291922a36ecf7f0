// Where things stand: while one writes and reads, in short windows, from right to left, and on pages that move their body about.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
const [ann, bo] = alpha.users;

h.setUp();

const box = (locator) => locator.evaluate((e) => JSON.parse(JSON.stringify(e.getBoundingClientRect())));
const room = (name) => h.unique(name).replace(" ", "-");
async function pair(attributes) {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, attributes));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, attributes));
  for (const page of [a, b]) await h.ready(page);
  return [a, b];
}
const tell = async (name, count) => {
  for (let i = 0; i < count; i++) await h.api(alpha, "POST", "/v1/messages", { to: `room:${name}`, text: `Line ${i}.` });
};

test("writing several lines keeps the newest message in view", async () => {
  const name = room("lines");
  const [a, b] = await pair({ room: name });
  await tell(name, 20);
  await h.sees(a, "Line 19.");
  await h.field(a).focus();
  for (let i = 0; i < 6; i++) {
    await a.keyboard.type(`line ${i}`);
    await a.keyboard.press("Shift+Enter");
  }
  const said = h.unique("seen below");
  await h.say(b, said);
  await h.sees(a, said);
  await a.waitForFunction((text) => {
    const root = document.querySelector("teahouse-chat").shadowRoot;
    const message = [...root.querySelectorAll(".text")].find((e) => e.textContent.includes(text));
    return message.getBoundingClientRect().bottom <= root.querySelector(".scroller").getBoundingClientRect().bottom;
  }, said);
  assert.equal(await a.locator(".jump").count(), 0);
  assert.ok((await box(h.field(a))).height > 100, "the field grows with its text");
  await a.keyboard.press("Enter");
  await a.waitForFunction(() => document.querySelector("teahouse-chat").shadowRoot.querySelector("textarea").getBoundingClientRect().height < 50);
});

test("who reads older messages stays where he is, and is told of one new message as one", async () => {
  const name = room("reading");
  const [a, b] = await pair({ room: name });
  await tell(name, 30);
  await h.sees(a, "Line 29.");
  await a.locator(".scroller").evaluate((e) => e.scrollTo(0, 300));
  await a.locator(".jump").waitFor();
  const place = (await box(a.locator(".text", { hasText: "Line 10." }))).top;
  await h.say(b, h.unique("news"));
  await a.getByRole("button", { name: "1 new message" }).waitFor();
  assert.equal((await box(a.locator(".text", { hasText: "Line 10." }))).top, place);
});

for (const [width, height] of [[900, 400], [667, 320]]) {
  test(`a window of ${width} by ${height} is filled, and the emoji picker is whole`, async () => {
    const a = await h.openPage(await h.newContext({ viewport: { width, height } }), h.signedIn(alpha, ann, { room: "short" }));
    await h.ready(a);
    await h.settled(a);
    const panel = await box(a.locator(".panel"));
    assert.deepEqual([panel.width, panel.height], [width, height]);
    await a.getByRole("button", { name: "Emoji" }).click();
    const header = await box(a.locator(".main .header"));
    const search = await box(a.getByLabel("Find an emoji"));
    const first = await box(a.locator(".emoji-grid button").first());
    assert.ok(search.top >= header.bottom, `the search is at ${search.top}, the header ends at ${header.bottom}`);
    assert.ok(first.top >= search.bottom && first.bottom <= height);
  });
}

test("names and bubbles stand on the layout's side, whatever the direction of their words", async () => {
  const name = "قاعة الشاي";
  for (const [lang, side] of [["ar", "right"], ["en", "left"]]) {
    const id = room("side");
    await h.api(alpha, "PUT", `/v1/rooms/${id}`, { name: lang === "ar" ? "Tea room" : name });
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { lang, room: id }));
    await h.ready(a);
    await h.say(a, lang === "ar" ? "Hello" : "مرحبا");
    const own = a.locator(".own .text").first();
    await own.waitFor();
    // The corner at the end of the layout, below, is the sharp one.
    const [left, right] = await own.evaluate((e) => [getComputedStyle(e).borderBottomLeftRadius, getComputedStyle(e).borderBottomRightRadius]);
    assert.deepEqual([left, right], side === "right" ? ["6px", "18px"] : ["18px", "6px"]);
    await a.getByRole("button", { name: "Back to conversations" }).click();
    const item = a.locator(".item", { hasText: lang === "ar" ? "Tea room" : name });
    await item.waitFor();
    const [picture, words] = [await box(item.locator(".avatar")), await item.locator(".item-name").evaluate((e) => {
      const range = document.createRange();
      range.selectNodeContents(e);
      return JSON.parse(JSON.stringify(range.getBoundingClientRect()));
    })];
    const gap = side === "right" ? picture.left - words.right : words.left - picture.right;
    assert.ok(gap > 0 && gap < 20, `the name stands ${gap} px from the picture`);
  }
});

test("a page's filters, transforms and overflow don't move or clip the chat", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "framing", framing: true }));
  await h.ready(a);
  const bubble = await box(a.locator("button.bubble"));
  assert.ok(Math.abs(bubble.right - 1080) < 2 && Math.abs(bubble.bottom - 780) < 2, `the bubble ends at ${bubble.right}, ${bubble.bottom}`);
  await a.locator(".panel .title").click(); // nothing clips or covers it
});

for (const mode of ["bubble", "inline"]) {
  test(`a page that replaces its body and runs its scripts again keeps the chat (${mode})`, async () => {
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { mode, room: "turbo" }), { open: mode === "bubble" });
    await h.ready(a);
    await h.field(a).fill("half a thought");
    const troubles = a.troubles.length;
    await a.evaluate(() => {
      const old = document.querySelector("script[data-site]");
      const script = document.createElement("script");
      for (const { name, value } of old.attributes) script.setAttribute(name, value);
      const body = document.createElement("body");
      body.append("Another page", script);
      document.documentElement.replaceChild(body, document.body);
    });
    await a.waitForFunction(() => document.querySelector("teahouse-chat")?.isConnected);
    assert.equal(await h.field(a).inputValue(), "half a thought");
    const said = h.unique("after the change");
    await h.say(a, said);
    await h.delivered(a, said);
    assert.equal(a.troubles.length, troubles);
    assert.equal(await a.evaluate(() => document.querySelectorAll("teahouse-chat").length), 1);
  });
}

test("long words in place of messages are broken, not cut off", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: "w".repeat(64) }));
  const words = a.locator(".empty p", { hasText: "has never been here" });
  await words.waitFor();
  assert.ok(await words.evaluate((p) => p.scrollWidth <= p.clientWidth));
});
