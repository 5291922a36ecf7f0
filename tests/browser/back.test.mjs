// Back to a page whose user has logged out since: by the browser's back/forward cache, or from its HTTP cache.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const eve = { id: "eve", name: "Eve Hart" }, fay = { id: "fay", name: "Fay Moon" };

h.setUp({ alpha: [eve, fay], cachesPages: true });

/** Goes back, to the page as it was left: `window.visits` tells that it is the same. */
async function back(page) {
  await page.evaluate(() => history.back()).catch(() => {});
  await page.waitForFunction(() => window.visits === 1 && window.returns === 1);
}
async function eveAt() {
  const context = await h.newContext();
  await context.addInitScript(() => {
    window.visits = (window.visits ?? 0) + 1;
    addEventListener("pageshow", (event) => event.persisted && (window.returns = (window.returns ?? 0) + 1));
  });
  const page = await h.openPage(context, h.signedIn(alpha, eve, { to: fay.id }));
  await h.ready(page);
  const secret = h.unique("private to Fay");
  await h.say(page, secret);
  await h.delivered(page, secret);
  return { page, secret };
}

test("back to a page whose user is still signed in: the chat goes on", async () => {
  const { page, secret } = await eveAt();
  await page.goto(h.signedIn(alpha, eve, { room: "elsewhere" }));
  await h.ready(page);
  await back(page);
  await h.ready(page);
  await h.sees(page, secret);
  const said = h.unique("on it goes");
  await h.say(page, said);
  await h.delivered(page, said);
});

for (const [how, url, act] of [
  ["logged out on the next page", () => h.signedIn(alpha, eve), (page) => page.evaluate(() => window.teahouse("logout"))],
  ["been taken off the next page's tag", () => h.pageUrl(alpha), () => {}],
  ["been followed by another user", () => h.signedIn(alpha, fay), h.ready],
]) {
  test(`back to a page whose user has ${how}: nothing is shown, and no session lives`, async () => {
    const { page, secret } = await eveAt();
    await page.goto(url());
    await page.locator("teahouse-chat").waitFor({ state: "attached" });
    await act(page);
    await page.waitForFunction(() => !Object.entries(localStorage).some(([key, value]) => /^teahouse:pk_[^:]*:user$/.test(key) && value === '"eve"'));
    const before = page.sockets.length;
    await back(page);
    await page.getByRole("button", { name: "Open chat" }).click();
    await page.getByText("You are signed out. Reload the page to sign in again.").waitFor();
    assert.ok(!(await h.shown(page)).includes(secret));
    // The storage of the next page may come late: then the page had connected, and is off again.
    for (const socket of page.sockets.slice(before)) if (!socket.isClosed()) await socket.waitForEvent("close");
  });
}

test("while a page is away nothing of it can be seen", async () => {
  const { page } = await eveAt();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await page.locator(".panel").waitFor({ state: "hidden" });
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await h.ready(page);
  await page.locator(".panel").waitFor();
});

test("what the next page stored may be seen only after the return: then too the user is gone, and nothing was shown", async () => {
  const { page, secret } = await eveAt();
  const other = await h.openPage(page.context(), h.pageUrl(alpha, { empty: true }), { open: false });
  await page.evaluate(() => {
    const visible = () => getComputedStyle(document.querySelector("teahouse-chat").shadowRoot.querySelector(".panel")).visibility;
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    window.seen = [visible()];
  });
  await other.evaluate((site) => localStorage.setItem(`teahouse:${site}:user`, '""'), alpha.site);
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.getByText("You are signed out. Reload the page to sign in again.").waitFor();
  assert.deepEqual(await page.evaluate(() => window.seen), ["hidden"]);
  assert.ok(!(await h.shown(page)).includes(secret));
});

test("a page that was not away follows its own tag, whoever another page names", async () => {
  const { page } = await eveAt();
  const other = await h.openPage(page.context(), h.pageUrl(alpha, { empty: true }), { open: false });
  await other.evaluate((site) => localStorage.setItem(`teahouse:${site}:user`, '"fay"'), alpha.site);
  const said = h.unique("still Eve");
  await h.say(page, said);
  await h.delivered(page, said);
});

test("a guest who logged out since is not there any more either", async () => {
  const context = await h.newContext();
  const page = await h.openPage(context, h.pageUrl(alpha));
  await h.ready(page);
  const name = await page.locator("p.guest span").innerText();
  const other = await h.openPage(context, h.pageUrl(alpha), { open: false });
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await other.getByRole("button", { name: "Open chat" }).waitFor();
  await other.evaluate(() => window.teahouse("logout"));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await h.openChat(page);
  await h.ready(page);
  assert.notEqual(await page.locator("p.guest span").innerText(), name);
});

test("a copy of the page that the browser kept does not sign in a user who has left since", async () => {
  const { page } = await eveAt();
  await page.evaluate(() => {
    const { getEntriesByType } = performance;
    performance.getEntriesByType = (type) => (type === "navigation" ? [{ type: "back_forward", transferSize: 0 }] : getEntriesByType.call(performance, type));
  });
  await page.context().addInitScript(() => (performance.getEntriesByType = () => [{ type: "back_forward", transferSize: 0 }]));
  await page.reload(); // still signed in
  await h.ready(page);
  await page.evaluate(() => window.teahouse("logout"));
  await page.reload();
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.getByText("You are signed out. Reload the page to sign in again.").waitFor();
});
