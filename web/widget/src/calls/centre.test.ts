import { settle } from "../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import type { Chat } from "../chat/chat.ts";
import { readMessage } from "../chat/reading.ts";
import { Store } from "../chat/store.ts";
import { Emitter } from "../core/emitter.ts";
import { Storages } from "../core/storage.ts";
import { attribute, child, parse, serialize } from "../core/xml.ts";
import { FakeLink } from "../testing/link.ts";
import { Centre } from "./centre.ts";
import { writeSignal, type Verb } from "./signal.ts";

const ann = "ann@a.test/w",
  bo = "bo@a.test/y";
let held: { name: string }[] = [];
let asked = 0;

class FakeTrack {
  enabled = true;
  stop(): void {}
  getSettings = () => ({});
  addEventListener(): void {}
  constructor(readonly kind: string) {}
}
class FakeStream {
  getTracks = () => [] as FakeTrack[];
  getVideoTracks = () => [];
}
class FakePc {
  connectionState = "new";
  signalingState = "stable";
  localDescription = { sdp: "v=0\r\n" };
  addTransceiver = () => ({ sender: { replaceTrack: async () => {} }, mid: null, stop: () => {} });
  setLocalDescription = async () => {};
  getTransceivers = () => [];
  close(): void {}
}
Object.assign(globalThis, { MediaStream: FakeStream, RTCPeerConnection: FakePc });
const mediaDevices = {
  getUserMedia: async ({ audio }: { audio?: object }) => {
    asked++;
    return { getTracks: () => [new FakeTrack(audio ? "audio" : "video")] };
  },
};
const locks = {
  query: async () => ({ held }),
  request: async (name: string, _: object, run: () => Promise<void>) => {
    const lock = { name };
    held.push(lock);
    await run();
    held = held.filter((other) => other !== lock);
  },
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices, locks }, configurable: true });

const noGroup = async () => assert.fail("there is no room");

let link: FakeLink;
let store: Store;
let centre: Centre;
let chat: Emitter<{ stop: { final: boolean }; status: { phase: string } }>;
beforeEach(() => {
  [held, asked] = [[], 0];
  link = Object.assign(new FakeLink(), { shared: true });
  link.status.jid = ann;
  link.answers.set(bo, "<iq/>");
  store = new Store(new Storages().open("local", `test${Math.random()}`));
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
  store.contacts.set("friend@b.test", { jid: "friend@b.test", name: "", subscription: "both" });
  chat = new Emitter();
  const { open } = new Storages();
  const session = open("session", `test${Math.random()}`);
  Object.assign(chat, { store, link, session, now: () => 1_000_000, calling: { scope: "s" }, options: { site: { domain: "a.test" } } });
  centre = new Centre(chat as unknown as Chat, false, noGroup);
});

function hear(
  from: string,
  verb: Verb,
  sid: string,
  { to = "ann@a.test", video = false, reason = undefined as string | undefined, time = undefined as number | undefined } = {},
) {
  const node = writeSignal(to, verb, sid, { reason, media: verb === "propose" ? (video ? ["audio", "video"] : ["audio"]) : [] });
  const reading = readMessage(parse(serialize({ ...node, attributes: { xmlns: "jabber:client", from, ...node.attributes } }))!);
  centre.hear({ ...reading, time }, { from: "live" });
}
/** What was said: whom, and which word. */
const said = () =>
  link.take().flatMap((xml) => {
    const stanza = parse(xml)!;
    const signal = child(stanza, "urn:xmpp:jingle-message:0");
    const tie = child(signal, "urn:xmpp:jingle-message:0", "tie-break") ? " tie-break" : "";
    return signal ? `${signal.localName}${tie} ${attribute(stanza, "to")}` : [];
  });
const iq = (from: string, sid: string, action: string, inside = "") =>
  centre.takeIq(
    parse(
      `<iq xmlns="jabber:client" type="set" id="i" from="${from}"><jingle xmlns="urn:xmpp:jingle:1" sid="${sid}" action="${action}">${inside}</jingle></iq>`,
    )!,
  );
