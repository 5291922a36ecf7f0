// The widget as a guest on somebody's page: strict policies, hostile styles, keyboards, screen readers, languages.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
const [ann, bo] = alpha.users;

h.setUp();

const { audit, inShadow, settled } = h;
/** The focused element: its name or label. */
const focused = (page) =>
  page.evaluate(() => {
    const e = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return e.getAttribute("aria-label") ?? e.textContent.trim();
  });
/** The cursor is where one writes. */
const writing = (page) => page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.localName === "textarea");

test("runs under a strict CSP with Trusted Types, without a refusal", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id, types: true }));
  await h.ready(a);
  await h.say(a, h.unique("under a strict policy"));
  await a.getByRole("button", { name: "Emoji" }).click();
  await a.getByRole("button", { name: "tea", exact: true }).click();
  assert.deepEqual(a.troubles.filter((t) => /policy|trusted/i.test(t)), []);
  assert.equal(await h.field(a).inputValue(), "🍵");
});

test("the page's style sheet can't break it", async () => {
  const plain = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  const hostile = await h.openPage(await h.newContext(), h.pageUrl(alpha, { hostile: true }), { open: false });
  await hostile.evaluate(() => window.teahouse("open"));
  const look = (page) =>
    inShadow(page, (root) => {
      const box = root.querySelector(".panel").getBoundingClientRect();
      const style = getComputedStyle(root.querySelector(".panel"));
      return [box.x, box.y, box.width, box.height, style.fontSize, style.color, style.backgroundColor, style.letterSpacing, style.transform, style.fontStyle];
    });
  await h.ready(plain);
  await h.ready(hostile);
  await settled(hostile);
  assert.deepEqual(await look(hostile), await look(plain));
});

test("everything can be done with the keyboard, and focus stays in the dialog until Escape", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "keys" }), { open: false });
  await a.getByRole("button", { name: "Open chat" }).waitFor();
  await a.keyboard.press("Tab"); // the page's link
  await a.keyboard.press("Tab");
  assert.match(await focused(a), /^Open chat/);
  await a.keyboard.press("Enter");
  await h.ready(a);
  await writing(a);
  const said = h.unique("typed on keys");
  await a.keyboard.type(said);
  await a.keyboard.press("Shift+Enter");
  await a.keyboard.type("second line");
  await a.keyboard.press("Enter");
  await h.sees(a, said);
  const stops = new Set();
  for (let i = 0; i < 14; i++) {
    await a.keyboard.press("Tab");
    stops.add(await focused(a));
    assert.equal(await a.evaluate(() => document.activeElement.localName), "teahouse-chat", "focus left the dialog");
  }
  for (const name of ["Emoji", "Close chat", "Show who is here"]) assert.ok([...stops].some((s) => s.startsWith(name)), `${name} was not reached: ${[...stops]}`);
  // The emoji picker: opened, moved in by arrows, closed by Escape without closing the chat.
  while (!(await focused(a)).startsWith("Emoji")) await a.keyboard.press("Tab");
  await a.keyboard.press("Enter");
  await a.waitForFunction(() => document.activeElement.shadowRoot.activeElement.type === "search");
  await a.keyboard.press("ArrowDown");
  await a.keyboard.press("ArrowRight");
  assert.equal(await focused(a), "happy");
  await a.keyboard.press("Escape");
  assert.ok(await a.locator(".panel").isVisible());
  // The list: back, arrows, into a conversation.
  while (!(await focused(a)).startsWith("Back")) await a.keyboard.press("Shift+Tab");
  await a.keyboard.press("Enter");
  await a.waitForFunction(() => document.activeElement.shadowRoot?.activeElement?.classList.contains("item"));
  await a.keyboard.press("Enter");
  await h.sees(a, said);
  await writing(a);
  await a.keyboard.press("Escape");
  await a.locator(".panel").waitFor({ state: "hidden" });
  assert.match(await focused(a), /^Open chat/);
});

/** A page that listens on all that holds the chat, in both phases, hears of it in `window.heard`, and forbids it. */
const jealous = (types) => {
  window.heard = [];
  const hear = (event) => {
    window.heard.push(event.type);
    event.preventDefault();
  };
  for (const type of types) for (const target of [document, document.documentElement]) for (const capture of [true, false]) target.addEventListener(type, hear, capture);
  for (const type of types) window.addEventListener(type, hear);
  document.documentElement.style.userSelect = "none";
};

test("no key that is typed in the chat comes out to the page's shortcuts, and all of them do what they do", async () => {
  const context = await h.newContext();
  await context.addInitScript(jealous, ["keydown", "keypress", "keyup", "beforeinput"]);
  const a = await h.openPage(context, h.signedIn(alpha, ann, { room: "shortcuts" }));
  await h.ready(a);
  const said = h.unique("k/? j");
  await h.field(a).pressSequentially(said);
  await a.keyboard.press("Shift+Enter");
  await a.keyboard.type("x");
  await a.keyboard.press("Backspace");
  await a.keyboard.press("Enter");
  await h.sees(a, said);
  assert.equal(await h.field(a).inputValue(), "");
  await a.keyboard.press("Tab");
  await a.keyboard.press("Escape");
  await a.locator(".panel").waitFor({ state: "hidden" });
  assert.deepEqual(await a.evaluate(() => window.heard), []);
  await a.getByRole("link").focus();
  await a.keyboard.press("k");
  assert.ok((await a.evaluate(() => window.heard)).includes("keydown"), "the page does not hear its own keys");
});

