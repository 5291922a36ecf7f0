// The script tag: run again by a page that replaces its body or mounts its parts anew, written in other ways, or with what must not stand there.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const ada = { id: "ada", name: "Ada King" }, ben = { id: "ben", name: "Ben Hay" }, cleo = { id: "cleo", name: "Cleo Dorn" };

h.setUp({ alpha: [ada, ben, cleo] });

const signedOut = (page) => page.getByText("You are signed out. Reload the page to sign in again.").waitFor();
const title = (page, name) => page.locator(".headline .title", { hasText: name }).waitFor();
/** Who wrote this, as another sees it. */
const author = (page, text) => page.locator(".group", { hasText: text }).locator(".author bdi").innerText();

/** Somebody to see who writes, in a room that `page` is brought to. */
async function witnessOf(page) {
  const room = h.unique("seen").replace(" ", "-");
  const witness = await h.openPage(await h.newContext(), h.signedIn(alpha, cleo, { room }));
  await h.ready(witness);
  return {
    async sees(name) {
      const said = h.unique("it is me");
      await h.go(page, { room });
      await h.ready(page);
      await h.say(page, said);
      await h.sees(witness, said);
      assert.match(await author(witness, said), name);
    },
  };
}

async function adaAt(attributes = {}) {
  const context = await h.newContext();
  const page = await h.openPage(context, h.signedIn(alpha, ada, { to: ben.id, ...attributes }));
  await h.ready(page);
  const secret = h.unique("private to Ben");
  await h.say(page, secret);
  await h.delivered(page, secret);
  return { context, page, secret };
}

for (const [whom, next, name] of [["another user", { token: h.token(alpha, ben) }, /^Ben Hay$/], ["nobody", {}, /^Guest \d{4}$/], ["nobody, in an empty attribute", { token: "" }, /^Guest \d{4}$/]]) {
  test(`a tag that runs again for ${whom} ends the last user's chat: in all tabs, with all that was kept`, async () => {
    const { context, page, secret } = await adaAt();
    const tab = await h.openPage(context, h.signedIn(alpha, ada));
    const stranger = await h.openPage(await h.newContext(), h.signedIn(alpha, { id: "ben", name: ben.name }, { to: ada.id }));
    await stranger.locator(".headline .subtitle", { hasText: "Online" }).waitFor();
    await h.runTag(page, alpha, next);
    await h.ready(page);
    await tab.locator(".panel").waitFor({ state: "hidden" });
    await tab.getByRole("button", { name: "Open chat" }).click();
    await signedOut(tab);
    await stranger.locator(".headline .subtitle", { hasText: "Offline" }).waitFor();
    // A page that is not in front is drawn when it is its turn.
    await page.waitForFunction((text) => !document.querySelector("teahouse-chat").shadowRoot.textContent.includes(text), secret);
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    assert.ok(!kept.includes("u:ada:") && !kept.includes(secret), kept);
    await (await witnessOf(page)).sees(name);
  });
}

test("a tag that runs again for a user signs a guest in; nothing is written as the guest any more", async () => {
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  await h.ready(page);
  const witness = await witnessOf(page);
  await witness.sees(/^Guest/);
  await h.runTag(page, alpha, { token: h.token(alpha, ada) });
  await page.locator("p.guest").waitFor({ state: "detached" });
  await witness.sees(/^Ada King$/);
});

test("a logout holds against the tokens of before, on whatever page they stand; a later sign-in works", async () => {
  const { page, secret } = await adaAt();
  const [first, second] = [h.laterToken(alpha, ada), h.laterToken(alpha, ada)];
  for (const token of [first, second]) await h.runTag(page, alpha, { token });
  await page.evaluate(() => window.teahouse("logout"));
  await page.locator(".panel").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Open chat" }).click();
  const sockets = page.sockets.length;
  for (const token of [second, first]) {
    await h.runTag(page, alpha, { token });
    await signedOut(page);
    assert.ok(!(await h.shown(page)).includes(secret));
  }
  assert.equal(page.sockets.length, sockets);
  await h.runTag(page, alpha, { token: h.laterToken(alpha, ada), to: ben.id });
  await h.ready(page);
  await h.sees(page, secret);
});

test("left for another user and come back to, the first one's old tokens do not sign in", async () => {
  const { page } = await adaAt();
  const old = h.laterToken(alpha, ada);
  await h.runTag(page, alpha, { token: old });
  await h.runTag(page, alpha, {});
  await h.ready(page);
  await h.runTag(page, alpha, { token: old });
  await signedOut(page);
});