/** Ann has written to them before. */
function acquaint(...jids: string[]) {
  for (const jid of jids) {
    const message = { id: jid, author: "me", nick: "", own: true, time: 1, body: "hello" };
    store.insert(store.conversation(jid), message, false);
  }
}
/** Calls Bo; gives the session's id. */
async function dial(t: TestContext): Promise<string> {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  centre.call("bo@a.test", false);
  await settle();
  assert.deepEqual(said(), ["propose bo@a.test"]);
  return centre.current!.sid;
}

test("a call rings once, and its caller, to whom the user has written, hears so", async (t) => {
  acquaint("bo@a.test");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  hear(bo, "propose", "s1");
  await settle();
  assert.deepEqual([centre.incoming?.with, said()], ["bo@a.test", [`ringing ${bo}`]]);
  centre.decline();
  assert.deepEqual([centre.incoming, said()], [null, [`reject ${bo}`]]);
  hear(bo, "propose", "s1");
  await settle();
  assert.deepEqual([centre.incoming, said()], [null, []], "replayed");
  assert.equal(asked, 0, "no microphone is asked for before it is taken");
});

test("who may not know that the user is here rings, and hears nothing of it until the user answers; nor that they are busy", async (t) => {
  hear("cy@a.test/z", "propose", "s1");
  await settle();
  assert.deepEqual([centre.incoming?.with, said()], ["cy@a.test", []]);
  centre.decline();
  assert.deepEqual(said(), ["reject cy@a.test/z"]);
  await dial(t);
  hear("cy@a.test/z", "propose", "s2");
  await settle();
  assert.deepEqual([centre.current?.with, said()], ["bo@a.test", []]);
});

test("a contact begins a session without a proposal: it rings, is taken or refused in the session; others' are refused", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const content = `<content creator="initiator" name="a"><description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio">
    <payload-type id="111" name="opus" clockrate="48000" channels="2"/></description><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1"
    ufrag="abcd" pwd="0123456789012345678901"><fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="actpass">${"AB:".repeat(31)}AB</fingerprint></transport></content>`;
  for (const [from, inside] of [
    [bo, content],
    ["friend@b.test/y", ""],
    ["friend@b.test/y", "<content/>"],
  ] as const) {
    iq(from, "s1", "session-initiate", inside);
    await settle();
    assert.match(link.take().join(), from === bo ? /type="error".*<service-unavailable/ : /type="error".*<(bad-request|feature-not-implemented)/);
    assert.equal(centre.incoming, null);
  }
  iq("friend@b.test/y", "s2", "session-initiate", content);
  await settle();
  assert.match(link.take().join(), /type="result"/);
  assert.match(link.asked.at(-1)!, /action="session-info".*<ringing/);
  assert.deepEqual([centre.incoming?.with, centre.incoming?.video], ["friend@b.test", false]);
  iq("friend@b.test/y", "s2", "transport-info");
  assert.match(link.take().join(), /type="result"/, "kept until it is taken");
  iq("friend@b.test/other", "s2", "transport-info");
  assert.match(link.take().join(), /<unknown-session/);
  iq("friend@b.test/y", "s3", "session-initiate", content);
  await settle();
  assert.match(link.asked.at(-1)!, /(?=.*sid="s3").*action="session-terminate".*<busy/s);
  centre.decline();
  assert.match(link.asked.at(-1)!, /(?=.*sid="s2").*action="session-terminate".*<decline/s);
  iq("friend@b.test/y", "s4", "session-initiate", content);
  await settle();
  iq("friend@b.test/y", "s4", "session-terminate");
  assert.deepEqual([centre.incoming, said()], [null, []]);
});

test("strangers of other tenants, our own devices, and what is long past do not ring", async () => {
  hear("bo@b.test/y", "propose", "s1");
  hear("ann@a.test/phone", "propose", "s2", { to: "bo@a.test" });
  hear(bo, "propose", "s3", { time: 1_000_000 - 46_000 });
  hear("a.test", "propose", "s4");
  await settle();
  assert.deepEqual([centre.incoming, said()], [null, []]);
});

test("a contact of another tenant rings", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  hear("friend@b.test/y", "propose", "s1");
  await settle();
  assert.equal(centre.incoming?.with, "friend@b.test");
});

