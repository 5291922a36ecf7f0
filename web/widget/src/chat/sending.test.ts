import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../core/clock.ts";
import { Outbox } from "../core/outbox.ts";
import { Storages } from "../core/storage.ts";
import { parse } from "../core/xml.ts";
import { FakeLink } from "../testing/link.ts";
import type { People } from "./people.ts";
import { readMessage } from "./reading.ts";
import { Rooms } from "./rooms.ts";
import { Sending } from "./sending.ts";
import { Store } from "./store.ts";

const everybody = { isReachable: () => true } as unknown as People;

function setUp() {
  const link = new FakeLink();
  const storage = new Storages().open("local", `test${Math.random()}`);
  const store = new Store(storage);
  store.archive.synced = true;
  const sending = new Sending(
    link.asLink,
    store,
    new ServerClock(),
    new Rooms(link.asLink, store, () => {}),
    everybody,
    new Outbox(storage),
    () => {},
  );
  const refuse = (id: string, from: string, condition: string) => {
    const error = `<error type="modify"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
    sending.refused(readMessage(parse(`<message xmlns="jabber:client" type="error" id="${id}" ${from && `from="${from}"`}>${error}</message>`)!));
  };
  return { link, store, sending, refuse };
}

test("a message that the own server refuses without saying for whom has failed; another's word about it does not count", () => {
  const { store, sending, refuse } = setUp();
  const bo = store.conversation("bo@a.test"),
    cy = store.conversation("cy@a.test");
  for (const conversation of [bo, cy]) sending.send(conversation, "hi", `to ${conversation.jid}`);
  refuse("to bo@a.test", "mallory@a.test", "item-not-found");
  assert.equal(bo.messages[0]!.delivery, "pending");
  refuse("to bo@a.test", "", "jid-malformed");
  assert.deepEqual([bo.messages[0]!.delivery, bo.messages[0]!.error], ["failed", "jid-malformed"]);
  assert.equal(cy.messages[0]!.delivery, "pending");
});

test("a file goes out as its address with all its facts, is remembered with them, and is refused and tried again like words", () => {
  const { link, store, sending, refuse } = setUp();
  const file = { url: "https://im.test/upload/u/1/a.png", name: "a.png", type: "image/png", size: 5, hash: "x=" };
  const bo = store.conversation("bo@a.test");
  sending.send(bo, file.url, "f1", file);
  const [xml] = link.take();
  assert.deepEqual(JSON.parse(JSON.stringify({ ...readMessage(parse(xml!)!).file, hash: "x=" })), file);
  refuse("f1", "bo@a.test", "resource-constraint");
  assert.deepEqual([bo.messages[0]!.delivery, bo.messages[0]!.file], ["failed", file]);
  sending.retry(bo, "f1");
  assert.equal(link.take()[0], xml);
});

test("a room that does not know us any more is entered again, and what it refused waits, whatever is acknowledged meanwhile", () => {
  const { link, store, sending, refuse } = setUp();
  const room = store.conversation("r@rooms.a.test", true);
  Object.assign(room.room!, { phase: "joined", nick: "Ann" });
  room.synced = true;
  sending.send(room, "hi", "g1");
  link.take();
  refuse("g1", "r@rooms.a.test", "not-acceptable");
  assert.deepEqual(link.disowned, ["g1"]);
  assert.equal(room.messages[0]!.delivery, "pending");
  assert.match(link.take().join(), /^<presence [^>]*to="r@rooms.a.test\//);
  Object.assign(room.room!, { phase: "joined" });
  room.synced = true;
  sending.flushAll();
  assert.match(link.take().join(), /id="g1"/);
});

test("a tab that does not lead leaves it to the one that does", () => {
  const { link, store, sending, refuse } = setUp();
  const room = store.conversation("r@rooms.a.test", true);
  Object.assign(room.room!, { phase: "joined", nick: "Ann" });
  room.synced = true;
  sending.send(room, "hi", "g1");
  link.leading = false;
  link.take();
  refuse("g1", "r@rooms.a.test", "not-acceptable");
  assert.equal(room.messages[0]!.delivery, "pending");
  assert.deepEqual(link.take(), []);
  link.leading = true;
  sending.flushAll();
  assert.match(link.take().join(), /id="g1"/);
});
