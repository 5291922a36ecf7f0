// Coming, going and coming back: what a page load keeps, what logging out ends, and where opening leads.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone, so that nothing else is unread.
const ida = { id: "ida-visit", name: "Ida Moss" }, jon = { id: "jon-visit", name: "Jon Pike" }, kim = { id: "kim-visit", name: "Kim Ray" }, lea = { id: "lea", name: "Lea Sun" };

h.setUp({ alpha: [ida, jon, kim, lea] });

const bubble = (page) => page.locator("button.bubble");
const title = (page, name) => page.locator(".headline .title", { hasText: name }).waitFor();
const close = async (page) => {
  await page.evaluate(() => window.teahouse("close"));
  await page.locator(".panel").waitFor({ state: "hidden" });
};

test("who logged out stays out until the page is loaded again, and his draft is gone", async () => {
  const said = h.unique("private to Jon");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ida, { to: jon.id }));
  await h.ready(a);
  await h.say(a, said);
  await h.delivered(a, said);
  await h.field(a).fill("half a thought");
  await a.evaluate(() => window.teahouse("logout"));
  await a.locator(".panel").waitFor({ state: "hidden" });
  const sockets = a.sockets.length;
  await bubble(a).click();
  await a.getByText("You are signed out. Reload the page to sign in again.").waitFor();
  assert.equal(await h.field(a).count(), 0);
  assert.equal(a.sockets.length, sockets, "signed in again");
  assert.ok(!(await a.evaluate(() => document.querySelector("teahouse-chat").shadowRoot.textContent)).includes(said));
  await a.reload();
  await h.opened(a);
  await h.sees(a, said);
  assert.equal(await h.field(a).inputValue(), "");
});

test("a guest who logs out is somebody else afterwards, without the draft", async () => {
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  await h.ready(guest);
  const name = await guest.locator("p.guest span").innerText();
  await h.field(guest).fill("a guest's half thought");
  await guest.evaluate(() => window.teahouse("logout"));
  await h.openChat(guest);
  await h.ready(guest);
  assert.equal(await h.field(guest).inputValue(), "");
  assert.notEqual(await guest.locator("p.guest span").innerText(), name);
});

/** A browser to which the opened chat's file comes when it is let through. */
async function waitingForFile() {
  const context = await h.newContext();
  const gate = {};
  gate.open = new Promise((resolve) => (gate.letThrough = resolve));
  await context.route(/\/w\/ui-/, async (route) => {
    await gate.open;
    await route.fallback();
  });
  return { context, gate };
}

for (const ending of ["close", "logout"]) {
  test(`a ${ending} while the chat's file is on its way holds: the chat stays closed, also on the next page, until it is opened`, async () => {
    const { context, gate } = await waitingForFile();
    const page = await h.openPage(context, h.signedIn(alpha, ida, { to: jon.id }), { open: false });
    await page.evaluate(() => {
      window.told = [];
      for (const event of ["open", "close"]) window.teahouse("on", event, () => window.told.push(event));
      window.teahouse("open");
    });
    await page.locator(".bubble[aria-busy=true]").waitFor();
    await page.evaluate((call) => window.teahouse(call), ending);
    await page.locator(".bubble[aria-busy=false]").waitFor();
    gate.letThrough();
    const panel = page.locator(".panel");
    await panel.waitFor({ state: "attached" });
    assert.ok(await panel.isHidden());
    assert.deepEqual(await page.evaluate(() => window.told), []);
    await h.openChat(page);
    assert.deepEqual(await page.evaluate(() => window.told), ["open"]);
    await close(page);
    await page.reload();
    await page.getByRole("button", { name: "Open chat" }).waitFor();
    assert.equal(await panel.count(), 0);
  });
}

test("opened, closed and opened while the chat's file is on its way, it is open, and said to be so once", async () => {
  const { context, gate } = await waitingForFile();
  const page = await h.openPage(context, h.signedIn(alpha, ida, { to: jon.id }), { open: false });
  await page.evaluate(() => {
    window.told = [];
    for (const event of ["open", "close"]) window.teahouse("on", event, () => window.told.push(event));
    for (const call of ["open", "close", "open"]) window.teahouse(call);
  });
  gate.letThrough();
  await h.ready(page);
  assert.deepEqual(await page.evaluate(() => window.told), ["open"]);
});

test("a guest who logs out while the file of a chat in the page is on its way is somebody else in it", async () => {
  const { context, gate } = await waitingForFile();
  const page = await h.openPage(context, h.pageUrl(alpha, { mode: "inline" }), { open: false });
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith(":guest:token")));
  await page.evaluate(() => window.teahouse("logout"));
  gate.letThrough();
  await h.ready(page);
});

test("another page comes with the chat as it was left: open, the same conversation, the draft; and the focus stays with the page", async () => {
  const context = await h.newContext();
  const a = await h.openPage(context, h.signedIn(alpha, ida, { to: jon.id }));
  await h.ready(a);
  await h.go(a, { to: kim.id });
  await title(a, kim.name);
  await h.field(a).fill("half a thought");
  await a.goto(h.signedIn(alpha, ida, { room: "elsewhere" }));
  await h.ready(a);
  await title(a, kim.name);
  assert.equal(await h.field(a).inputValue(), "half a thought");
  assert.equal(await a.evaluate(() => document.activeElement.localName), "body");
  // Closed, it stays closed, and opens where the new page says.
  await close(a);
  await a.reload();
  await bubble(a).waitFor();
  await h.openChat(a);
  await title(a, "Elsewhere");
  // Another tab is another visit.
  const other = await h.openPage(context, h.signedIn(alpha, ida, { to: kim.id }));
  await h.ready(other);
  assert.equal(await h.field(other).inputValue(), "");
});

test("inline, the page keeps its focus and its place", async () => {
  const a = await h.openPage(await h.newContext({ viewport: { width: 700, height: 700 } }), h.signedIn(alpha, ida, { mode: "inline", to: jon.id }), { open: false });
  await h.ready(a);
  assert.equal(await a.evaluate(() => document.activeElement.localName), "body");
  await a.getByRole("button", { name: "Back to conversations" }).click();
  await a.locator(".item").first().click();
  await a.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.localName === "textarea");
});

test("opening leads to what is unread: to the conversation if it is one, to the list if they are several", async () => {
  const one = h.unique("from Ida"), two = h.unique("from Kim");
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, lea));
  const same = await h.openPage(await h.newContext(), h.signedIn(beta, lea));
  for (const page of [b, same]) {
    await h.ready(page);
    await close(page);
  }
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ida, { to: lea.id }));
  await h.ready(a);
  await h.say(a, one);
  await h.openUnread(b, 1);
  await title(b, ida.name);
  await h.sees(b, one);
  await h.delivered(a, one, "seen");
  await close(b);
  const c = await h.openPage(await h.newContext(), h.signedIn(alpha, kim, { to: lea.id }));
  await h.ready(c);
  await h.say(a, h.unique("again"));
  await h.say(c, two);
  await h.openUnread(b, 2);
  await b.locator(".item", { hasText: kim.name }).locator(".count").waitFor();
  await b.locator(".item", { hasText: ida.name }).locator(".count").waitFor();
  await bubble(same).click();
  await title(same, "Lobby");
  assert.ok(!(await same.evaluate(() => document.querySelector("teahouse-chat").shadowRoot.textContent)).includes(two));
});