test("the same user with a fresh token goes on in the same chat; where it begins, and the name, are the new tag's", async () => {
  const { page } = await adaAt();
  const witness = await witnessOf(page);
  await witness.sees(/^Ada King$/);
  await h.go(page, { to: ben.id });
  await h.field(page).fill("half a thought");
  const sockets = page.sockets.length;
  await h.runTag(page, alpha, { token: h.laterToken(alpha, { ...ada, name: "Ada Lovelace" }), to: cleo.id });
  assert.equal(await h.field(page).inputValue(), "half a thought");
  await title(page, ben.name);
  await page.evaluate(() => window.teahouse("close"));
  await h.runTag(page, alpha, { token: h.laterToken(alpha, { ...ada, name: "Ada Lovelace" }), to: cleo.id }); // it left the page, and is there again
  await h.runTag(page, alpha, { token: h.laterToken(alpha, { ...ada, name: "Ada Lovelace" }), room: "tearoom" });
  await h.go(page, { room: "tearoom" });
  await title(page, "Tearoom");
  await witness.sees(/^Ada Lovelace$/);
  assert.equal(page.sockets.length, sockets, "it connected anew");
});

test("removed and put there again, the tag's chat is there once, also in its place in the page", async () => {
  for (const mode of ["bubble", "inline"]) {
    const { page, secret } = await adaAt({ mode, ...(mode === "inline" ? { open: "no" } : {}) }).catch(() => adaInline());
    const sockets = page.sockets.length;
    for (let i = 0; i < 2; i++) await h.runTag(page, alpha, { mode, token: h.laterToken(alpha, ada), to: ben.id });
    await h.ready(page);
    await h.sees(page, secret);
    assert.equal(await page.locator("teahouse-chat").count(), 1);
    assert.equal(page.sockets.length, sockets);
    if (mode === "inline") assert.ok(await page.evaluate(() => document.querySelector("main > teahouse-chat")));
  }
  async function adaInline() {
    const page = await h.openPage(await h.newContext(), h.signedIn(alpha, ada, { mode: "inline", to: ben.id }), { open: false });
    await h.ready(page);
    const secret = h.unique("inline");
    await h.say(page, secret);
    await h.delivered(page, secret);
    return { page, secret };
  }
});

test("with a token URL it is asked anew who the user is; until it is answered nobody writes", async () => {
  h.tokens.set("visitor", h.token(alpha, ada));
  const url = { "token-url": "/token?for=visitor" };
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { ...url, to: ben.id }));
  await h.ready(page);
  const witness = await witnessOf(page);
  await witness.sees(/^Ada King$/);
  h.tokens.set("visitor", h.token(alpha, ben));
  await h.runTag(page, alpha, url);
  await h.ready(page);
  await witness.sees(/^Ben Hay$/);
  h.tokens.set("visitor", null);
  await h.runTag(page, alpha, url);
  await signedOut(page);
  h.tokens.set("visitor", h.token(alpha, ada));
  await h.runTag(page, alpha, url);
  await h.ready(page);
  await witness.sees(/^Ada King$/);
});

test("a logout holds while the token URL still names the user: the page's site may be about to end its own session; then a guest is here, and a later sign-in works", async () => {
  const printed = () => h.tokens.set("leaver", h.laterToken(alpha, ada));
  const url = { "token-url": "/token?for=leaver" };
  printed();
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { ...url, to: ben.id }));
  await h.ready(page);
  const witness = await witnessOf(page);
  await witness.sees(/^Ada King$/);
  await h.go(page, { to: ben.id });
  const secret = h.unique("private to Ben");
  await h.say(page, secret);
  await h.delivered(page, secret);
  await page.evaluate(() => window.teahouse("logout"));
  await page.locator(".panel").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Open chat" }).click();
  const sockets = page.sockets.length;
  for (let run = 0; run < 2; run++) {
    printed();
    const answered = page.waitForResponse((response) => response.url().includes("/token?"));
    await h.runTag(page, alpha, { ...url, to: ben.id });
    await answered;
    await signedOut(page);
    assert.ok(!(await h.shown(page)).includes(secret));
  }
  assert.equal(page.sockets.length, sockets);
  h.tokens.set("leaver", false);
  await page.locator("p.guest").waitFor();
  assert.ok(!(await h.shown(page)).includes(secret));
  printed();
  await h.runTag(page, alpha, { ...url, to: ben.id });
  await page.locator("p.guest").waitFor({ state: "detached" });
  await h.ready(page);
  await h.sees(page, secret);
});

for (const [how, comes] of [
  ["another page names the user", (page) => page.reload()],
  ["the tag names the user itself", (page) => h.runTag(page, alpha, { token: h.laterToken(alpha, ada), to: ben.id })],
]) {
  test(`logged out of a page with a token URL, the user is there again when ${how}`, async () => {
    h.tokens.set("returner", h.token(alpha, ada));
    const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { "token-url": "/token?for=returner", to: ben.id }));
    await h.ready(page);
    const secret = h.unique("private to Ben");
    await h.say(page, secret);
    await h.delivered(page, secret);
    await page.evaluate(() => window.teahouse("logout"));
    await page.locator(".panel").waitFor({ state: "hidden" });
    await comes(page);
    await h.openChat(page);
    await h.go(page, { to: ben.id });
    await h.sees(page, secret);
  });
}

