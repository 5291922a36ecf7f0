// Messages to ids that nobody has. By XMPP the server does not tell them from others, so the widget asks the site's API before the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha, beta } = h;
// Of this file alone.
const zoe = { id: "zoe", name: "Zoe Amis" }, yul = { id: "yul", name: "Yul Brand" };

h.setUp({ alpha: [zoe] });

/** An id that nobody in this tenant has, and somebody in the other tenant. */
async function newcomer() {
  const user = { id: h.unique("late").replace(" ", "-"), name: "Late Comer" };
  await h.api(beta, "PUT", `/v1/users/${user.id}`, { name: user.name });
  return user;
}
const notSent = (page, text, user) => page.locator(".line-failed", { hasText: text }).getByText(`Not sent. ${user.id} has never been here, and can't be written to yet.`).waitFor();

test("a message to an id that nobody has is not sent, and says why in each tab; when they have come, another try sends it", async () => {
  const late = await newcomer();
  const namesake = await h.openPage(await h.newContext(), h.signedIn(beta, late));
  const context = await h.newContext();
  const [tab, page] = [await h.openPage(context, h.signedIn(alpha, zoe, { to: late.id })), await h.openPage(context, h.signedIn(alpha, zoe, { to: late.id }))];
  for (const each of [tab, page]) await h.ready(each);
  const said = h.unique("are you here");
  await h.say(page, said);
  await notSent(page, said, late);
  assert.equal(await page.locator(".delivery").count(), 0);
  await tab.bringToFront();
  await notSent(tab, said, late);
  await page.reload();
  await h.opened(page);
  await notSent(page, said, late);

  const theirs = await h.openPage(await h.newContext(), h.signedIn(alpha, late, { to: zoe.id }));
  await h.ready(theirs);
  await page.bringToFront();
  await page.getByRole("button", { name: "Try again" }).click();
  await h.delivered(page, said);
  await h.sees(theirs, said);
  await h.ready(namesake);
  assert.ok(!(await h.shown(namesake)).includes(said));
});

test("who has come since they were looked for gets the first message, and all in order", async () => {
  const late = await newcomer();
  const page = await h.openPage(await h.newContext(), h.signedIn(alpha, zoe, { to: late.id, lang: "zh" }));
  await h.ready(page);
  await page.getByText(`${late.id}还没有来过，暂时无法接收消息。`).waitFor();
  await h.api(alpha, "PUT", `/v1/users/${late.id}`, { name: late.name });
  const said = ["one", "two", "three"].map(h.unique);
  for (const text of said) await h.say(page, text);
  for (const text of said) await h.delivered(page, text);
  const theirs = await h.openPage(await h.newContext(), h.signedIn(alpha, late, { to: zoe.id }));
  await h.sees(theirs, said[2]);
  assert.deepEqual(await h.bodies(theirs), said);
  await page.locator(".headline .title", { hasText: late.name }).waitFor();
});

test("an account that is no user of the site is written to by its address", async () => {
  const client = await slixmpp(beta, yul);
  try {
    const page = await h.openPage(await h.newContext(), h.signedIn(alpha, zoe, { to: `${yul.id}@${beta.domain}` }));
    await h.ready(page);
    const said = h.unique("from next door");
    await h.say(page, said);
    await client.gets(said);
    await h.delivered(page, said);
  } finally {
    await client.stop();
  }
});
