import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Site } from "../core/api.ts";
import type { Identity } from "../core/identity.ts";
import { Storages } from "../core/storage.ts";
import { Addresses } from "./addresses.ts";
import { Named, namedParties } from "./named.ts";
import { Store } from "./store.ts";

function setUp(rooms: unknown = undefined, site: Partial<Site> = {}) {
  const store = new Store(new Storages().open("local", `test${Math.random()}`));
  const identity = { claims: { sub: "ann", rooms }, pass: async () => "t" } as unknown as Identity;
  const there = { domain: "a.test", rooms: "rooms.a.test", lobby: "lobby", ...site } as Site;
  return { store, named: new Named(store, new Addresses("https://a.test", there, identity), there, identity) };
}
const pinned = (store: Store) => [...store.conversations.values()].filter((c) => c.pinned).map((c) => c.jid);

test("begins with the tag's user, then its room, then the token's only room, then the lobby", () => {
  for (const [target, rooms, first] of [
    [{ to: "bo", room: "tea" }, ["news"], "bo@a.test"],
    [{ room: "tea" }, ["news"], "tea@rooms.a.test"],
    [{}, ["news"], "news@rooms.a.test"],
    [{}, ["news", "tea"], null],
    [{}, [], "lobby@rooms.a.test"],
    [{}, undefined, "lobby@rooms.a.test"],
  ] as const) {
    assert.equal(setUp(rooms).named.pinFirst(target), first);
  }
  assert.equal(setUp(undefined, { lobby: "hall" }).named.pinFirst({}), "hall@rooms.a.test");
  const { store, named } = setUp(undefined, { lobby: undefined });
  assert.equal(named.pinFirst({}), null, "a site without rooms");
  assert.deepEqual(pinned(store), []);
});

test("all that is named stands in the list, the lobby only where nothing is", () => {
  const { store, named } = setUp(["news"]);
  named.pinFirst({ to: "bo", room: "tea" });
  assert.deepEqual(pinned(store).sort(), ["bo@a.test", "news@rooms.a.test", "tea@rooms.a.test"]);
  const alone = setUp();
  alone.named.pinFirst({});
  assert.deepEqual(pinned(alone.store), ["lobby@rooms.a.test"]);
});

test("a token's rooms may be anything: names are taken, and not too many", () => {
  const parties = (rooms: unknown) => namedParties({}, { sub: "ann", rooms } as never);
  for (const rooms of [undefined, null, "news", { 0: "news" }, [1, null]]) assert.deepEqual(parties(rooms), ["user:ann"]);
  assert.deepEqual(parties(["news", 3]), ["user:ann", "room:news"]);
  assert.ok(parties(Array(1000).fill("news")).length < 200);
});

test("a name whose spelling the server must be asked about is not known before", async () => {
  const { named } = setUp();
  assert.ok(named.knows({ to: "bo", room: "tea" }));
  assert.ok(!named.knows({ to: "Bo" }));
  assert.ok(!named.knows({ room: "Tea Room" }));
});

test("what the server says can be nobody's name is left out", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  t.mock.method(
    globalThis,
    "fetch",
    async () => new Response('{"detail": "It is too long."}', { status: 400, headers: { "content-type": "application/problem+json" } }),
  );
  const { named } = setUp();
  await named.learn({ to: "B o" });
  assert.deepEqual(named.usable({ to: "B o", room: "tea" }), { to: undefined, room: "tea" });
  assert.equal(named.pinFirst({ to: "B o", room: "tea" }), "tea@rooms.a.test");
  assert.match(String(said.mock.calls[0]!.arguments[0]), /is no user: It is too long/);
});
