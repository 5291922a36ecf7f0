import { settle } from "../../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parse, serialize } from "../../core/xml.ts";
import { FakeRoom, roomJid, type Seat } from "../../testing/room.ts";
import { writeJingle } from "../jingle/xml.ts";
import { meshTimes } from "./mesh.ts";
import { renameMids } from "./mesh-peer.ts";
import { mujiText, writeMuji, writePart, contentNames } from "./muji.ts";
import { Speakers, speakerTimes } from "./speakers.ts";
import { strandTimes } from "./strand.ts";

let room: FakeRoom;
const initiates = () => room.asked.filter((text) => text.includes("session-initiate"));
beforeEach(() => {
  room = new FakeRoom();
});

async function join(...nicks: string[]): Promise<Seat[]> {
  const seats: Seat[] = [];
  for (const nick of nicks) {
    seats.push(room.enter(nick).join());
    await settle();
  }
  return seats;
}
const connect = (seats: Seat[]) => seats.forEach((seat) => seat.peers.forEach((peer) => peer.events.state("connected")));

test("who comes later begins the session with each who is there; all are in it with each other", async () => {
  const bystander = room.enter("dee");
  const seats = await join("ann", "bo", "cy");
  assert.deepEqual(initiates(), ["bo session-initiate ann", "cy session-initiate ann", "cy session-initiate bo"]);
  assert.deepEqual(
    seats.map((seat) => seat.with),
    [
      ["bo", "cy"],
      ["ann", "cy"],
      ["ann", "bo"],
    ],
  );
  connect(seats);
  for (const { mesh } of seats) assert.deepEqual(new Set(mesh!.members.map(({ state }) => state)), new Set(["active"]));
  assert.equal(
    room.asked.some((text) => text.includes("dee")),
    false,
    "nobody speaks with who is not in the call",
  );
  assert.equal(bystander.room.occupants.ann!.call, "audio,video,screen");
});

test("two who come at once: each waits until those before it are ready, and one begins", async () => {
  const ann = room.enter("ann"),
    bo = room.enter("bo");
  ann.slow = bo.slow = true;
  ann.join();
  bo.join();
  ann.hearBack();
  await settle();
  assert.deepEqual([ann.mesh!.inside, bo.mesh!.inside], [true, false]);
  bo.hearBack();
  await settle();
  assert.deepEqual(initiates(), ["bo session-initiate ann"]);
});

test("who prepares for ever is waited for, but not for ever", async () => {
  room.enter("old");
  room.change("old", { call: "preparing" });
  const [ann] = await join("ann");
  assert.equal(ann!.mesh!.inside, false);
  room.time.pass(meshTimes.preparingMs);
  assert.equal(ann!.mesh!.inside, true);
  assert.deepEqual(ann!.with, []);
  room.change("old", { call: "audio" });
  await settle();
  assert.deepEqual(initiates(), ["ann session-initiate old"], "they came before us");
});

test("a sixth is told that it is full, and is shown in the call no more", async () => {
  const seats = await join("a", "b", "c", "d", "e", "f");
  const last = seats.at(-1)!;
  assert.deepEqual([last.told, last.room.occupants.f!.call, last.peers.length], [["full"], undefined, 0]);
  assert.equal(seats[0]!.with.length, 4);
  seats[0]!.mesh!.leave();
  await settle();
  last.join();
  await settle();
  assert.deepEqual(last.with, ["b", "c", "d", "e"]);
});

test("who leaves is gone for the others at once; who is kicked too", async () => {
  const [ann, bo, cy] = await join("ann", "bo", "cy");
  connect([ann!, bo!, cy!]);
  bo!.mesh!.leave();
  await settle();
  assert.deepEqual([ann!.told, ann!.with, bo!.peers.every(({ done }) => done.at(-1) === "close")], [["left bo"], ["cy"], true]);
  room.kick("cy");
  await settle();
  assert.deepEqual([ann!.with, cy!.told], [[], ["left bo", "removed"]]);
});

test("what the room shows of us without the call is said again; and for a moment the others keep us", async () => {
  const [ann, bo] = await join("ann", "bo");
  connect([ann!, bo!]);
  ann!.slow = true;
  room.change("ann", { call: undefined, name: "Ann ☕" }); // another tab has told a new name
  assert.deepEqual(bo!.with, ["ann"]);
  ann!.hearBack();
  await settle();
  room.time.pass(meshTimes.graceMs * 2);
  assert.deepEqual([bo!.with, bo!.told, bo!.room.occupants.ann!.call], [["ann"], [], mujiText(contentNames)]);
  ann!.slow = true;
  room.change("ann", { call: undefined });
  room.time.pass(meshTimes.graceMs);
  assert.deepEqual(bo!.told, ["left ann"], "not for ever");
});

test("another device of the user's takes the call over", async () => {
  const [ann, bo] = await join("ann", "bo");
  room.change("ann", { call: "preparing", jid: "ann@a.test/phone" });
  await settle();
  assert.deepEqual([ann!.told, ann!.mesh!.inside, bo!.mesh!.inside], [["elsewhere"], false, true]);
});

test("another nick is the same member; another person of the same nick is not", async () => {
  const [ann, bo] = await join("ann", "bo");
  connect([ann!, bo!]);
  const { bo: occupant, ...others } = ann!.room.occupants;
  ann!.room.occupants = { ...others, bob: { ...occupant!, nick: "bob" } };
  ann!.mesh!.look();
  assert.deepEqual([ann!.with, ann!.told], [["bob"], []]);
  ann!.room.occupants = { ...ann!.room.occupants, bob: { ...occupant!, nick: "bob", occupantId: "id-eve" } };
  ann!.mesh!.look();
  assert.deepEqual(
    ann!.told,
    ["left bo"].map((text) => text.replace("bo", "bob")),
  );
});

