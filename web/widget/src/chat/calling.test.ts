import "../testing/browser.ts";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { serialize } from "../core/xml.ts";
import { parse } from "../core/xml.ts";
import { FakeLink } from "../testing/link.ts";
import { Calling, makeCaps, type CallMode, type Calls } from "./calling.ts";
import { readMessage } from "./reading.ts";
import { answerRequest } from "./requests.ts";

Object.assign(globalThis, { RTCPeerConnection: class {} });
const held: { name: string }[] = [];
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: {}, locks: { query: async () => ({ held }) } }, configurable: true });

function setUp(mode: CallMode) {
  const link = Object.assign(new FakeLink(), { shared: true });
  const done: string[] = [];
  const calls: Calls = {
    hear: ({ signal }) => done.push(signal?.localName ?? "error"),
    takeIq: () => done.push("iq"),
    call: (jid, video) => done.push(`call ${jid} ${video}`),
    caughtUp: () => done.push("caught up"),
  };
  return { link, calling: new Calling(link.asLink, "scope", mode), done, calls };
}
const message = (inner: string) => readMessage(parse(`<message xmlns="jabber:client" type="chat" from="bo@a.test/x">${inner}</message>`)!);
const propose = message(`<propose xmlns="urn:xmpp:jingle-message:0" id="s1"/>`);
const jingle = parse(`<iq xmlns="jabber:client" type="set" id="i"><jingle xmlns="urn:xmpp:jingle:1" sid="s1" action="session-info"/></iq>`)!;
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("the hash of XEP-0115 is of what disco answers", () => {
  for (const mode of ["audio", "video"] as const) {
    const { link, calling } = setUp(mode);
    answerRequest(
      link.asLink,
      parse(`<iq xmlns="jabber:client" type="get" id="d"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`)!,
      calling.features,
    );
    const answer = parse(link.take()[0]!)!;
    const features = [...answer.getElementsByTagName("feature")].map((f) => f.getAttribute("var")!).sort();
    assert.equal(features.includes("urn:xmpp:jingle:apps:rtp:video"), mode === "video");
    const text = `client/web//Teahouse<${features.map((f) => `${f}<`).join("")}`;
    const ver = createHash("sha1").update(text).digest("base64");
    assert.equal(serialize(makeCaps(calling) || { name: "none", attributes: {}, children: [] }).match(/ver="([^"]*)"/)?.[1], ver);
  }
});

test("with calls off nothing is loaded, said or taken", async () => {
  const { link, calling, done, calls } = setUp("off");
  calling.load = async () => calls;
  calling.hear(propose, { from: "live" });
  calling.call("bo@a.test", true);
  assert.deepEqual([calling.features, makeCaps(calling)], [[], false]);
  const refused: string[] = [];
  assert.equal(
    calling.takeIq(jingle, () => refused.push("refused")),
    true,
  );
  await settle();
  assert.deepEqual(refused, ["refused"], "nobody in this browser has a call");
  held.push({ name: "teahouse:call:scope" });
  calling.takeIq(jingle, () => refused.push("refused"));
  await settle();
  held.length = 0;
  assert.deepEqual([refused, done, link.take()], [["refused"], [], []], "another tab answers");
});

test("what is heard before the bundle is there waits for it, in order; the bundle is loaded once", async () => {
  const { calling, done, calls } = setUp("audio");
  let loads = 0;
  calling.caughtUp();
  calling.hear(message("<body>hello</body>"), { from: "live" });
  calling.hear(propose, { from: "live" });
  assert.equal(
    calling.takeIq(jingle, () => assert.fail()),
    true,
  );
  calling.load = async () => {
    loads++;
    return calls;
  };
  calling.call("bo@a.test", true);
  await settle();
  assert.deepEqual([done, loads], [["propose", "iq", "call bo@a.test false"], 1], "no pictures where they are not on");
  calling.caughtUp();
  assert.equal(done.at(-1), "caught up");
  const ping = parse(`<iq xmlns="jabber:client" type="get"><ping xmlns="urn:xmpp:ping"/></iq>`)!;
  assert.equal(
    calling.takeIq(ping, () => assert.fail()),
    false,
  );
});

test("a bundle that can't be loaded is tried again with the next call", async (t) => {
  t.mock.method(console, "error", () => {});
  const { calling, done, calls } = setUp("audio");
  let loads = 0;
  calling.load = async () => {
    if (++loads === 1) throw new Error("offline");
    return calls;
  };
  calling.hear(propose, { from: "live" });
  await settle();
  calling.call("bo@a.test", false);
  await settle();
  assert.deepEqual([done, loads], [["call bo@a.test false"], 2]);
});
