// Two people in two browsers, and the same account in an ordinary XMPP client: who receives what, and who does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha, beta } = h;
const [ann, bo] = alpha.users;

h.setUp();

test("two people talk 1:1; receipts and typing are shown; nobody else receives it", async () => {
  const hello = h.unique("Hello Bo"), answer = h.unique("Hello Ann");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  const elsewhere = await h.openPage(await h.newContext(), h.signedIn(beta, beta.users[1], { to: beta.users[0].id }));
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  for (const page of [a, b, elsewhere, guest]) await h.ready(page);

  await h.field(a).pressSequentially("x");
  await b.getByText(`${ann.name} is typing…`).waitFor();
  await h.say(a, hello);
  await h.sees(b, hello);
  await h.delivered(a, hello, "seen");
  await h.say(b, answer);
  await h.sees(a, answer);

  for (const page of [elsewhere, guest]) {
    assert.ok(!(await h.bodies(page)).some((text) => text.includes(hello) || text.includes(answer)));
    const other = await page.evaluate(() => document.querySelector("teahouse-chat").shadowRoot.textContent);
    assert.ok(!other.includes(hello) && !other.includes(answer));
  }
});

test("people and a guest talk in the lobby; the other tenant's lobby hears nothing", async () => {
  const said = h.unique("To the room"), guests = h.unique("From a guest");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann));
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  const elsewhere = await h.openPage(await h.newContext(), h.signedIn(beta, beta.users[0]));
  for (const page of [a, guest, elsewhere]) await h.ready(page);
  await h.say(a, said);
  await h.sees(guest, said);
  await h.say(guest, guests);
  await h.sees(a, guests);
  await h.delivered(a, said);
  assert.ok(!(await h.bodies(elsewhere)).some((text) => text.includes(said) || text.includes(guests)));

  await a.getByRole("button", { name: "Show who is here" }).click();
  await a.locator("div.person", { hasText: `${ann.name}(you)` }).waitFor(); // nobody writes to himself
});

test("an XMPP client on the same account is in the same conversation", async () => {
  const fromPage = h.unique("from the page"), fromClient = h.unique("from the client"), fromBo = h.unique("from Bo");
  const boPage = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  const annPage = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(boPage);
  await h.ready(annPage);
  const annClient = await slixmpp(alpha, ann);
  const stranger = await slixmpp(beta, beta.users[0]);
  try {
    await h.say(annPage, fromPage);
    await annClient.gets(fromPage); // a carbon
    await h.sees(boPage, fromPage);
    await annClient.chat(`${bo.id}@${alpha.domain}`, fromClient);
    await h.sees(boPage, fromClient);
    await h.sees(annPage, fromClient); // a carbon
    await h.say(boPage, fromBo);
    await h.sees(annPage, fromBo);
    await annClient.gets(fromBo);
    assert.equal(stranger.messages.filter((m) => /from the|from Bo/.test(m.xml)).length, 0);
  } finally {
    await annClient.stop();
    await stranger.stop();
  }
});

test("a message for a closed chat is counted, announced on the bubble, and read by opening", async () => {
  const first = h.unique("first"), second = h.unique("second");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(a);
  const context = await h.newContext();
  const b = await h.openPage(context, h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(b);
  await b.keyboard.press("Escape");
  await b.locator(".panel").waitFor({ state: "hidden" });
  await h.say(a, first);
  await h.say(a, second);
  await h.openUnread(b, 2);
  await h.sees(b, second);
  await b.getByText("New messages").waitFor();
  await h.delivered(a, second, "seen");
  await b.keyboard.press("Escape");
  await b.getByRole("button", { name: "Open chat", exact: true }).waitFor();
});

test("history is loaded by scrolling, in order and without repeats", async () => {
  const mark = h.unique("line");
  const sender = await slixmpp(alpha, ann);
  const room = h.unique("history").replace(" ", "-");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room }));
  await h.ready(a);
  try {
    const to = `${room}@rooms.${alpha.domain}`;
    await sender.join(to, "Scribe");
    for (let i = 0; i < 75; i++) await sender.say(to, `${mark} ${i}.`);
    await h.sees(a, `${mark} 74.`);
  } finally {
    await sender.stop();
  }
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room }));
  await h.sees(b, `${mark} 74.`);
  for (let i = 0; i < 40 && (await b.locator(".text", { hasText: `${mark} 0.` }).count()) === 0; i++) {
    const before = await b.locator(".text").count();
    await b.locator(".scroller").evaluate((box) => box.scrollTo(0, 0));
    await b.locator(".text").nth(before).waitFor({ state: "attached" });
  }
  const lines = (await h.bodies(b)).filter((text) => text.includes(mark));
  assert.deepEqual(lines, Array.from({ length: 75 }, (_, i) => `${mark} ${i}.`));
});

test("what a message contains is text: markup is shown, not obeyed, and only safe links can be clicked", async () => {
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(a);
  await h.ready(b);
  const evil = `<img src=x onerror="window.hacked=1"> ]]> & </body> javascript:alert(1) https://example.org/a?b=<c>&d=(e) ${h.unique("\u0007\ud800end")}`;
  await h.say(a, evil);
  const box = b.locator(".text", { hasText: "onerror" }).last();
  await box.waitFor();
  assert.equal(await box.locator("img").count(), 0);
  assert.deepEqual(await box.locator("a").evaluateAll((links) => links.map((l) => [l.protocol, l.rel])), [["https:", "noopener noreferrer nofollow ugc"]]);
  assert.equal(await b.evaluate(() => window.hacked), undefined);
  await h.delivered(a, "onerror");
});
