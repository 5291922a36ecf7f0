import { settle } from "../testing/browser.ts";
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Chat } from "../chat/chat.ts";
import { Emitter } from "../core/emitter.ts";
import { Storages } from "../core/storage.ts";
import type { Settings } from "./settings.ts";
import type { CoreModule } from "./shell.ts";
import { Visit, type VisitHost } from "./visit.ts";

const part = (value: object) => btoa(JSON.stringify(value)).replace(/=/g, "");
const token = (sub: string) => `e30.${part({ sub, exp: 2 ** 33 })}.x`;

/** A chat that says what is done to it. */
class FakeChat extends Emitter<{ status: { phase: string; detail?: string }; logout: void }> {
  readonly store = new Emitter<{ change: void; incoming: never }>();
  readonly done: string[] = [];
  readonly options;
  readonly link = { stop: () => this.done.push("stop") };
  constructor(sub: string, guest = false) {
    super();
    this.options = { identity: { guest, claims: { sub } } };
  }
  park = () => this.done.push("park");
  comeBack = () => this.done.push("come back");
  logout = () => this.done.push("logout");
}

function setUp(t: TestContext, { answers = [{}] as object[], named = "ann" as string | null } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0);
  t.mock.method(console, "error", () => {});
  const asked = t.mock.method(globalThis, "fetch", async () => {
    const { status = 200, ...body } = (answers.length > 1 ? answers.shift() : answers[0]) as { status?: number };
    return new Response(JSON.stringify({ guests: true, ...body }), { status, headers: { date: "Sat, 01 Jan 2000 00:00:00 GMT" } });
  });
  const { open } = new Storages();
  const told: string[] = [];
  const chats: FakeChat[] = [];
  const settings = { origin: "https://a.test", site: `pk_${Math.floor(performance.now() * 1e6)}`, token: named && token(named) } as Settings;
  const startChat = async () => {
    chats.push(new FakeChat(named ?? "guest-1", !named));
    return chats.at(-1) as unknown as Chat;
  };
  const core = { startChat, describeFailure: () => ({ kind: "signed-out" }) } as unknown as CoreModule;
  const host: VisitHost = {
    storage: open,
    leftUsers: new Set(),
    load: async <T>() => core as T,
    changed: () => told.push("changed"),
    count: () => told.push("count"),
    tell: (event, value) => told.push(`${event} ${value}`),
    loggedOut: () => told.push("logged out"),
  };
  const visit = new Visit(settings, host);
  return { visit, settings, host, told, chats, core, asked: () => asked.mock.callCount() };
}

test("a site that cannot be reached is asked again, more and more seldom; the failure stays until it has gone well", async (t) => {
  const { visit, chats, asked } = setUp(t, { answers: [{ status: 502 }, { status: 502 }, {}] });
  visit.start();
  await settle();
  assert.deepEqual([visit.failure?.kind, asked()], ["unreachable", 1]);
  t.mock.timers.tick(3_000);
  assert.equal(visit.failure?.kind, "unreachable");
  await settle();
  assert.equal(asked(), 2);
  t.mock.timers.tick(5_999);
  await settle();
  assert.equal(asked(), 2);
  t.mock.timers.tick(1);
  await settle();
  assert.deepEqual([asked(), visit.failure, chats.length], [3, undefined, 1]);
  assert.equal(visit.chat, chats[0]);
});

test("what does not pass by itself is said, and not tried again", async (t) => {
  for (const [answer, kind] of [
    [{ status: 403 }, "not-allowed"],
    [{ status: 404 }, "unknown-site"],
    [{ guests: false }, "guests"],
  ] as const) {
    const { visit, asked } = setUp(t, { answers: [answer], named: null });
    visit.start();
    await settle();
    t.mock.timers.tick(600_000);
    await settle();
    assert.deepEqual([visit.failure?.kind, asked()], [kind, 1]);
    t.mock.reset();
    t.mock.timers.reset();
  }
});

test("a suspended site says why, and is asked once a minute", async (t) => {
  const { visit, asked } = setUp(t, { answers: [{ notice: { kind: "suspended", text: "We are moving." } }] });
  visit.start();
  await settle();
  assert.deepEqual([visit.failure?.kind, visit.failure?.text], ["suspended", "We are moving."]);
  t.mock.timers.tick(59_999);
  await settle();
  assert.equal(asked(), 1);
  t.mock.timers.tick(1);
  await settle();
  assert.equal(visit.failure?.kind, "suspended");
});

test("the user's own try begins at once, and the one that was waiting comes to nothing", async (t) => {
  const { visit, chats, asked } = setUp(t, { answers: [{ status: 502 }, {}] });
  visit.start();
  await settle();
  visit.retry();
  assert.equal(visit.failure, undefined);
  await settle();
  t.mock.timers.tick(600_000);
  await settle();
  assert.deepEqual([asked(), chats.length], [2, 1]);
});

test("ended while it connects, it leaves no chat behind, and forgets the user only if somebody else follows", async (t) => {
  for (const [how, done] of [
    ["left", "stop"],
    ["followed", "logout"],
    ["logged out", "logout"],
  ] as const) {
    const { visit, chats, core } = setUp(t);
    const { startChat } = core;
    core.startChat = async (...given) => {
      const chat = await startChat(...given);
      visit.end(how);
      return chat;
    };
    visit.start();
    await settle();
    assert.deepEqual([visit.chat, chats[0]!.done], [undefined, [done]], how);
    t.mock.reset();
    t.mock.timers.reset();
  }
});

test("a session is left to the same user, and ended for another", async (t) => {
  const { visit, chats, settings, host } = setUp(t);
  visit.start();
  await settle();
  assert.ok(visit.isOf({ ...settings, token: token("ann") }));
  assert.ok(!visit.isOf({ ...settings, token: token("bo") }));
  assert.ok(!visit.isOf({ ...settings, token: undefined }));
  assert.ok(visit.isCurrent);
  visit.end("logged out");
  assert.deepEqual(chats[0]!.done, ["logout"]);
  assert.equal(host.leftUsers.size, 1);
  assert.ok(!visit.isOf({ ...settings, token: token("ann") }), "it is over");
});
