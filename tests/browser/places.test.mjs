// Who and what is shown where: presence, names, rooms that were named or left, what the site says, guests.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const mia = { id: "mia", name: "Mia Holt" }, ned = { id: "ned", name: "Ned Orr" };

h.setUp({ alpha: [mia, ned] });

const title = (page, name) => page.locator(".headline .title", { hasText: name }).waitFor();
const presence = (page, words) => page.locator(".headline .subtitle", { hasText: words }).waitFor();
const shown = (page) => page.evaluate(() => document.querySelector("teahouse-chat").shadowRoot.textContent);

test("two who talk see each other come, go and come back, whoever was first; in the other tenant nobody is seen", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, mia, { to: ned.id }));
  const elsewhere = await h.openPage(await h.newContext(), h.signedIn(beta, mia, { to: ned.id }));
  for (const page of [a, elsewhere]) await h.ready(page);
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, ned, { to: mia.id }));
  await presence(a, "Online");
  await presence(b, "Online");
  await b.evaluate(() => window.teahouse("logout"));
  await presence(a, "Offline");
  await b.reload();
  await h.openChat(b);
  await presence(a, "Online");
  await presence(b, "Online");
  assert.ok(!(await shown(elsewhere)).includes("Online"));
});

test("a room has the name that it was given, in its own tenant only", async () => {
  await h.api(alpha, "PUT", "/v1/rooms/support-eu", { name: "Customer support" });
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, mia, { room: "support-eu" }));
  const b = await h.openPage(await h.newContext(), h.signedIn(beta, mia, { room: "support-eu" }));
  await title(a, "Customer support");
  await title(b, "Support eu");
});

test("what the site says comes under its title, and can't be answered", async () => {
  const said = h.unique("Your order has shipped");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, mia), { open: false });
  const elsewhere = await h.openPage(await h.newContext(), h.signedIn(beta, mia));
  await h.api(alpha, "POST", "/v1/messages", { to: `user:${mia.id}`, text: said });
  await h.openUnread(a, 1);
  await h.sees(a, said);
  await title(a, "alpha");
  await a.getByText("These messages can't be answered.").waitFor();
  assert.equal(await h.field(a).count(), 0);
  assert.ok(!(await shown(a)).includes(alpha.domain));
  await h.ready(elsewhere);
  assert.ok(!(await shown(elsewhere)).includes(said));
});

test("of somebody who has never been here it is not said that he can answer later", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, mia, { to: "ghost" }));
  await a.getByText("ghost has never been here, and can't be written to yet.").waitFor();
});

test("leaving a room leads to the list, and choosing it there back in", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, mia));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, ned));
  for (const page of [a, b]) await h.go(page, { room: "lobby" });
  for (const page of [a, b]) await h.ready(page);
  await b.getByRole("button", { name: "Show who is here" }).click();
  const mias = b.locator(".person", { hasText: mia.name });
  await mias.waitFor();
  await a.getByRole("button", { name: "Show who is here" }).click();
  await a.keyboard.press("Escape"); // back, and not out
  await h.field(a).waitFor();
  await a.getByRole("button", { name: "Show who is here" }).click();
  await a.getByRole("button", { name: "Leave the room" }).click();
  await mias.waitFor({ state: "detached" });
  const lobby = a.locator(".item", { hasText: "Lobby" });
  await lobby.getByText("You are no longer in this room").waitFor();
  await lobby.click();
  await h.ready(a);
  await mias.waitFor();
});

test("a guest can't take the name of who is in the room; where the address is told he is marked as a guest", async () => {
  const room = h.unique("bar").replace(" ", "-");
  const owner = await h.openPage(await h.newContext(), h.signedIn(alpha, mia, { room }));
  await h.ready(owner);
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha, { room }));
  await h.ready(guest);
  const before = await guest.locator("p.guest span").innerText();
  const rename = async (name) => {
    await guest.getByRole("button", { name: "Change name" }).click();
    await guest.getByLabel("Your name").fill(name);
    await guest.keyboard.press("Enter");
  };
  await rename(mia.name);
  await guest.getByText("This name is already in use here.").waitFor();
  await guest.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await guest.locator("p.guest span").innerText(), before);
  await rename(ned.name); // who is not here
  await guest.getByText(`You appear as ${ned.name}.`).waitFor();
  const said = h.unique("I am Ned");
  await h.say(guest, said);
  await owner.locator(".group", { hasText: said }).locator(".author", { hasText: `${ned.name}Guest` }).waitFor();
  await owner.getByRole("button", { name: "Show who is here" }).click();
  await owner.locator(".person", { hasText: ned.name }).getByText("Guest", { exact: true }).waitFor();
  await owner.keyboard.press("Escape");
  await h.field(owner).waitFor();
});

test("in Chinese the lobby and a guest without a name are Chinese too", async () => {
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha, { lang: "zh" }));
  await title(guest, "大厅");
  await guest.locator("p.guest", { hasText: /您显示为访客 \d{4}/ }).waitFor();
});
