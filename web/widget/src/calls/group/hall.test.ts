import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { settle } from "../../testing/browser.ts";
import { FakeRoom, roomJid, type Seat } from "../../testing/room.ts";
import { makeServed, type FakeService } from "../../testing/service.ts";
import { child, parse } from "../../core/xml.ts";
import { hallTimes } from "./hall.ts";
import { readEntity } from "./hall-info.ts";
import { contentNames, mujiText } from "./muji.ts";
import { readService } from "./service.ts";
import { strandTimes } from "./strand.ts";

let room: FakeRoom;
let service: FakeService;
beforeEach(() => {
  room = new FakeRoom();
  service = makeServed(room, 2);
});

async function join(...nicks: string[]): Promise<Seat[]> {
  const seats: Seat[] = [];
  for (const nick of nicks) {
    seats.push(room.enter(nick).join());
    await settle();
  }
  return seats;
}
/** Everything that has been begun so far is connected. */
async function connect(...seats: Seat[]): Promise<void> {
  for (const seat of seats) for (const peer of [...seat.peers, ...seat.sent]) if (!peer.done.includes("close")) peer.events.state("connected");
  await settle();
  for (const seat of seats) service.comeUp(seat);
  await settle();
  for (const seat of seats) for (const peer of seat.received) if (!peer.done.includes("close")) peer.events.state("connected");
  await settle();
}
const states = ({ mesh }: Seat) => Object.fromEntries(mesh!.members.map(({ nick, state }) => [nick, state]));
const closed = (peers: { done: string[] }[]) => peers.map(({ done }) => done.at(-1) === "close");

test("up to the limit a call goes directly; the next one asks the service first, and all go there without a gap", async () => {
  const [ann, bo] = await join("ann", "bo");
  await connect(ann!, bo!);
  assert.deepEqual([service.asked, ann!.mesh!.served], [[], false]);
  const cy = room.enter("cy").join();
  await settle();
  assert.equal(service.asked[0], "cy session-initiate audio video", "the screen is a session of its own");
  assert.equal(cy.room.occupants.cy!.call, mujiText(contentNames, { conference: true }));
  assert.deepEqual(service.asked.filter((text) => text.includes("session-initiate")).length, 3, "those who were there go there too");
  assert.deepEqual([closed(ann!.peers), cy.peers.length], [[false], 0], "nothing ends before the other is there");
  await connect(ann!, bo!, cy);
  for (const seat of [ann!, bo!, cy]) assert.deepEqual([...new Set(Object.values(states(seat)))], ["active"]);
  assert.deepEqual([ann!.received.length, closed(ann!.peers)], [2, [false]]);
  room.time.pass(strandTimes.overlapMs);
  await settle();
  assert.deepEqual([closed(ann!.peers), closed(bo!.peers), states(ann!)], [[true], [true], { bo: "active", cy: "active" }]);
  assert.equal(room.asked.filter((text) => text.includes("session-initiate")).length, 1, "and no session is begun directly any more");
});

test("a service that does not take the newcomer leaves the others as they are; who is full or fails is told", async () => {
  const [ann, bo] = await join("ann", "bo");
  await connect(ann!, bo!);
  for (const [condition, told] of [
    ["resource-constraint", "full"],
    ["service-unavailable", "service"],
  ] as const) {
    service.refuses = condition;
    const cy = room.enter("cy").join();
    await settle();
    assert.deepEqual([cy.told, cy.room.occupants.cy!.call], [[told], undefined]);
    room.kick("cy");
  }
  assert.deepEqual([states(ann!), ann!.mesh!.served, closed(ann!.peers)], [{ bo: "active" }, false, [false]]);
});

test("as many as the service holds", async () => {
  service.most = 3;
  const seats = await join("a", "b", "c");
  await connect(...seats);
  const [d] = await join("d");
  assert.deepEqual(d!.told, ["full"]);
  assert.equal(d!.mesh!.most, 3);
});