test("copy, cut, paste, selecting and the menu work in the chat on a page that forbids them", async () => {
  const context = await h.newContext();
  await context.addInitScript(jealous, ["copy", "cut", "paste", "contextmenu", "selectstart", "dragstart", "mousedown"]);
  const a = await h.openPage(context, h.signedIn(alpha, ann, { room: "forbidden" }));
  await h.ready(a);
  const said = h.unique("to be copied").replaceAll(" ", "_");
  await h.say(a, said);
  await a.locator(".text", { hasText: said }).dblclick();
  await a.keyboard.press("Control+c");
  await h.field(a).click();
  await a.keyboard.press("Control+v");
  assert.equal(await h.field(a).inputValue(), said);
  await a.keyboard.press("Control+a");
  await a.keyboard.press("Control+x");
  assert.equal(await h.field(a).inputValue(), "");
  await a.keyboard.press("Control+v");
  assert.equal(await h.field(a).inputValue(), said);
  await h.field(a).click({ button: "right" });
  assert.deepEqual(await a.evaluate(() => window.heard), []);
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing wrong (${theme})`, async () => {
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "axe", theme }));
    const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: "axe" }));
    await h.ready(a);
    await h.ready(b);
    const said = h.unique("mine https://example.org/");
    await h.say(a, said);
    await h.sees(b, "mine");
    const answer = h.unique("yours https://example.org/ 🍵");
    await h.say(b, answer);
    await h.sees(a, "yours");
    await settled(a);
    assert.deepEqual(await audit(a), [], "conversation");
    await a.getByRole("button", { name: "Emoji" }).click();
    assert.deepEqual(await audit(a), [], "emoji");
    await a.keyboard.press("Escape");
    await a.getByRole("button", { name: "Show who is here" }).click();
    assert.deepEqual(await audit(a), [], "people");
    await a.getByRole("button", { name: "Close the list of people" }).first().click();
    await a.getByRole("button", { name: "Back to conversations" }).click();
    assert.deepEqual(await audit(a), [], "list");
  });
}

test("new messages are announced to screen readers", async () => {
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(b);
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(a);
  await a.getByRole("heading", { name: bo.name, exact: true }).waitFor();
  const said = h.unique("announced");
  await h.say(b, said);
  await h.sees(a, said);
  assert.equal(await a.locator('[aria-live="polite"][role="status"]').innerText(), `${bo.name}: ${said}`);
});

test("phone width fills the screen; a desktop does not", async () => {
  const phone = await h.openPage(await h.newContext({ viewport: { width: 390, height: 760 }, isMobile: true, hasTouch: true }), h.pageUrl(alpha));
  await settled(phone);
  assert.deepEqual(await inShadow(phone, (root) => {
    const { x, y, width, height } = root.querySelector(".panel").getBoundingClientRect();
    return { x, y, width, height, modal: root.querySelector(".panel").getAttribute("aria-modal") };
  }), { x: 0, y: 0, width: 390, height: 760, modal: "true" });
});

test("right to left: Arabic falls back to English words and mirrors the layout", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { lang: "ar", to: bo.id }));
  await h.ready(a);
  await h.field(a).fill("half");
  await a.getByRole("button", { name: "Send" }).waitFor(); // with an empty field a voice message stands in its place
  await settled(a);
  const look = await inShadow(a, (root) => ({
    dir: root.querySelector(".root").dir,
    lang: root.querySelector(".panel").lang,
    panelAtLeft: root.querySelector(".panel").getBoundingClientRect().left < 100,
    bubbleAtLeft: root.querySelector(".bubble").getBoundingClientRect().left < 100,
    emojiRightOfSend: root.querySelector(".emoji-button").getBoundingClientRect().left > root.querySelector(".send").getBoundingClientRect().left,
  }));
  assert.deepEqual(look, { dir: "rtl", lang: "en", panelAtLeft: true, bubbleAtLeft: true, emojiRightOfSend: true });
});

test("Chinese: words, and Enter that ends an input method's composition does not send", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { lang: "zh-CN", to: bo.id }));
  await h.ready(a);
  await h.field(a).fill("你好");
  await a.getByRole("button", { name: "发送" }).waitFor();
  await h.field(a).evaluate((box) => box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(await h.field(a).inputValue(), "你好");
});

test("inline mode stands where the script is; page mode fills the window", async () => {
  const inline = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { mode: "inline", room: "inline" }), { open: false });
  await h.ready(inline);
  const place = await inline.evaluate(() => {
    const host = document.querySelector("teahouse-chat");
    return { before: host.previousElementSibling.localName, inMain: host.parentElement.localName, height: Math.round(host.getBoundingClientRect().height) };
  });
  assert.deepEqual(place, { before: "script", inMain: "main", height: 544 });
  const whole = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { mode: "page" }), { open: false });
  await h.ready(whole);
  assert.deepEqual(await inShadow(whole, (root) => {
    const { width, height } = root.querySelector(".panel").getBoundingClientRect();
    return { width, height, wide: root.querySelector(".panel").classList.contains("wide") };
  }), { width: 1100, height: 800, wide: true });
});

test("a guest keeps his name and place over a reload, and a guest who never opened the chat costs no connection", async () => {
  const context = await h.newContext();
  const page = await h.openPage(context, h.pageUrl(alpha), { open: false });
  await page.getByRole("button", { name: "Open chat" }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(page.sockets.length, 0);
  await h.openChat(page);
  await h.ready(page);
  const name = h.unique("Visitor");
  await page.getByRole("button", { name: "Change name" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByText(`You appear as ${name}.`).waitFor();
  const said = h.unique("I am here");
  await h.say(page, said);
  await h.delivered(page, said);
  const other = await h.openPage(await h.newContext(), h.signedIn(alpha, ann));
  await h.sees(other, said);
  await other.locator(".author", { hasText: name }).first().waitFor();
  await page.reload();
  await page.waitForEvent("websocket"); // he spoke before: something may be unread
  await h.opened(page);
  await h.sees(page, said);
  await page.getByText(`You appear as ${name}.`).waitFor();
});

test("teahouse() works before and after loading", async () => {
  const context = await h.newContext();
  await context.addInitScript(() => {
    window.seen = [];
    window.teahouse = window.teahouse || function () { (window.teahouse.q = window.teahouse.q || []).push(arguments); };
    window.teahouse("on", "open", () => window.seen.push("open"));
    window.teahouse("on", "unread", (n) => window.seen.push(`unread ${n}`));
    window.teahouse("on", "message", (m) => window.seen.push(m.text));
    window.teahouse("open");
  });
  const a = await h.openPage(context, h.signedIn(alpha, ann, { to: bo.id }), { open: false });
  await h.ready(a);
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(b);
  const said = h.unique("for the handler");
  await a.evaluate(() => window.teahouse("close"));
  await a.locator(".panel").waitFor({ state: "hidden" });
  await h.say(b, said);
  await a.waitForFunction((text) => window.seen.includes(text) && window.seen.includes("unread 1"), said);
  await a.evaluate(() => window.teahouse("open", { room: "other" }));
  await a.locator(".title", { hasText: "Other" }).waitFor();
});

test("a token from data-token-url signs in", async () => {
  h.tokens.set("ann", h.token(alpha, ann));
  const a = await h.openPage(await h.newContext(), h.pageUrl(alpha, { "token-url": "/token?for=ann", to: bo.id }));
  await h.ready(a);
  const said = h.unique("by token url");
  await h.say(a, said);
  await h.delivered(a, said);
});

for (const [what, bad, why] of [
  ["with another secret", h.token({ ...alpha, secret: "ss_wrong" }, ann), /sign/i],
  ["that has run out", h.token(alpha, ann, { exp: 1_000_000_000 }), /ran out/],
  ["with a number for the user", h.token(alpha, ann, { sub: 42 }), /string/],
]) {
  test(`a token ${what} is said in words, and the webmaster reads why in the console`, async () => {
    const a = await h.openPage(await h.newContext(), h.pageUrl(alpha, { token: bad }));
    await a.getByText("You are signed out. Reload the page to sign in again.").waitFor();
    assert.ok(a.troubles.some((t) => t.startsWith("teahouse: ") && why.test(t)), a.troubles.join("\n"));
    assert.equal(await h.field(a).count(), 0);
    assert.equal(await a.locator(".skeleton").count(), 0);
    assert.equal(await a.getByText("Entering the room…").count(), 0);
  });
}

test("a suspended site says so, to guests and to its users; others go on", { skip: !h.config.closed }, async () => {
  const { closed } = h.config;
  for (const url of [h.pageUrl(closed), h.signedIn(closed, ann, { to: bo.id })]) {
    const page = await h.openPage(await h.newContext(), url);
    await page.getByText("The shop is being moved.").waitFor();
    assert.equal(await page.locator("textarea").count(), 0);
  }
  const other = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  await h.ready(other);
  assert.equal(await other.getByText("The shop is being moved.").count(), 0);
});

test("a site that does not exist is said in words, to the visitor and in the console", async () => {
  const page = await h.openPage(await h.newContext(), h.pageUrl({ site: "pk_nobody" }));
  await page.getByText("The chat can't be shown on this page").waitFor();
  assert.ok(page.troubles.some((t) => t.startsWith("teahouse:")));
});
