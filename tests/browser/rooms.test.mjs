// Rooms that say no: a password, a moderator, a ban, a voice taken away; and what the widget says about it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as h from "./harness.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha } = h;
const [ann, bo] = alpha.users;
const reason = "Because of the test";
let owner;

h.setUp();
before(async () => {
  owner = await slixmpp(alpha, ann);
});
after(() => owner?.stop());

/** A new room with Ann as its owner, and these options of its form. */
async function makeRoom(options = {}) {
  const name = h.unique("room").replace(" ", "-");
  const jid = `${name}@rooms.${alpha.domain}`;
  await owner.join(jid, "Owner");
  await owner.configure(jid, options);
  return { name, jid };
}

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
  await owner.gets(said);
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
  await owner.setRole(room.jid, bo.name, "visitor", reason);
  const said = h.unique("without a voice");
  await h.say(b, said);
  await b.getByText("Not sent. You are not allowed to do this.").waitFor();
  await owner.setRole(room.jid, bo.name, "participant", reason);
  await b.getByRole("button", { name: "Try again" }).click();
  await h.delivered(b, said);
  await owner.gets(said);
  assert.equal((await h.bodies(b)).filter((t) => t.includes(said)).length, 1);
});

test("a message that the site takes back is gone for those who are there, with the reason, and for who comes later", async () => {
  const room = await makeRoom({ "muc#roomconfig_persistentroom": "1" });
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await h.ready(b);
  const said = h.unique("free potions"),
    stays = h.unique("tea");
  await h.say(b, said);
  await h.delivered(b, said);
  await h.say(b, stays);
  await h.delivered(b, stays);
  const { messages } = await h.api(alpha, "GET", `/v1/rooms/${room.name}/messages`);
  const { id } = messages.find((m) => m.text === said);
  await h.api(alpha, "DELETE", `/v1/rooms/${room.name}/messages/${id}?reason=No%20ads`);
  await b.getByText("A moderator removed this message: No ads").waitFor();
  assert.deepEqual(
    (await h.bodies(b)).filter((t) => t.includes(said) || t.includes(stays)),
    [stays],
  );
  const c = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: room.name }));
  await h.sees(c, stays);
  assert.equal((await h.shown(c)).includes(said), false);
});

test("kicked, one may come back; banned, one may not", async () => {
  const room = await makeRoom();
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: room.name }));
  await h.ready(b);
  await owner.setRole(room.jid, bo.name, "none", reason);
  await b.getByText("You were removed from this room by a moderator.").waitFor();
  await b.getByText(reason).waitFor();
  await b.getByRole("button", { name: "Enter the room" }).click();
  await h.ready(b);
  await owner.setAffiliation(room.jid, `${bo.id}@${alpha.domain}`, "outcast", reason);
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

test("whatever a user is called, the room is entered, and the others see the name as it is written", async () => {
  const room = await makeRoom();
  for (const name of ["玛丽·居里", "Anna ❤️", "👩‍💻 Dev", "So\u00ADfie\u200F\u200B"]) {
    const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { ...bo, name }, { room: room.name }));
    await h.ready(b);
    const said = h.unique("from inside");
    await h.say(b, said);
    await h.delivered(b, said);
    await owner.gets(said);
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: room.name }));
    await h.ready(a);
    await h.sees(a, said);
    await a.getByText(name).first().waitFor();
    await h.closeContexts();
  }
});

test("the name as it is written stays with what was said in the room, and gives the picture its letters", async () => {
  const room = await makeRoom();
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { ...bo, name: "👩‍💻 Dev" }, { room: room.name }));
  await h.ready(b);
  const said = h.unique("and gone");
  await h.say(b, said);
  await h.delivered(b, said);
  await h.closeContexts();
  await owner.gets(said);
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: room.name }));
  const group = a.locator(".group", { hasText: said });
  await group.waitFor();
  assert.equal(await group.locator(".author bdi").innerText(), "👩‍💻 Dev");
  assert.equal(await group.locator(".avatar span").innerText(), "👩‍💻D");
  await a.getByRole("button", { name: "Back to conversations" }).click();
  await a.locator(".item", { hasText: said }).getByText("👩‍💻 Dev: ").waitFor();
});

test("a name whose writing alone changes is seen by those who are in the room", async () => {
  const room = await makeRoom();
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: room.name }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { ...bo, name: "Bo ❤" }, { room: room.name }));
  for (const page of [a, b]) await h.ready(page);
  await a.getByRole("button", { name: "Show who is here" }).click();
  await a.locator(".person", { hasText: "Bo ❤" }).waitFor();
  await h.runTag(b, alpha, { token: h.laterToken(alpha, { ...bo, name: "Bo ❤️" }), room: room.name });
  await a.locator(".person", { hasText: "Bo ❤️" }).waitFor();
  assert.equal(await a.locator(".person", { hasText: "Bo" }).count(), 1);
});

test("a guest changes the name from how it is written, whatever a room has made of it", async () => {
  const room = await makeRoom();
  const name = "👩‍💻 Gast";
  const taken = await h.openPage(await h.newContext(), h.signedIn(alpha, { ...bo, name }, { room: room.name }));
  await h.ready(taken);
  const guest = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  await h.ready(guest);
  await guest.getByRole("button", { name: "Change name" }).click();
  await guest.getByLabel("Your name").fill(name);
  await guest.keyboard.press("Enter");
  await guest.getByText(`You appear as ${name}.`).waitFor();
  await h.go(guest, { room: room.name });
  await guest.getByText(`You appear as ${name} 2.`).waitFor();
  await guest.getByRole("button", { name: "Change name" }).click();
  assert.equal(await guest.getByLabel("Your name").inputValue(), name);
});

test("whatever a user's id is, the user signs in", async () => {
  const room = await makeRoom();
  for (const id of ["m²", "น้ำ", "Լևոն", "Ali علي", "😀", "CORP\\bea"]) {
    const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { id, name: "Somebody" }, { room: room.name }));
    await h.ready(b);
    const said = h.unique("from inside");
    await h.say(b, said);
    await h.delivered(b, said);
    await owner.gets(said);
    await h.closeContexts();
  }
});