test("who leaves is gone at once, without a word of theirs too; the call stays with the service", async () => {
  const [ann, bo, cy, dee] = await join("ann", "bo", "cy", "dee");
  await connect(ann!, bo!, cy!, dee!);
  cy!.mesh!.leave();
  await settle();
  room.time.pass(1);
  assert.deepEqual([ann!.with, ann!.told, service.nicks], [["bo", "dee"], ["left cy"], ["ann", "bo", "dee"]]);
  assert.deepEqual(
    service.asked.filter((text) => text.startsWith("cy session-terminate")),
    ["cy session-terminate"],
  );
  room.kick("dee");
  service.end(({ seat }) => seat === dee, "gone");
  await settle();
  assert.deepEqual([ann!.with, dee!.told.at(-1)], [["bo"], "removed"]);
  assert.equal(ann!.mesh!.served, true);
});

test("an engine that dies: each calls again by themselves, and nobody is gone for the others", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  room.time.pass(strandTimes.overlapMs);
  await settle();
  const [ann] = seats;
  service.end(() => true, "connectivity-error");
  await settle();
  assert.deepEqual([ann!.mesh!.lost, states(ann!), ann!.with], [true, { bo: "reconnecting", cy: "reconnecting" }, ["bo", "cy"]]);
  room.time.pass(0);
  await settle();
  await connect(...seats);
  assert.deepEqual([ann!.mesh!.lost, states(ann!), ann!.told], [false, { bo: "active", cy: "active" }, []]);
  assert.equal(room.asked.filter((text) => text.includes("session-initiate")).length, 1, "nobody goes back to the mesh");
});

test("a stream that can't be received is offered again, since we come anew", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  const [ann, bo] = seats;
  const before = service.asked.length;
  service.fail(ann!, "bo");
  await settle();
  room.time.pass(0);
  await settle();
  assert.deepEqual(
    service.asked.slice(before).filter((text) => !text.includes("session-accept")),
    ["ann session-terminate", "ann session-initiate audio video"],
  );
  await connect(...seats);
  assert.deepEqual([states(ann!), states(bo!), ann!.told], [{ bo: "active", cy: "active" }, { ann: "active", cy: "active" }, []]);
});

test("a service that fails for long ends the call, after growing pauses", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  const [ann] = seats;
  service.refuses = "service-unavailable";
  service.end(({ seat }) => seat === ann, "connectivity-error");
  for (const pause of hallTimes.pausesMs) {
    assert.deepEqual(ann!.told, []);
    room.time.pass(pause);
    await settle();
  }
  assert.deepEqual(ann!.told, ["service"]);
});

test("a screen is a session of its own, which ends by itself", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  const [ann, bo] = seats;
  ann!.shares = true;
  ann!.mesh!.tell("screen");
  await settle();
  assert.equal(service.asked.at(-1), "ann session-initiate audio", "of one content (the false peer's first is sound)");
  await connect(...seats);
  assert.equal(bo!.received.length, 3);
  ann!.shares = false;
  ann!.mesh!.tell("screen");
  await settle();
  assert.deepEqual([bo!.received.filter(({ done }) => done.at(-1) === "close").length, states(bo!)], [1, { ann: "active", cy: "active" }]);
});

test("whom the room gives no voice is told so, and so are the others", async () => {
  const seats = await join("ann", "bo", "cy");
  service.voiceless.add("bo");
  await connect(...seats);
  const of = (seat: Seat, nick: string) => seat.mesh!.members.find((member) => member.nick === nick)!;
  assert.deepEqual([of(seats[0]!, "bo").voiceless, of(seats[0]!, "bo").muted, of(seats[0]!, "cy").voiceless], [true, true, false]);
  assert.deepEqual(
    seats.map(({ mesh }) => mesh!.voiceless),
    [false, true, false],
  );
});

