import { FakeSocket, settle } from "../testing/browser.ts";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { makeSmState, type SmState } from "./sm.ts";
import { CredentialsError } from "./failures.ts";
import type { Login } from "./negotiation.ts";
import { Stream, type Status } from "./stream.ts";
import { attribute, child, text } from "./xml.ts";

const open = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="a.test" id="1" version="1.0"/>';
const features =
  '<stream:features xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"><authentication xmlns="urn:xmpp:sasl:2">' +
  "<mechanism>OAUTHBEARER</mechanism></authentication></stream:features>";
const success = (inner: string) =>
  `<success xmlns="urn:xmpp:sasl:2"><authorization-identifier>ann@a.test/w</authorization-identifier>${inner}</success>`;
const bound = (id: string, before = "") =>
  success(`${before}<bound xmlns="urn:xmpp:bind:0"><enabled xmlns="urn:xmpp:sm:3" id="${id}" resume="true"/></bound>`);
const resumed = (h: number) => success(`<resumed xmlns="urn:xmpp:sm:3" previd="sm1" h="${h}"/>`);
const message = (id: string) => `<message xmlns="jabber:client" from="bo@a.test/x" id="${id}"><body>x</body></message>`;

let running: Stream[] = [];
afterEach(() => {
  running.forEach((s) => s.stop());
  running = [];
  FakeSocket.all = [];
});

function setUp(saved: SmState | null = null, credentials?: (refresh: boolean) => Promise<Login>, given?: (token: unknown) => void) {
  const store = { sm: saved && structuredClone(saved) };
  const heard: string[] = [];
  const acked: string[] = [];
  const statuses: Status[] = [];
  const stream = new Stream({
    websocket: "ws://a.test/xmpp",
    domain: "a.test",
    credentials: credentials ?? (async () => ({ by: "eyJ.a.b" })),
    given,
    load: () => store.sm,
    save: (sm) => (store.sm = sm && structuredClone(sm)),
    openSocket: (url) => new FakeSocket(url) as unknown as WebSocket,
  });
  stream.on("stanza", ({ element }) => heard.push(attribute(element, "id")));
  stream.on("acked", (list) => acked.push(...list.map((u) => u.id ?? "")));
  stream.on("status", (status) => statuses.push(status));
  running.push(stream);
  stream.start();
  return { stream, store, heard, acked, statuses, socket: () => FakeSocket.all.at(-1)! };
}

/** What the client has asked for with its login, which it sends without waiting for an answer. */
async function askedBy(socket: FakeSocket): Promise<Element> {
  assert.equal(attribute(await socket.expect("open"), "to"), "a.test");
  const authenticate = await socket.expect("authenticate");
  assert.ok(socket.quiet);
  await socket.say(open);
  await socket.say(features);
  return authenticate;
}

async function bind(socket: FakeSocket) {
  assert.equal(child(await askedBy(socket), "urn:xmpp:sm:3", "resume"), null);
  await socket.say(bound("sm1"));
  await socket.say(features);
}

