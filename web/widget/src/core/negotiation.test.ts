import "../testing/browser.ts";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { isUuid, randomUuid } from "./ids.ts";
import { nameBrowser } from "./device.ts";
import { isFastToken, makeProof } from "./fast.ts";
import { invalidation, Negotiation, type Login } from "./negotiation.ts";
import { makeSmState, StreamManagement, type SmState, type Unacked } from "./sm.ts";
import { attribute, child, children, parse, serialize, text } from "./xml.ts";

const sasl = "urn:xmpp:sasl:2",
  sm = "urn:xmpp:sm:3",
  bind = "urn:xmpp:bind:0",
  fast = "urn:xmpp:fast:0";
const frame = (xml: string): Element => parse(xml)!;
const open = frame('<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="a.test" version="1.0"/>');
const features = frame('<stream:features xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"/>');
const success = (inner: string): Element =>
  frame(`<success xmlns="${sasl}"><authorization-identifier>ann@a.test/widget/x</authorization-identifier>${inner}</success>`);

function setUp(state: SmState | null = null, login: Login = { by: "eyJ.a.b" }) {
  const saved: (SmState | null)[] = [];
  const covered: Unacked[] = [];
  const management = new StreamManagement(
    state,
    (now) => saved.push(now && structuredClone(now)),
    (stanzas) => covered.push(...stanzas),
  );
  const negotiation = new Negotiation("a.test", login, management);
  const said = negotiation.begin().map((node) => frame(serialize(node)));
  return { negotiation, management, saved, covered, said };
}
const left = (): SmState => ({
  ...makeSmState("sm1", "e1", "ann@a.test/widget/x"),
  inbound: 7,
  acked: 2,
  unacked: [{ xml: "<message/>", id: "o1" }],
});

test("all is said at once: whose the token is, and what is wanted", () => {
  const { said, negotiation } = setUp(null, { by: "eyJ.a.b", device: "Firefox on Linux", agent: "d4565fa7-4d72-4749-b3d3-740edbf87770" });
  assert.deepEqual(
    said.map(({ localName }) => localName),
    ["open", "authenticate"],
  );
  const [, authenticate] = said;
  assert.equal(attribute(said[0], "to"), "a.test");
  assert.equal(attribute(authenticate, "mechanism"), "OAUTHBEARER");
  assert.equal(atob(text(child(authenticate, sasl, "initial-response"))), "n,,\x01auth=Bearer eyJ.a.b\x01\x01");
  assert.equal(attribute(child(authenticate, sasl, "user-agent"), "id"), "d4565fa7-4d72-4749-b3d3-740edbf87770");
  assert.equal(text(child(child(authenticate, sasl, "user-agent"), sasl, "device")), "Firefox on Linux");
  assert.equal(child(authenticate, fast, "request-token"), null);
  assert.equal(child(authenticate, sm, "resume"), null);
  const wishes = children(child(authenticate, bind, "bind")).map((wish) => `${wish.namespaceURI} ${wish.localName}`);
  assert.deepEqual(wishes, [`${bind} tag`, `${sm} enable`, "urn:xmpp:carbons:2 enable"]);
  assert.equal(attribute(child(child(authenticate, bind, "bind"), sm, "enable"), "max"), "60");
  assert.deepEqual([negotiation.take(open), negotiation.take(features)], [null, null]);
});

test("without an agent none is named", () => {
  assert.equal(child(setUp().said[1], sasl, "user-agent"), null);
});

test("the session that there was is asked for beside a new one, and goes on", () => {
  const { negotiation, management, covered, said } = setUp(left());
  const resume = child(said[1], sm, "resume");
  assert.deepEqual([attribute(resume, "previd"), attribute(resume, "h")], ["sm1", "7"]);
  assert.ok(child(said[1], bind, "bind"));
  const step = negotiation.take(success(`<resumed xmlns="${sm}" previd="sm1" h="3"/>`));
  assert.deepEqual(step, { session: { epoch: "e1", jid: "ann@a.test/widget/x", resumed: true }, given: null });
  assert.deepEqual(
    covered.map(({ id }) => id),
    ["o1"],
  );
  assert.equal(management.inbound, 7);
});

test("a session that is gone is followed by a new one; what it had handled is known", () => {
  const { negotiation, management, covered, saved } = setUp(left());
  const step = negotiation.take(
    success(`<failed xmlns="${sm}" h="3"/><bound xmlns="${bind}"><enabled xmlns="${sm}" id="sm2" resume="true"/></bound>`),
  );
  assert.ok(step && "session" in step && !step.session.resumed && step.session.epoch !== "e1");
  assert.equal(step.session.jid, "ann@a.test/widget/x");
  assert.equal(covered.length, 1);
  assert.deepEqual(saved.at(-1), makeSmState("sm2", step.session.epoch, "ann@a.test/widget/x"));
  assert.deepEqual([management.inbound, management.state!.unacked], [0, []]);
});

test("a server that keeps no count leaves nothing to resume", () => {
  for (const said of ["", `<failed xmlns="${sm}"/>`, `<enabled xmlns="${sm}"/>`]) {
    const { negotiation, management, saved } = setUp(left());
    const step = negotiation.take(success(`<bound xmlns="${bind}">${said}</bound>`));
    assert.ok(step && "session" in step && !step.session.resumed);
    assert.deepEqual([management.state, saved.at(-1)], [null, null]);
  }
});

