// Converse.js in a page of its own: users of two tenants, one over WebSocket and one over BOSH, sign in by their passwords, talk in a room and
// as contacts, send pictures, come back to what was said, and block.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import * as c from "./converse.mjs";
import * as h from "./harness.mjs";
import { file, png } from "./pictures.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha, beta } = h;
const password = "Jasmine & tea";
// Of this file alone.
const kit = `kit@${alpha.domain}`, lou = `lou@${beta.domain}`;
const mia = { id: "mia-reed", name: "Mia Reed" }, noa = { id: "noa", name: "Noa Hill" };
const logs = process.env.TEAHOUSE_LOGS ?? "build/test-logs/adhoc";
const options = { skip: !h.config.account };
let bystanders;

h.setUp({ alpha: [mia], beta: [noa] });
before(async () => {
  mkdirSync(logs, { recursive: true });
  await c.openSite();
  if (!options.skip) await Promise.all([makeAccount(alpha, "kit"), makeAccount(beta, "lou")]);
});
after(c.closeSite);
beforeEach(async () => (bystanders = [await slixmpp(alpha, mia), await slixmpp(beta, noa)]));
afterEach(() => Promise.all(bystanders.map((bystander) => bystander.stop())));

async function makeAccount(tenant, user) {
  const made = await fetch(`${h.config.account}?${new URLSearchParams({ name: tenant.name, user, password })}`);
  assert.equal(made.status, 204);
}
/** Pictures for people to look at; no test reads them. */
const shoot = (page, name) => page.screenshot({ path: join(logs, `converse-${name}.png`) });
async function bystandersHeardNothing() {
  const [one, other] = bystanders;
  await one.chat(`${noa.id}@${beta.domain}`, "All quiet?");
  await other.gets("All quiet?");
  await other.chat(`${mia.id}@${alpha.domain}`, "All quiet.");
  await one.gets("All quiet.");
  assert.deepEqual(bystanders.map(({ messages }) => messages.map(({ body }) => body)), [["All quiet."], ["All quiet?"]]);
}

test("a room: made, entered from another tenant, talked in, and there by itself on another device", options, async () => {
  const room = `garden@rooms.${alpha.domain}`;
  const [k, l] = await Promise.all([c.signIn(kit, password), c.signIn(lou, password, "bosh")]);
  await c.enterRoom(k, room, "Kit");
  await c.enterRoom(l, room, "Lou");
  await c.seesOccupant(k, "Lou");
  await c.say(k, "Welcome to the garden");
  await c.sees(l, "Welcome to the garden");
  await c.say(l, "What roses!");
  await c.sees(k, "What roses!");
  const device = await c.signIn(lou, password);
  await c.openRoom(device, room);
  await c.seesOccupant(device, "Kit");
  await c.sees(device, "What roses!");
  await shoot(device, "room");
  assert.deepEqual(await c.bodies(device), ["Welcome to the garden", "What roses!"]);
  await bystandersHeardNothing();
  for (const page of [k, l, device]) assert.deepEqual(page.troubles, []);
});

test("contacts: asked for and accepted, they talk, see a picture that is set and pictures that are sent, come back, find all on another device, and block", options, async () => {
  const face = file("lou.png", "image/png", png(96, 96));
  const [k, l] = await Promise.all([c.signIn(kit, password), c.signIn(lou, password, "bosh")]);
  await c.addContact(k, lou);
  await c.acceptContact(l, kit);
  await c.isOnline(k, lou);
  await c.say(k, "Good morrow");
  await c.openChat(l, kit);
  await c.sees(l, "Good morrow");
  await c.setPicture(l, face);
  await c.seesPictureOf(k, lou, face);
  await c.attach(l, file("hills.png", "image/png", png(320, 240)));
  await c.seesAttached(k, "hills.png");
  await shoot(k, "chat");

  await c.attach(k, file("lake.png", "image/png", png(240, 320, [[90, 90, 160], [20, 60, 120]])));
  await c.seesAttached(l, "lake.png");

  await c.reload(k);
  await c.isOnline(k, lou);
  await c.say(k, "Here I am again");
  await c.sees(l, "Here I am again");

  const device = await c.signIn(kit, password);
  await c.openChat(device, lou);
  await c.sees(device, "Good morrow");
  for (const name of ["hills.png", "lake.png"]) await c.seesAttached(device, name);
  await shoot(device, "history");
  await c.block(device, lou);
  await c.isGone(k, lou);
  await c.say(l, "Are you there?");
  await c.isRefused(l, "Are you there?");
  await shoot(l, "blocked");
  assert.ok(!(await c.bodies(k)).includes("Are you there?"));
  await bystandersHeardNothing();
  for (const page of [k, l, device]) assert.deepEqual(page.troubles, []);
});