test("while one rings, another does not; while a call goes on in this browser, nothing rings here", async (t) => {
  acquaint("bo@a.test");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  hear(bo, "propose", "s1");
  await settle();
  hear("cy@a.test/z", "propose", "s2");
  await settle();
  assert.deepEqual([centre.incoming?.sid, said()], ["s1", [`ringing ${bo}`]]);
  hear(bo, "retract", "s1");
  assert.equal(centre.incoming, null);
  held = [{ name: "teahouse:call:s" }];
  hear(bo, "propose", "s3");
  await settle();
  assert.deepEqual([centre.incoming, said()], [null, []]);
});

test("who calls while the user is in a call hears that they are busy", async (t) => {
  acquaint("cy@a.test");
  await dial(t);
  hear("cy@a.test/z", "propose", "s2");
  await settle();
  assert.deepEqual([centre.incoming, said()], [null, ["reject cy@a.test/z"]]);
  assert.equal(centre.current?.with, "bo@a.test");
});

test("both call at once: the lower id goes on, and nobody is asked", async (t) => {
  const own = await dial(t);
  hear(bo, "propose", "~higher"); // "~" sorts behind all of a UUID
  assert.deepEqual([centre.current?.sid, said()], [own, [`reject tie-break ${bo}`]]);
  hear(bo, "propose", "!lower");
  await settle();
  assert.deepEqual([centre.current?.sid, centre.current?.role, said()], ["!lower", "responder", ["retract tie-break bo@a.test", `proceed ${bo}`]]);
  assert.equal(asked, 1, "the microphone that is open goes on");
});

test("a new proposal of the one the user talks with takes the old one's place; of nobody else", async (t) => {
  await dial(t);
  hear(bo, "proceed", centre.current!.sid, { to: ann });
  await settle();
  said();
  hear("bo@b.test/y", "propose", "s2");
  hear("bo@a.test/other", "propose", "s3");
  await settle();
  assert.equal(centre.current?.sid, "s3");
  assert.deepEqual(said(), [`finish ${bo}`, "proceed bo@a.test/other"]);
});

test("sessions that nobody here has are unknown: the leading tab says so, unless another has a call", async () => {
  iq(bo, "s9", "session-info");
  await settle();
  assert.match(link.take().join(), /type="error".*<unknown-session/);
  link.leading = false;
  iq(bo, "s9", "session-info");
  await settle();
  assert.deepEqual(link.take(), []);
  link.leading = true;
  held = [{ name: "teahouse:call:s" }];
  iq(bo, "s9", "session-info");
  await settle();
  assert.deepEqual(link.take(), []);
});

test("a page that goes away leaves its call to the next; one that logs out ends it", async (t) => {
  const sid = await dial(t);
  hear(bo, "proceed", sid, { to: ann });
  await settle();
  link.take();
  chat.emit("stop", { final: false });
  assert.deepEqual([said(), held], [[], [{ name: "teahouse:call:s" }]]);
  await settle();
  assert.deepEqual([centre.current, centre.left?.sid, centre.left?.to, held], [null, sid, bo, []]);
  centre = new Centre(chat as unknown as Chat, false, noGroup);
  assert.equal(centre.left?.sid, sid);
  centre.leave();
  assert.deepEqual(said(), [`finish ${bo}`]);
  assert.equal(new Centre(chat as unknown as Chat, false, noGroup).left, null, "offered once");
});

test("a chat that the server has closed ends the call", async (t) => {
  const sid = await dial(t);
  hear(bo, "proceed", sid, { to: ann });
  await settle();
  chat.emit("status", { phase: "waiting" });
  assert.equal(centre.current?.phase, "connecting");
  chat.emit("status", { phase: "stopped" });
  assert.deepEqual([centre.current?.end, held], [{ by: "nobody", reason: "closed" }, [{ name: "teahouse:call:s" }]]);
  await settle();
  assert.deepEqual(held, []);
});

test("logging out hangs up", async (t) => {
  await dial(t);
  chat.emit("stop", { final: true });
  assert.deepEqual(said(), ["retract bo@a.test"]);
});