test("a challenge is answered as RFC 7628 says, and the failure has the server's words", () => {
  const { negotiation, management } = setUp(left());
  const step = negotiation.take(frame(`<challenge xmlns="${sasl}">e30=</challenge>`));
  assert.ok(step && "answer" in step);
  assert.equal(serialize(step.answer), `<response xmlns="${sasl}">AQ==</response>`);
  const failure = `<failure xmlns="${sasl}"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/><text>It ran out.</text></failure>`;
  assert.throws(() => negotiation.take(frame(failure)), { condition: "sasl:not-authorized", message: "It ran out." });
  assert.throws(() => negotiation.take(frame(`<failure xmlns="${sasl}"/>`)), { condition: "sasl:failure" });
  assert.equal(management.state!.id, "sm1", "the session may still be resumed");
});

test("what makes no sense ends it", () => {
  for (const nonsense of [
    success(""),
    success(`<resumed xmlns="${sm}" previd="sm1" h="0"/>`), // of nothing that was asked for
    frame(`<continue xmlns="${sasl}"/>`),
    frame('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>'),
    frame('<message xmlns="jabber:client"><body>x</body></message>'),
  ]) {
    assert.throws(() => setUp().negotiation.take(nonsense), { condition: `unexpected:${nonsense.localName}` });
  }
});

test("UUIDs are random, and of version 4", () => {
  const made = Array.from({ length: 50 }, randomUuid);
  for (const uuid of made) assert.match(uuid, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.ok(made.every(isUuid));
  assert.equal(new Set(made).size, made.length);
  for (const other of ["", "D4565FA7-4D72-4749-B3D3-740EDBF87770", `${made[0]} `, 7, null]) assert.ok(!isUuid(other));
});

const agent = "d4565fa7-4d72-4749-b3d3-740edbf87770";
const token = { token: "WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm", expires: 1, user: "zo\u00eb" };

test("proofs are as the mechanism says: HMAC-SHA-256 of the words of each side", async () => {
  const proof = await makeProof(token);
  const expected = (word: string): string => createHmac("sha256", token.token).update(word).digest("base64");
  assert.deepEqual([proof!.user, btoa(proof!.initiator), btoa(proof!.responder)], ["zo\u00eb", expected("Initiator"), expected("Responder")]);
  assert.ok(isFastToken(token) && !isFastToken({ ...token, expires: "1" }) && !isFastToken(null));
});

test("a token of the server's signs in by itself, says whose it is, and is not sent", async () => {
  const proof = (await makeProof(token))!;
  const { negotiation, said } = setUp(null, { by: proof, agent });
  const [opened, authenticate] = said;
  assert.equal(attribute(opened, "from"), "zo\u00eb@a.test");
  assert.equal(attribute(authenticate, "mechanism"), "HT-SHA-256-NONE");
  const response = Buffer.from(text(child(authenticate, sasl, "initial-response")), "base64");
  const nul = response.indexOf(0);
  assert.equal(response.subarray(0, nul).toString(), "zo\u00eb");
  assert.equal(response.subarray(nul + 1).toString("latin1"), proof.initiator);
  assert.ok(child(authenticate, fast, "fast") && child(authenticate, bind, "bind") && !child(authenticate, fast, "request-token"));
  assert.ok(!said.some((frame) => text(frame).includes(token.token)));
  const answer = (data: string): Element => success(`<additional-data>${data}</additional-data><bound xmlns="${bind}"/>`);
  assert.ok(negotiation.take(answer(btoa(proof.responder))));
  for (const other of ["", btoa(proof.initiator)]) assert.throws(() => negotiation.take(answer(other)), { condition: "unproved" });
});

test("a token is asked for where it is wanted, and taken where it is given, also unasked", async () => {
  assert.equal(
    attribute(child(setUp(null, { by: "eyJ.a.b", agent, wantsToken: true }).said[1], fast, "request-token"), "mechanism"),
    "HT-SHA-256-NONE",
  );
  const given = (attributes: string): unknown => {
    const step = setUp().negotiation.take(success(`<bound xmlns="${bind}"/><token xmlns="${fast}" ${attributes}/>`));
    return step && "given" in step && step.given;
  };
  assert.deepEqual(given('token="abc" expiry="2030-01-02T03:04:05Z"'), { token: "abc", expires: Date.UTC(2030, 0, 2, 3, 4, 5), user: "ann" });
  for (const nonsense of ['token="abc"', 'expiry="2030-01-02T03:04:05Z"', 'token="abc" expiry="soon"']) assert.equal(given(nonsense), null);
});

test("a token is invalidated by a login that asks for nothing", async () => {
  const [opened, authenticate] = invalidation("a.test", { by: (await makeProof(token))!, agent }).map((node) => frame(serialize(node)));
  assert.equal(attribute(opened, "from"), "zo\u00eb@a.test");
  assert.deepEqual(
    children(authenticate).map(({ localName }) => localName),
    ["initial-response", "user-agent", "fast"],
  );
  assert.equal(attribute(child(authenticate, fast, "fast"), "invalidate"), "true");
});

test("browsers are called as people call them", () => {
  const ends = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
  assert.equal(nameBrowser(`Mozilla/5.0 (X11; Linux x86_64) ${ends}`), "Chrome on Linux");
  assert.equal(nameBrowser(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${ends} Edg/130.0`), "Edge on Windows");
  assert.equal(nameBrowser(`Mozilla/5.0 (Linux; Android 14) ${ends}`), "Chrome on Android");
  assert.equal(
    nameBrowser("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"),
    "Safari on iPhone",
  );
  assert.equal(nameBrowser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:130.0) Gecko Firefox/130.0"), "Firefox on macOS");
  assert.equal(nameBrowser("curl/8"), "Browser");
});
