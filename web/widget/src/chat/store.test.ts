import "../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Storages, type Storage } from "../core/storage.ts";
import type { Message } from "./model.ts";
import { Store } from "./store.ts";

let storage: Storage;
let store: Store;
beforeEach(() => {
  storage = new Storages().open("local", `test${Math.random()}`);
  store = new Store(storage);
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
});

const message = (id: string, time: number, more: Partial<Message> = {}): Message => ({
  id,
  author: "bo@a.test",
  nick: "",
  own: false,
  time,
  body: id,
  ...more,
});
const own = (id: string, time: number, more: Partial<Message> = {}): Message =>
  message(id, time, { own: true, author: "me", delivery: "pending", ...more });
const ids = (jid = "bo@a.test") => store.conversation(jid).messages.map((m) => m.id);

test("the same message by three ways is one message", () => {
  const c = store.conversation("bo@a.test");
  assert.ok(store.insert(c, message("m1", 5)).fresh);
  assert.ok(!store.insert(c, message("m1", 6, { archiveId: "a1" })).fresh);
  assert.ok(!store.insert(c, message("other id", 6, { archiveId: "a1" })).fresh);
  assert.deepEqual(
    c.messages.map((m) => [m.id, m.archiveId, m.time]),
    [["m1", "a1", 6]],
  );
});

test("ids are the sender's: two people may use the same one", () => {
  const c = store.conversation("room@rooms.a.test", true);
  store.insert(c, message("1", 1, { author: "n:bo" }));
  store.insert(c, message("1", 2, { author: "n:cy" }));
  store.insert(c, own("1", 3));
  assert.equal(c.messages.length, 3);
});

test("messages stand by time, an earlier page ahead of its equals", () => {
  const c = store.conversation("bo@a.test");
  for (const m of [message("c", 3), message("a", 1), message("d", 3)]) store.insert(c, m);
  assert.deepEqual(ids(), ["a", "c", "d"]);
  for (const m of [message("b2", 3), message("b1", 3)]) store.insert(c, m, true);
  assert.deepEqual(ids(), ["a", "b1", "b2", "c", "d"]);
});

test("delivery only ever rises; a marker covers what was sent before", () => {
  const c = store.conversation("bo@a.test");
  for (const id of ["1", "2", "3"]) store.insert(c, own(id, Number(id), { delivery: "sent" }));
  store.raise(c, "2", "seen", true);
  store.raise(c, "2", "delivered");
  assert.deepEqual(
    c.messages.map((m) => m.delivery),
    ["seen", "seen", "sent"],
  );
  store.insert(c, own("3", 3, { archiveId: "a3", delivery: "sent" }));
  store.raise(c, "a3", "seen", true);
  assert.equal(c.messages[2]!.delivery, "seen");
});

test("a marker does not make a message seen that has not been sent", () => {
  const c = store.conversation("bo@a.test");
  store.insert(c, own("1", 1));
  store.insert(c, own("2", 2, { delivery: "sent" }));
  store.raise(c, "2", "seen", true);
  assert.deepEqual(
    c.messages.map((m) => m.delivery),
    ["pending", "seen"],
  );
});

test("unread: after our last word at first, then after the mark, which outlives the page", () => {
  const c = store.conversation("bo@a.test");
  for (const m of [message("1", 1), own("2", 2), message("3", 3), message("4", 4)]) store.insert(c, m);
  store.recount(c);
  assert.equal(c.unread, 2);
  assert.equal(store.markRead(c)?.id, "4");
  assert.equal(c.unread, 0);
  assert.equal(store.markRead(c), null, "nothing new to tell");
  store.insert(c, message("5", 5));
  store.recount(c);
  assert.equal(c.unread, 1);
  const next = new Store(storage);
  assert.equal(next.conversation("bo@a.test").read?.time, 4);
});

test("a room starts read", () => {
  const c = store.conversation("room@rooms.a.test", true);
  store.insert(c, message("1", 1));
  store.recount(c);
  c.synced = true;
  store.recount(c);
  assert.equal(c.unread, 0);
  store.insert(c, message("2", 2));
  store.recount(c);
  assert.equal(c.unread, 1);
});

test("presence: the most available resource counts; unknown is not offline", () => {
  assert.equal(store.show("bo@a.test"), undefined);
  store.setPresence("bo@a.test", "x", "away");
  store.setPresence("bo@a.test", "y", "online");
  assert.equal(store.show("bo@a.test"), "online");
  store.setPresence("bo@a.test", "y", "offline");
  assert.equal(store.show("bo@a.test"), "away");
  store.setPresence("bo@a.test", "x", "offline");
  assert.equal(store.show("bo@a.test"), "offline");
});

test("old messages are dropped at the end of a long conversation, but not from under a reader", () => {
  const c = store.conversation("bo@a.test");
  const say = (from: number, to: number) => {
    for (let i = from; i < to; i++) store.insert(c, message(String(i), i));
  };
  store.setReading(c, true);
  say(0, 1_500);
  assert.equal(c.messages.length, 1_500);
  store.setReading(c, false);
  assert.deepEqual([c.messages.length, c.messages[0]!.id, c.more], [1_000, "500", true]);
  say(1_500, 1_600);
  assert.deepEqual([c.messages.length, c.messages[0]!.id], [1_000, "600"]);
});

test("a snapshot makes the same picture elsewhere", () => {
  const c = store.conversation("bo@a.test");
  for (let i = 0; i < 100; i++) store.insert(c, message(String(i), i));
  store.setPresence("bo@a.test", "x", "away");
  c.typing = { x: { name: "Bo", until: 9e15 } };
  const other = new Store(storage);
  other.restore(JSON.parse(JSON.stringify(store.snapshot())));
  const copy = other.conversation("bo@a.test");
  assert.deepEqual([copy.messages.length, copy.messages.at(-1)!.id, copy.more, Object.keys(copy.typing).length], [60, "99", true, 0]);
  assert.equal(other.show("bo@a.test"), "away");
});