test("only those in the call may begin a session, and only of this room", async () => {
  const [ann] = await join("ann");
  room.enter("eve");
  const initiate = (part: string) => parse(serialize(writeJingle({ sid: "x", action: "session-initiate" }, writePart(part))))!;
  const ask = (from: string, part = roomJid) => ann!.receive("session-initiate", "x", from, initiate(part)).catch((error) => error.condition);
  assert.equal(await ask(`${roomJid}/eve`), "item-not-found");
  assert.equal(await ask("eve@a.test/x"), "item-not-found");
  room.change("eve", { call: "audio" });
  assert.equal(await ask(`${roomJid}/eve`, "other@rooms.a.test"), "item-not-found");
  assert.equal(await ask(`${roomJid}/eve`), "bad-request", "its contents are looked at now");
  assert.equal(await ask(`${roomJid}/nobody`), "item-not-found");
});

test("moderators alone silence", async () => {
  const [ann, bo] = await join("ann", "bo");
  await assert.rejects(ann!.mesh!.silence(ann!.mesh!.members[0]!.id), { condition: "forbidden" });
  room.change("ann", { role: "moderator" });
  await ann!.mesh!.silence(ann!.mesh!.members[0]!.id);
  assert.deepEqual(bo!.told, ["silenced by ann"]);
});

test("a hand that is up is seen by all, and by those who come later", async () => {
  const [ann, bo] = await join("ann", "bo");
  ann!.mesh!.raise(true);
  await settle();
  const [cy] = await join("cy");
  for (const seat of [bo!, cy!])
    assert.deepEqual(
      seat.mesh!.members.filter(({ hand }) => hand).map(({ nick }) => nick),
      ["ann"],
    );
  ann!.mesh!.raise(false);
  await settle();
  assert.equal(bo!.mesh!.members[0]!.hand, false);
});

test("one line that breaks costs that one alone: it is begun anew by the side that came later, a few times", async () => {
  const seats = await join("ann", "bo", "cy");
  const [ann, bo, cy] = seats;
  connect(seats);
  bo!.peers[0]!.events.state("failed"); // that to ann
  const state = (seat: Seat, nick: string) => seat.mesh!.members.find((m) => m.nick === nick)!.state;
  assert.deepEqual([state(bo!, "ann"), state(bo!, "cy"), state(ann!, "cy")], ["reconnecting", "active", "active"]);
  room.time.pass(strandTimes.reconnectingMs + strandTimes.againMs);
  await settle();
  assert.equal(initiates().filter((text) => text === "bo session-initiate ann").length, 2);
  connect(seats);
  assert.deepEqual([state(bo!, "ann"), state(ann!, "bo"), state(cy!, "ann")], ["active", "active", "active"]);
});

test("our own connection that is away ends nothing; who does not come back is gone after a while", async () => {
  const [ann, bo, cy] = await join("ann", "bo", "cy");
  connect([ann!, bo!, cy!]);
  const before = ann!.room.occupants;
  Object.assign(ann!.room, { phase: "joining", occupants: {} });
  ann!.mesh!.look();
  Object.assign(ann!.room, { phase: "joined", occupants: { ann: { ...before.ann!, call: undefined }, bo: before.bo! } });
  ann!.mesh!.look();
  await settle();
  assert.deepEqual([ann!.with, ann!.told], [["bo", "cy"], []]);
  room.time.pass(meshTimes.returnMs);
  assert.deepEqual(ann!.told, ["left cy"]);
});

test("the room that says nothing back is given up", async () => {
  const ann = room.enter("ann");
  ann.slow = true;
  ann.join();
  room.time.pass(meshTimes.joiningMs);
  assert.deepEqual(ann.told, ["unanswered"]);
});

test("muji stands as XEP-0272 writes it", () => {
  assert.equal(serialize(writeMuji(null)), `<muji xmlns="urn:xmpp:jingle:muji:0"><preparing/></muji>`);
  const muji = serialize(writeMuji(["audio", "screen"], { hand: true }));
  assert.match(
    muji,
    /<content creator="initiator" name="screen"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="video"><payload-type id="96" name="VP8"/,
  );
  assert.match(muji, /<hand xmlns="urn:teahouse:calls:0"\/><\/muji>$/);
});

test("names of contents stand in place of the browser's, and packets carry none that the other side does not know", () => {
  const sdp = "a=group:BUNDLE 0 1\r\nm=audio\r\na=mid:0\r\nm=video\r\na=mid:1\r\n";
  const extension = "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  const names = new Map(Object.entries({ 0: "audio", 1: "video" }));
  const named = renameMids(sdp.replace("m=video", `${extension}m=video`), names);
  assert.equal(named, "a=group:BUNDLE audio video\r\nm=audio\r\na=mid:audio\r\nm=video\r\na=mid:video\r\n");
  assert.equal(renameMids(named, new Map(Object.entries({ audio: "0", video: "1" }))), sdp);
  assert.equal(renameMids(extension, new Map()), extension, "of others' offers nothing is changed");
});

test("the loudest speaks, until another is louder for long enough", () => {
  const speakers = new Speakers();
  const hear = (a: number, b: number, now: number) =>
    speakers.hear(
      new Map([
        ["a", a],
        ["b", b],
      ]),
      now,
    );
  assert.equal(hear(0, 0.001, 0), false);
  assert.equal(hear(0.3, 0, 1), true);
  assert.deepEqual([hear(0, 0.9, 2), speakers.current], [false, "a"], "a cough");
  hear(0, 0.9, speakerTimes.holdMs + 2);
  assert.equal(speakers.current, "b");
  speakers.hear(new Map([["a", 0.2]]), speakerTimes.holdMs + 3);
  assert.equal(speakers.current, "a", "they have left");
});
