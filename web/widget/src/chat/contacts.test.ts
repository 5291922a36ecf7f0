import "../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Storages } from "../core/storage.ts";
import { attribute, parse } from "../core/xml.ts";
import { FakeLink } from "../testing/link.ts";
import type { Calling } from "./calling.ts";
import { Contacts } from "./contacts.ts";
import type { People } from "./people.ts";
import { Store } from "./store.ts";

let link: FakeLink;
let store: Store;
let contacts: Contacts;
beforeEach(() => {
  link = new FakeLink();
  store = new Store(new Storages().open("local", `test${Math.random()}`));
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
  contacts = new Contacts(link.asLink, store, { want: () => {} } as unknown as People, { mode: "off" } as Calling);
  link.heardOutgoing = (presence) => contacts.takeOutgoing(presence);
});

const presence = (from: string, type = "") =>
  contacts.takePresence(parse(`<presence xmlns="jabber:client" from="${from}" ${type && `type="${type}"`}/>`)!);
const greeted = () => link.take().map((xml) => attribute(parse(xml), "to"));

test("who comes after we have greeted him is greeted where he is, once", () => {
  store.conversation("bo@a.test");
  contacts.greet("bo@a.test");
  contacts.greet("bo@a.test");
  assert.deepEqual(greeted(), ["bo@a.test"]);
  presence("bo@a.test/one");
  presence("bo@a.test/one");
  assert.deepEqual(greeted(), ["bo@a.test/one"]);
  presence("bo@a.test/two");
  assert.deepEqual(greeted(), ["bo@a.test/two"]);
});

test("who went away and comes back is greeted again, and so is who writes without having been heard of", () => {
  store.conversation("bo@a.test");
  presence("bo@a.test/one");
  presence("bo@a.test/one", "unavailable");
  assert.equal(store.show("bo@a.test"), "offline");
  presence("bo@a.test/one");
  assert.deepEqual(greeted(), ["bo@a.test/one", "bo@a.test/one"]);
  assert.equal(store.show("bo@a.test"), "online");
  contacts.heard("bo@a.test/phone");
  assert.deepEqual(greeted(), ["bo@a.test/phone"]);
});

test("strangers, rooms, the site and those who are subscribed are not greeted", () => {
  store.conversation("room@rooms.a.test", true);
  store.conversation("a.test");
  store.conversation("friend@a.test");
  store.contacts.set("friend@a.test", { jid: "friend@a.test", name: "", subscription: "both" });
  for (const jid of ["stranger@a.test/x", "room@rooms.a.test/Bo", "a.test", "friend@a.test/x"]) contacts.heard(jid);
  assert.deepEqual(greeted(), []);
});

test("a new session greets those one talked with, only from the tab that leads", () => {
  for (const [jid, room] of [
    ["bo@a.test", false],
    ["cy@a.test", false],
    ["room@rooms.a.test", true],
  ] as const)
    store.conversation(jid, room).pinned = true;
  link.leading = false;
  contacts.greetRecent();
  assert.deepEqual(greeted(), []);
  link.leading = true;
  contacts.greetRecent();
  assert.deepEqual(greeted(), ["bo@a.test", "cy@a.test"]);
  contacts.begin();
  contacts.greetRecent();
  assert.deepEqual(greeted(), ["bo@a.test", "cy@a.test"]);
});