test("after a logout the token URL may name another user at once", async () => {
  h.tokens.set("next", h.token(alpha, ada));
  const url = { "token-url": "/token?for=next" };
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { ...url, to: ben.id }));
  await h.ready(page);
  await page.evaluate(() => window.teahouse("logout"));
  await page.locator(".panel").waitFor({ state: "hidden" });
  h.tokens.set("next", h.token(alpha, ben));
  await h.runTag(page, alpha, url);
  await h.openChat(page);
  await h.ready(page);
  await (await witnessOf(page)).sees(/^Ben Hay$/);
});

test("another mode or language of the tag counts too, and the session goes on", async () => {
  const { page, secret } = await adaAt();
  await page.evaluate(() => window.teahouse("on", "open", () => (window.opened = (window.opened ?? 0) + 1)));
  await h.runTag(page, alpha, { token: h.laterToken(alpha, ada), to: ben.id, mode: "page", lang: "zh" });
  await h.sees(page, secret);
  await page.getByRole("button", { name: "添加文件" }).waitFor();
  assert.equal(await page.locator("teahouse-chat").count(), 1);
  assert.equal(await page.locator("button.bubble").count(), 0);
  await h.runTag(page, alpha, { token: h.laterToken(alpha, ada), to: ben.id });
  await h.sees(page, secret);
  await page.evaluate(() => window.teahouse("close"));
  await h.openChat(page);
  assert.equal(await page.evaluate(() => window.opened), 1);
});

test("a tag of another site ends the chat of the first one", async () => {
  const { page, secret } = await adaAt();
  await h.runTag(page, beta, { token: h.token(beta, ada), to: ben.id });
  await h.openChat(page);
  await h.ready(page);
  assert.ok(!(await h.shown(page)).includes(secret));
  assert.equal(await page.locator("teahouse-chat").count(), 1);
});

test("written as a module it works, and what runs again counts though the browser runs a module once", async () => {
  const page = await h.openPage(await h.newContext(), h.signedIn(alpha, ada, { module: true, to: ben.id }));
  await h.ready(page);
  const witness = await witnessOf(page);
  await witness.sees(/^Ada King$/);
  await h.runTag(page, alpha, { token: h.token(alpha, ben) }, "module");
  await page.locator(".headline .title", { hasText: "Lobby" }).waitFor();
  await witness.sees(/^Ben Hay$/);
});

test("a section of the page whose id is teahouse is no obstacle, before and after loading", async () => {
  const context = await h.newContext();
  await context.addInitScript(() => {
    addEventListener("DOMContentLoaded", () => {
      if (typeof window.teahouse === "function") return;
      window.teahouse = function () { (window.teahouse.q = window.teahouse.q || []).push(arguments); };
      window.teahouse("open");
    });
  });
  const page = await h.openPage(context, h.signedIn(alpha, ada, { section: true, to: ben.id }), { open: false });
  await h.ready(page);
  await page.evaluate(() => window.teahouse("close"));
  await page.locator(".panel").waitFor({ state: "hidden" });
  assert.equal(await page.locator("section#teahouse").innerText(), "Tea, in a house");
  const plain = await h.openPage(await h.newContext(), h.signedIn(alpha, ada, { section: true, to: ben.id }));
  await h.ready(plain);
});

for (const [what, attributes, says] of [
  ["an API key for the site", { site: "sk_4f6b1e0c9d" }, /data-site.*now public.*Revoke it/],
  ["the signing secret for the site", { site: "ss_4f6b1e0c9d" }, /signing secret.*now public.*Revoke it/],
  ["the signing secret for the token", { token: ' "ss_4f6b1e0c9d"' }, /data-token.*now public.*Revoke it/],
]) {
  test(`${what} is refused: the console says that it is public now, and nothing is asked with it`, async () => {
    const page = await (await h.newContext()).newPage();
    const [said, asked] = [[], []];
    page.on("console", (message) => said.push(message.text()));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(h.pageUrl(alpha, attributes));
    await page.waitForLoadState("networkidle");
    assert.ok(said.some((text) => text.startsWith("teahouse: ") && says.test(text)), said.join("\n"));
    assert.ok(!said.some((text) => text.includes("4f6b1e0c9d")));
    assert.equal(await page.locator("teahouse-chat").count(), 0);
    assert.ok(!asked.some((url) => url.includes("/v1/")));
  });
}

test("a script that does not find its tag says why", async () => {
  const page = await (await h.newContext()).newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(h.pageUrl(alpha, { empty: true }));
  await page.evaluate((src) => import(src).catch(() => {}), `${h.config.origin}/w.js`);
  assert.ok(said.some((text) => /does not find its script tag/.test(text)), said.join("\n"));
});