test("logs in, binds, and keeps count on both sides", async () => {
  const { stream, store, heard, acked, socket } = setUp();
  await settle();
  await bind(socket());
  assert.equal(stream.status.phase, "online");
  assert.equal(stream.status.jid, "ann@a.test/w");
  await socket().say(message("m1"));
  assert.deepEqual(heard, ["m1"]);
  assert.equal(store.sm!.inbound, 1);
  assert.ok(stream.send('<message xmlns="jabber:client" id="o1"/>', "o1"));
  assert.ok(stream.isUnacked("o1"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await socket().expect("r");
  await socket().say('<a xmlns="urn:xmpp:sm:3" h="1"/>');
  assert.deepEqual(acked, ["o1"]);
  await socket().say('<r xmlns="urn:xmpp:sm:3"/>');
  assert.equal(attribute(await socket().expect("a"), "h"), "1");
});

test("the next page resumes: reports what it has, sends again what the server had not", async () => {
  const before = setUp();
  await settle();
  await bind(before.socket());
  await before.socket().say(message("m1"));
  before.stream.send('<message xmlns="jabber:client" id="o1"/>', "o1");
  before.stream.send('<message xmlns="jabber:client" id="o2"/>', "o2");
  before.stream.stop();
  assert.ok(before.socket().closed);
  assert.ok(!before.socket().sent.some((f) => f.includes("<close")), "a stream that is closed can't be resumed");

  const next = setUp(before.store.sm);
  await settle();
  const resume = child(await askedBy(next.socket()), "urn:xmpp:sm:3", "resume");
  assert.deepEqual([attribute(resume, "previd"), attribute(resume, "h")], ["sm1", "1"]);
  await next.socket().say(resumed(1));
  assert.deepEqual(next.acked, ["o1"]);
  assert.equal(attribute(await next.socket().expect("message"), "id"), "o2");
  assert.equal(next.stream.status.epoch, before.store.sm!.epoch, "the same session");
  await next.socket().say(message("m2"));
  assert.equal(next.store.sm!.inbound, 2);
});

test("a session the server no longer has is replaced by a new one", async () => {
  const saved: SmState = {
    id: "old",
    epoch: "old-epoch",
    jid: "ann@a.test/o",
    inbound: 7,
    acked: 3,
    unacked: [
      { xml: "<message/>", id: "o1" },
      { xml: "<message/>", id: "o2" },
    ],
  };
  const { stream, store, acked, socket } = setUp(saved);
  await settle();
  assert.equal(attribute(child(await askedBy(socket()), "urn:xmpp:sm:3", "resume"), "previd"), "old");
  await socket().say(bound("sm2", '<failed xmlns="urn:xmpp:sm:3" h="4"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></failed>'));
  assert.deepEqual(acked, ["o1"], "what the old session had handled is known to be sent");
  assert.equal(stream.status.phase, "online");
  assert.notEqual(stream.status.epoch, "old-epoch");
  assert.deepEqual([store.sm!.id, store.sm!.inbound, store.sm!.unacked.length], ["sm2", 0, 0]);
});

const refuse = async (socket: () => FakeSocket) => {
  await settle();
  await askedBy(socket());
  await socket().say('<challenge xmlns="urn:xmpp:sasl:2">e30=</challenge>');
  assert.equal(atob(text(await socket().expect("response"))), "\x01");
  await socket().say('<failure xmlns="urn:xmpp:sasl:2"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/><text>It ran out.</text></failure>');
};

test("a refused token is renewed once; refused again, the user is told", async () => {
  const asked: boolean[] = [];
  const { stream, socket } = setUp(null, async (refresh) => {
    asked.push(refresh);
    return { by: "eyJ.a.b" };
  });
  await refuse(socket);
  assert.equal(stream.status.phase, "waiting");
  stream.retryNow();
  await refuse(socket);
  assert.deepEqual([stream.status.phase, stream.status.reason], ["stopped", "signed-out"]);
  assert.deepEqual(asked, [false, true]);
});

test("a token that can't be renewed: what the server said of it is the reason", async () => {
  const { stream, socket } = setUp(null, async (refresh) => {
    if (refresh) throw new CredentialsError("signed-out", "There is no other.");
    return { by: "eyJ.a.b" };
  });
  await refuse(socket);
  stream.retryNow();
  await settle();
  assert.deepEqual([stream.status.phase, stream.status.reason, stream.status.detail], ["stopped", "signed-out", "It ran out."]);
});

test("a suspended tenant: the reason is told, and a minute later it is asked again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { stream, statuses, socket } = setUp();
  await settle();
  await bind(socket());
  const first = socket();
  await first.say(
    '<error xmlns="http://etherx.jabber.org/streams"><policy-violation xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>' +
      '<text xmlns="urn:ietf:params:xml:ns:xmpp-streams">We are moving.</text><account-disabled xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/></error>',
  );
  assert.deepEqual([stream.status.phase, stream.status.reason, stream.status.detail], ["stopped", "disabled", "We are moving."]);
  assert.ok(!statuses.some((s) => s.reason === "busy"));
  t.mock.timers.tick(59_000);
  await settle();
  assert.equal(socket(), first, "not at once");
  t.mock.timers.tick(40_000);
  await settle();
  assert.notEqual(socket(), first);
  await askedBy(socket());
  await socket().say(resumed(0));
  assert.deepEqual([stream.status.phase, stream.status.reason], ["online", undefined]);
  stream.stop();
});

test("a conflict ends it, without trying again", async () => {
  const { stream, socket } = setUp();
  await settle();
  await bind(socket());
  await socket().say('<error xmlns="http://etherx.jabber.org/streams"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></error>');
  assert.deepEqual([stream.status.phase, stream.status.reason], ["stopped", "replaced"]);
});

test("a server that shuts down, closes, drops or talks nonsense is tried again", async () => {
  const ends: ((socket: FakeSocket) => Promise<void>)[] = [
    (s) => s.say('<error xmlns="http://etherx.jabber.org/streams"><system-shutdown xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></error>'),
    (s) => s.say('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>'),
    (s) => s.drop(),
    (s) => s.say("<not-well"),
  ];
  for (const end of ends) {
    const { stream, store, socket } = setUp();
    await settle();
    await bind(socket());
    await end(socket());
    assert.equal(stream.status.phase, "waiting");
    assert.ok(stream.status.retryAt! > Date.now());
    assert.ok(store.sm, "the session may be resumed");
    assert.equal(stream.send("<message/>"), false);
    stream.stop();
  }
});

test("no token to be had: waits as long as it was told, or gives up", async () => {
  const busy = setUp(null, async () => {
    throw new CredentialsError("busy", "too many guests", 9_000);
  });
  await settle();
  assert.deepEqual([busy.stream.status.phase, busy.stream.status.reason], ["waiting", "busy"]);
  const out = setUp(null, async () => {
    throw new CredentialsError("signed-out", "no session");
  });
  await settle();
  assert.deepEqual([out.stream.status.phase, out.stream.status.reason], ["stopped", "signed-out"]);
});

test("stanzas that arrive together with the end of the negotiation are not lost", async () => {
  const { heard, socket } = setUp();
  await settle();
  await askedBy(socket());
  const s = socket();
  s.onmessage!({ data: bound("sm1") });
  s.onmessage!({ data: features });
  s.onmessage!({ data: message("m1") });
  await settle();
  await s.say(message("m2"));
  assert.deepEqual(heard, ["m1", "m2"]);
});

test("a token of the server's that is refused is given up, and the site's is taken at once", async () => {
  const given: unknown[] = [];
  const logins: Login[] = [{ by: { user: "ann", initiator: "i", responder: "r" } }, { by: "eyJ.a.b" }];
  const asked: boolean[] = [];
  const saved = { ...makeSmState("sm1", "e1", "ann@a.test/w"), unacked: [{ xml: '<message xmlns="jabber:client" id="o1"/>', id: "o1" }] };
  const { stream, statuses, socket } = setUp(
    saved,
    async (refresh) => logins[asked.push(refresh) - 1]!,
    (token) => given.push(token),
  );
  await settle();
  assert.equal(attribute(await askedBy(socket()), "mechanism"), "HT-SHA-256-NONE");
  await socket().say('<failure xmlns="urn:xmpp:sasl:2"><credentials-expired xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/></failure>');
  assert.deepEqual([FakeSocket.all.length, asked], [2, [false, false]]);
  const second = await askedBy(socket());
  assert.equal(attribute(second, "mechanism"), "OAUTHBEARER");
  assert.equal(attribute(child(second, "urn:xmpp:sm:3", "resume"), "previd"), "sm1", "the session goes on");
  await socket().say(
    success('<resumed xmlns="urn:xmpp:sm:3" previd="sm1" h="0"/><token xmlns="urn:xmpp:fast:0" token="t" expiry="2030-01-01T00:00:00Z"/>'),
  );
  assert.equal(attribute(await socket().expect("message"), "id"), "o1", "nothing is lost");
  assert.deepEqual(given, [null, { token: "t", expires: Date.UTC(2030, 0), user: "ann" }]);
  assert.deepEqual([stream.status.phase, statuses.some(({ phase }) => phase === "waiting")], ["online", false]);
});

test("a server that can't say whether the token is good is asked again later, with it", async () => {
  const given: unknown[] = [];
  for (const condition of ["temporary-auth-failure", "account-disabled"]) {
    const login: Login = { by: { user: "ann", initiator: "i", responder: "r" } };
    const { stream, socket } = setUp(
      null,
      async () => login,
      (token) => given.push(token),
    );
    await settle();
    await askedBy(socket());
    await socket().say(`<failure xmlns="urn:xmpp:sasl:2"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/></failure>`);
    assert.equal(stream.status.phase, condition === "account-disabled" ? "stopped" : "waiting");
  }
  assert.deepEqual(given, []);
});
