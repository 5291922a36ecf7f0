// Rooms that say no: a password, a moderator, a ban, a voice taken away; and what the widget says about it.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import * as h from "./harness.mjs";
import { xml, xmppClient } from "./xmpp-client.mjs";

const { alpha } = h;
const [ann, bo] = alpha.users;
const muc = "http://jabber.org/protocol/muc";
let owner;

before(async () => {
  await h.openSite();
  await h.openBrowser();
  owner = await xmppClient(alpha, ann);
});
afterEach(h.closeContexts);
after(async () => {
  await owner?.stop();
  await h.close();
});

/** A new room with Ann as its owner, and these options of its form. */
async function makeRoom(options = {}) {
  const name = h.unique("room").replace(" ", "-");
  const jid = `${name}@rooms.${alpha.domain}`;
  await owner.send(xml("presence", { to: `${jid}/Owner` }, xml("x", { xmlns: muc }, xml("history", { maxstanzas: "0" }))));
  const fields = Object.entries({ FORM_TYPE: `${muc}#roomconfig`, ...options }).map(([k, v]) => xml("field", { var: k }, xml("value", {}, v)));
  const form = xml("x", { xmlns: "jabber:x:data", type: "submit" }, ...fields);
  await owner.iqCaller.request(xml("iq", { type: "set", to: jid }, xml("query", { xmlns: `${muc}#owner` }, form)));
  return { name, jid };
}
const admin = (jid, item) =>
  owner.iqCaller.request(xml("iq", { type: "set", to: jid }, xml("query", { xmlns: `${muc}#admin` }, xml("item", item, xml("reason", {}, "Because of the test")))));

test("a password is asked for; a wrong one is refused, the right one lets in", async () => {
  const room = await makeRoom({ "muc#roomconfig_passwordprotectedroom": "1", "muc#roomconfig_roomsecret": "jasmine" });
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await b.getByText("This room asks for a password.").waitFor();
  await b.getByLabel("Room password").fill("wrong");
  await b.getByRole("button", { name: "Enter", exact: true }).click();
  await b.getByText("This room asks for a password.").waitFor();
  await b.getByLabel("Room password").fill("jasmine");
  await b.getByRole("button", { name: "Enter", exact: true }).click();
  await h.ready(b);
  const said = h.unique("inside");
  await h.say(b, said);
  await h.delivered(b, said);
  await owner.waitFor(said);
});

test("members only: it is said, and nothing of the room is seen", async () => {
  const room = await makeRoom({ "muc#roomconfig_membersonly": "1" });
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await b.getByText("This room is for members only.").waitFor();
  assert.equal(await h.field(b).count(), 0);
});

test("a voice taken away: the message is shown as not sent, with the reason and another try", async () => {
  const room = await makeRoom({ "muc#roomconfig_moderatedroom": "1" });
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await b.getByText(/people here/).first().waitFor();
  await admin(room.jid, { nick: bo.name, role: "visitor" });
  const said = h.unique("without a voice");
  await h.say(b, said);
  await b.getByText("Not sent. You are not allowed to do this.").waitFor();
  await admin(room.jid, { nick: bo.name, role: "participant" });
  await b.getByRole("button", { name: "Try again" }).click();
  await h.delivered(b, said);
  await owner.waitFor(said);
  assert.equal((await h.bodies(b)).filter((t) => t.includes(said)).length, 1);
});

test("kicked, one may come back; banned, one may not", async () => {
  const room = await makeRoom();
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await h.ready(b);
  await admin(room.jid, { nick: bo.name, role: "none" });
  await b.getByText("You were removed from this room by a moderator.").waitFor();
  await b.getByText("Because of the test").waitFor();
  await b.getByRole("button", { name: "Enter the room" }).click();
  await h.ready(b);
  await admin(room.jid, { jid: `${bo.id}@${alpha.domain}`, affiliation: "outcast" });
  await b.getByText("You have been banned from this room.").waitFor();
  assert.equal(await b.getByRole("button", { name: "Enter the room" }).count(), 0);
});

test("two people with one name are told apart, and each knows his own words", async () => {
  const room = await makeRoom();
  const one = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: room.name }));
  const two = await h.openPage(await h.newContext(), h.signedIn(alpha, { id: "ann-other", name: ann.name }, { room: room.name }));
  await h.ready(one);
  await h.ready(two);
  const first = h.unique("from one"), second = h.unique("from two");
  await h.say(one, first);
  await h.sees(two, first);
  await h.say(two, second);
  await h.sees(one, second);
  assert.equal(await one.locator(".group.own", { hasText: second }).count(), 0);
  assert.equal(await two.locator(".group.own", { hasText: first }).count(), 0);
  await one.locator(".author", { hasText: new RegExp(`^${ann.name} 2$`) }).first().waitFor();
});