test("moderators silence through the room, as there is no session between two; nobody else does", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  room.time.pass(strandTimes.overlapMs);
  await settle();
  const [ann, bo] = seats;
  const id = ann!.mesh!.members.find(({ nick }) => nick === "bo")!.id;
  await assert.rejects(ann!.mesh!.silence(id), { condition: "forbidden" });
  room.change("ann", { role: "moderator" });
  await ann!.mesh!.silence(id);
  assert.deepEqual(bo!.told, ["silenced by ann"]);
});

test("who says that they are at the service and never come is out of reach; who can't go there is spoken with directly", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  const [ann] = seats;
  room.enter("eve");
  room.change("eve", { call: mujiText(contentNames, { conference: true }) });
  await settle();
  assert.equal(states(ann!).eve, "connecting");
  room.time.pass(strandTimes.lateMs);
  assert.equal(states(ann!).eve, "unreachable");
  room.enter("old");
  room.change("old", { call: "audio,video" });
  await settle();
  room.time.pass(strandTimes.lateMs);
  await settle();
  assert.ok(room.asked.includes("ann session-initiate old"));
});

test("streams of others than the service, and of nobody in the room, are not taken", async () => {
  const seats = await join("ann", "bo", "cy");
  await connect(...seats);
  const [ann] = seats;
  const before = ann!.received.length;
  const offer = (entity: string) =>
    parse(
      `<jingle xmlns="urn:xmpp:jingle:1" action="session-initiate" sid="x"><conference-info xmlns="urn:xmpp:coin:1"><users><user entity="${entity}"/></users></conference-info></jingle>`,
    )!;
  const ask = (from: string, entity: string) => ann!.receive("session-initiate", "x", from, offer(entity)).catch((error) => error.condition);
  assert.equal(await ask("tea@calls.evil.test", `xmpp:${roomJid}/bo`), "item-not-found");
  assert.equal(await ask("tea@calls.a.test", "xmpp:other@rooms.a.test/bo"), "item-not-found");
  assert.equal(await ask("tea@calls.a.test", `xmpp:${roomJid}/bo`), "bad-request", "its contents are looked at now");
  assert.equal(
    ann!.received.slice(before).every(({ done }) => done.at(-1) === "close"),
    true,
  );
  assert.deepEqual(Object.keys(states(ann!)).sort(), ["bo", "cy"]);
});

test("addresses as the service writes them", () => {
  assert.equal(readEntity(`xmpp:${roomJid}/Ann%20%E2%98%95%2F2`, roomJid), "Ann ☕/2");
  for (const wrong of [`xmpp:${roomJid}`, `${roomJid}/Ann`, `xmpp:${roomJid}/%FF`, "xmpp:x@rooms.a.test/Ann", ""])
    assert.equal(readEntity(wrong, roomJid), undefined);
});

test("what a service says of itself", () => {
  const query = (inner: string) =>
    child(parse(`<iq xmlns="jabber:client"><query xmlns="http://jabber.org/protocol/disco#info">${inner}</query></iq>`), undefined, "query");
  const feature = `<feature var="urn:xmpp:jingle:av-conferences:0"/>`;
  const field = (name: string, value: string) => `<field var="${name}"><value>${value}</value></field>`;
  const form = (type: string, direct: string) =>
    `<x xmlns="jabber:x:data" type="result">${field("FORM_TYPE", type)}${field("direct", direct)}${field("participants", "20")}</x>`;
  assert.equal(readService(query(form("urn:teahouse:calls:0", "2")), "x"), null);
  assert.deepEqual(readService(query(feature), "x"), { jid: "x", direct: 5, most: undefined });
  assert.deepEqual(readService(query(feature + form("urn:teahouse:calls:0", "2")), "x"), { jid: "x", direct: 2, most: 20 });
  assert.deepEqual(readService(query(feature + form("urn:teahouse:calls:0", "90")), "x"), { jid: "x", direct: 5, most: 20 });
  assert.deepEqual(readService(query(feature + form("urn:other", "1")), "x"), { jid: "x", direct: 5, most: undefined });
});
