import "../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { IqError } from "../core/link.ts";
import { Storages } from "../core/storage.ts";
import { child, parse } from "../core/xml.ts";
import { settle } from "../testing/browser.ts";
import { FakeLink } from "../testing/link.ts";
import { Rooms } from "./rooms.ts";
import { Store } from "./store.ts";

let link: FakeLink;
let store: Store;
let rooms: Rooms;
beforeEach(() => {
  link = new FakeLink();
  store = new Store(new Storages().open("local", `test${Math.random()}`));
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
  rooms = new Rooms(link.asLink, store, () => {});
  link.heardOutgoing = (presence) => rooms.takeOutgoing(presence);
});

const one = "one@rooms.a.test",
  two = "two@rooms.a.test";
const room = (jid: string) => store.conversation(jid, true);
const say = (from: string, inner: string, type = "") =>
  rooms.take(parse(`<presence xmlns="jabber:client" from="${from}" ${type && `type="${type}"`}>${inner}</presence>`)!);
const x = (...codes: number[]) =>
  `<x xmlns="http://jabber.org/protocol/muc#user"><item nick="New"/>${codes.map((c) => `<status code="${c}"/>`).join("")}</x>`;
const error = (condition: string) => `<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
function enter(jid: string) {
  rooms.join(room(jid));
  say(`${jid}/Ann`, x(110));
  link.take();
}
const agree = (jid: string, from = "Ann", to = "New") => {
  say(`${jid}/${from}`, x(303, 110).replace("New", to), "unavailable");
  say(`${jid}/${to}`, x(110));
};

test("a new name is taken when every room agrees", async () => {
  enter(one);
  enter(two);
  const renamed = rooms.rename("New");
  agree(one);
  await settle();
  agree(two);
  await renamed;
  assert.deepEqual([room(one).room!.nick, room(two).room!.nick], ["New", "New"]);
});

test("a name that one room refuses is taken back in the others", async () => {
  enter(one);
  enter(two);
  const renamed = rooms.rename("New");
  agree(one);
  await settle();
  link.take();
  say(`${two}/New`, error("conflict"), "error");
  await assert.rejects(renamed, (e) => e instanceof IqError && e.condition === "conflict");
  assert.deepEqual(link.take().filter((xml) => xml.includes(`to="${one}/Ann"`)).length, 1);
  agree(one, "New", "Ann");
  for (const jid of [one, two]) assert.deepEqual([room(jid).room!.nick, room(jid).room!.phase], ["Ann", "joined"]);
});

test("rooms that know us by a former name are asked for the present one, numbered where it is taken", async () => {
  for (const jid of [one, two]) enter(jid);
  store.me.name = "New";
  const followed = rooms.followName();
  agree(one);
  await settle();
  say(`${two}/New`, error("conflict"), "error");
  await settle();
  agree(two, "Ann", "New 2");
  await followed;
  assert.deepEqual([room(one).room!.nick, room(two).room!.nick], ["New", "New 2"]);
  link.take();
  await rooms.followName();
  assert.deepEqual(link.take(), [], "asked again for what it has");
});

test("a name changed while we are away needs no room's consent until we are back", async () => {
  enter(one);
  link.status.phase = "waiting";
  link.send = () => false;
  await rooms.rename("New");
  assert.equal(room(one).room!.nick, "Ann");
});

test("a room that does not answer is given up, unless it has been entered or we were away", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  rooms.join(room(one));
  rooms.join(room(two));
  say(`${two}/Ann`, x(110));
  link.status.phase = "waiting";
  t.mock.timers.tick(20_000);
  assert.equal(room(one).room!.phase, "joining");
  link.status.phase = "online";
  rooms.join(room(one));
  t.mock.timers.tick(20_000);
  assert.deepEqual([room(one).room!.phase, room(one).room!.error], ["failed", "remote-server-timeout"]);
  assert.equal(room(two).room!.phase, "joined");
});

test("the name that a room was given is asked for; its id is none", async () => {
  const info = (name: string) =>
    `<iq xmlns="jabber:client" type="result"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="conference" type="text" name="${name}"/></query></iq>`;
  link.answers.set(one, info("Customer support"));
  link.answers.set(two, info("two"));
  enter(one);
  enter(two);
  await settle();
  assert.deepEqual([room(one).name, room(two).name], ["Customer support", ""]);
});

const joins = () =>
  link
    .take()
    .map((xml) => parse(xml)!)
    .filter((p) => p.localName === "presence");
const refusal = (text: string) =>
  `<error type="modify"><jid-malformed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">${text}</text></error>`;

test("a name that can be no nick enters by one like it, and is told as it is written", () => {
  store.me.name = "玛丽·居里 ❤️";
  rooms.join(room(one));
  const [presence] = joins();
  assert.equal(presence!.getAttribute("to"), `${one}/玛丽‧居里 ❤`);
  assert.equal(child(presence!, "http://jabber.org/protocol/nick", "nick")?.textContent, "玛丽·居里 ❤️");
  say(`${one}/玛丽‧居里 ❤`, `${x(110)}<nick xmlns="http://jabber.org/protocol/nick">玛丽·居里 ❤️</nick>`);
  say(`${one}/Bo`, `${x()}<nick xmlns="http://jabber.org/protocol/nick">玛丽·居里 ❤️</nick>`);
  assert.deepEqual(
    Object.values(room(one).room!.occupants).map((o) => o.name),
    ["玛丽·居里 ❤️", undefined],
    "nobody else passes for her",
  );
  assert.equal(room(one).room!.phase, "joined");
});

test("a nick that is refused all the same is tried without the character that the server names", () => {
  store.me.name = "Tired \u{1F600}!";
  rooms.join(room(one));
  rooms.join(room(two));
  const entries = joins();
  const refuse = (entry: Element, character: string) =>
    rooms.take(
      parse(`<presence xmlns="jabber:client" type="error" id="${entry.getAttribute("id")}">${refusal(`Not allowed: ${character}.`)}</presence>`)!,
    );
  refuse(entries[0]!, "U+1F600");
  const [again, ...others] = joins();
  assert.deepEqual([again!.getAttribute("to"), others.length], [`${one}/Tired !`, 0]);
  refuse(again!, "U+1F600");
  assert.deepEqual([room(one).room!.phase, room(one).room!.error], ["failed", "jid-malformed"], "not again and again");
  assert.equal(room(two).room!.phase, "joining", "the id says which room it was");
});

test("a new name is tried without what the server refuses in it", async () => {
  enter(one);
  const renamed = rooms.rename("New\u{1F600}");
  say(one, refusal("Not allowed: U+1F600."), "error");
  await settle();
  agree(one);
  await renamed;
  assert.deepEqual([room(one).room!.nick, room(one).room!.phase], ["New", "joined"]);
});

test("a name that is written anew and makes the same nick is told to the rooms we are in", async () => {
  store.me.name = "Anna ❤";
  rooms.join(room(one));
  say(`${one}/Anna ❤`, x(110));
  link.take();
  store.me.name = "Anna ❤️";
  await rooms.followName();
  const told = parse(link.take().join())!;
  assert.equal(told.getAttribute("to"), `${one}/Anna ❤`);
  assert.equal(child(told, "http://jabber.org/protocol/nick", "nick")?.textContent, "Anna ❤️");
  say(`${one}/Anna ❤`, `${x(110)}<nick xmlns="http://jabber.org/protocol/nick">Anna ❤️</nick>`);
  await rooms.followName();
  assert.deepEqual(link.take(), []);
});
