// Two people in two browsers and a third in slixmpp: each talks with each, alone and in a room, and the other tenant hears nothing of it.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import * as h from "./harness.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha, beta } = h;
// Of both tenants, and of this file alone, so that all that they hear was said here.
const dora = { id: "dora", name: "Dora Park" }, eli = { id: "eli", name: "Eli Roth" }, cy = { id: "cy", name: "Cy Ode" };
const jid = (tenant, user) => `${user.id}@${tenant.domain}`;
let client, stranger;

h.setUp();
beforeEach(async () => {
  client = await slixmpp(alpha, cy);
  stranger = await slixmpp(beta, cy);
});
afterEach(async () => {
  await client?.stop();
  await stranger?.stop();
});

async function openPages(...urls) {
  const pages = [];
  for (const url of urls) pages.push(await h.openPage(await h.newContext(), url));
  for (const page of pages) await h.ready(page);
  return pages;
}
const talkTo = (page, user) => h.go(page, { to: user.id });
const shown = async (page, ...texts) => assert.deepEqual((await h.bodies(page)).sort(), texts.sort());
/** Receipts and the like have no text, but may not come from another tenant either. */
function heard(who, tenant, ...texts) {
  for (const { from } of who.messages) assert.ok(from.split("/")[0].endsWith(tenant.domain), `it came from ${from}`);
  assert.deepEqual(who.messages.map(({ body }) => body).filter(Boolean).sort(), texts.sort());
}

test("1:1, each of the three hears only what is said to him", async () => {
  const [doraPage, eliPage, strangerPage] = await openPages(
    h.signedIn(alpha, dora, { to: eli.id }), h.signedIn(alpha, eli, { to: dora.id }), h.signedIn(beta, dora, { to: cy.id }));
  const [doraToEli, eliToDora, doraToCy, cyToDora, cyToEli, eliToCy, inBeta, backInBeta] =
    ["Dora to Eli", "Eli to Dora", "Dora to Cy", "Cy to Dora", "Cy to Eli", "Eli to Cy", "in beta", "back in beta"].map(h.unique);

  await h.say(doraPage, doraToEli);
  await h.sees(eliPage, doraToEli);
  await h.say(eliPage, eliToDora);
  await h.sees(doraPage, eliToDora);
  await shown(doraPage, doraToEli, eliToDora);
  await shown(eliPage, doraToEli, eliToDora);

  // The page begins.
  await talkTo(doraPage, cy);
  await h.ready(doraPage);
  await h.say(doraPage, doraToCy);
  const got = await client.gets(doraToCy);
  assert.deepEqual([got.type, got.from.split("/")[0], got.to.split("/")[0]], ["chat", jid(alpha, dora), jid(alpha, cy)]);
  await h.delivered(doraPage, doraToCy, "delivered");
  await client.chat(jid(alpha, dora), cyToDora);
  await h.sees(doraPage, cyToDora);

  // slixmpp begins, while the page shows another conversation.
  await client.chat(jid(alpha, eli), cyToEli);
  await talkTo(eliPage, cy);
  await h.sees(eliPage, cyToEli);
  await h.say(eliPage, eliToCy);
  await client.gets(eliToCy);
  await h.delivered(eliPage, eliToCy, "delivered");

  // Whoever hears these would have heard what came before.
  await h.say(strangerPage, inBeta);
  await stranger.gets(inBeta);
  await stranger.chat(jid(beta, dora), backInBeta);
  await h.sees(strangerPage, backInBeta);

  await shown(doraPage, doraToCy, cyToDora);
  await shown(eliPage, cyToEli, eliToCy);
  await shown(strangerPage, inBeta, backInBeta);
  heard(client, alpha, doraToCy, eliToCy);
  heard(stranger, beta, inBeta);
});

test("in a room all three hear each; in the room of that name of the other tenant nobody does", async () => {
  const room = h.unique("tearoom").replace(" ", "-");
  const place = (tenant) => `${room}@rooms.${tenant.domain}`;
  const [doraPage, eliPage, strangerPage] = await openPages(
    h.signedIn(alpha, dora, { room }), h.signedIn(alpha, eli, { room }), h.signedIn(beta, dora, { room }));
  await client.join(place(alpha), cy.name);
  await stranger.join(place(beta), cy.name);
  const [fromDora, fromEli, fromCy, inBeta, backInBeta] = ["from Dora", "from Eli", "from Cy", "in beta", "back in beta"].map(h.unique);

  await h.say(doraPage, fromDora);
  await h.say(eliPage, fromEli);
  await client.say(place(alpha), fromCy);
  for (const text of [fromDora, fromEli, fromCy]) {
    await h.sees(doraPage, text);
    await h.sees(eliPage, text);
  }
  for (const [user, text] of [[dora, fromDora], [eli, fromEli], [cy, fromCy]]) {
    const { type, from } = await client.gets(text);
    assert.deepEqual([type, from], ["groupchat", `${place(alpha)}/${user.name}`]);
  }
  await doraPage.locator(".group:not(.own)", { hasText: fromCy }).locator(".author", { hasText: cy.name }).waitFor();

  await h.say(strangerPage, inBeta);
  await stranger.gets(inBeta);
  await stranger.say(place(beta), backInBeta);
  await h.sees(strangerPage, backInBeta);

  await shown(doraPage, fromDora, fromEli, fromCy);
  await shown(eliPage, fromDora, fromEli, fromCy);
  await shown(strangerPage, inBeta, backInBeta);
  heard(client, alpha, fromDora, fromEli, fromCy);
  await stranger.gets(backInBeta);
  heard(stranger, beta, inBeta, backInBeta);
});
