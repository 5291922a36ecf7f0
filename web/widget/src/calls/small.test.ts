import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, serialize } from "../core/xml.ts";
import { readServers } from "./ice.ts";
import { judge, readCounts } from "./quality.ts";
import { Rings } from "./rings.ts";
import { readSignal, writeSignal } from "./signal.ts";

test("signals: written and read again; what can't be used is none", () => {
  const again = (node: ReturnType<typeof writeSignal>) => readSignal(parse(serialize(node))!.firstChild as Element);
  const none = { video: false, reason: "", tieBreak: false, migrated: "" };
  assert.deepEqual(again(writeSignal("b@a.test", "propose", "s1", { media: ["audio", "video"] })), {
    ...none,
    verb: "propose",
    sid: "s1",
    video: true,
  });
  assert.deepEqual(again(writeSignal("b@a.test", "finish", "s1", { reason: "expired", migrated: "s2" })), {
    ...none,
    verb: "finish",
    sid: "s1",
    reason: "expired",
    migrated: "s2",
  });
  assert.deepEqual(again(writeSignal("b@a.test", "reject", "s1", { reason: "expired", tieBreak: true })), {
    ...none,
    verb: "reject",
    sid: "s1",
    reason: "expired",
    tieBreak: true,
  });
  const element = (xml: string) => readSignal(parse(xml));
  const ns = `xmlns="urn:xmpp:jingle-message:0"`;
  const audio = `<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"/>`;
  for (const xml of [
    `<propose ${ns}>${audio}</propose>`,
    `<propose ${ns} id="${"x".repeat(129)}">${audio}</propose>`,
    `<propose ${ns} id="a b">${audio}</propose>`,
    `<propose ${ns} id="s"/>`,
    `<propose ${ns} id="s"><description xmlns="urn:xmpp:jingle:apps:file-transfer:5" media="audio"/></propose>`,
    `<dance ${ns} id="s"/>`,
  ]) {
    assert.equal(element(xml), null, xml);
  }
  assert.equal(element(`<propose ${ns} id="s">${audio}</propose>`)?.sid, "s");
});

test("who may ring: the site's own and contacts, not too often, and no call twice", () => {
  let now = 0;
  const rings = new Rings(
    "a.test",
    (jid) => jid === "friend@b.test",
    () => now,
  );
  assert.equal(rings.admit("1", "bo@a.test"), true);
  assert.equal(rings.admit("1", "bo@a.test"), false, "replayed");
  assert.equal(rings.admit("2", "bo@b.test"), false, "a stranger of another tenant");
  assert.equal(rings.admit("3", "bo@evil-a.test"), false);
  assert.equal(rings.admit("4", "a.test"), false, "no person");
  assert.equal(rings.admit("5", "friend@b.test"), true);
  assert.deepEqual([rings.admit("6", "bo@a.test"), rings.admit("7", "bo@a.test"), rings.admit("8", "bo@a.test")], [true, true, false], "too often");
  let more = 0;
  for (let i = 0; i < 20; i++) if (rings.admit(`u${i}`, `u${i}@a.test`)) more++;
  assert.equal(more, 6, "ten a minute in all");
  now += 60_000;
  assert.equal(rings.admit("9", "bo@a.test"), true);
});

test("the servers of XEP-0215 that a browser can use", () => {
  const services = parse(`<services xmlns="urn:xmpp:extdisco:2">
    <service type="stun" host="stun.a.test" port="3478" transport="udp"/>
    <service type="turn" host="2001:db8::1" port="3478" transport="udp" username="u" password="p"/>
    <service type="turns" host="turn.a.test" port="443" transport="tcp" username="u" password="p"/>
    <service type="turn" host="turn.a.test" port="3478" transport="udp"/>
    <service type="ftp" host="ftp.a.test" port="21"/>
    <service type="stun" host="a.test?x" port="1"/>
    <service type="stun" host="a.test" port="1 2"/>
  </services>`);
  assert.deepEqual(readServers(services), [
    { urls: "stun:stun.a.test:3478" },
    { urls: "turn:[2001:db8::1]:3478?transport=udp", username: "u", credential: "p" },
    { urls: "turns:turn.a.test:443?transport=tcp", username: "u", credential: "p" },
  ]);
  assert.deepEqual(readServers(null), []);
  const many = parse(`<services xmlns="urn:xmpp:extdisco:2">${`<service type="stun" host="s.test" port="1"/>`.repeat(20)}</services>`);
  assert.equal(readServers(many).length, 8);
});

test("how good the line is, and why not", () => {
  const at = (more: object) => ({ received: 0, lost: 0, bytes: 0, lostThere: 0, roundTripS: 0.05, jitterS: 0.01, narrow: false, ...more });
  const judged = (more: object) => judge(at({}), at({ received: 100, ...more }));
  assert.deepEqual(judged({}), { bars: 3 });
  assert.deepEqual(judged({ lost: 5 }), { bars: 2, trouble: "lossy" });
  assert.deepEqual(judged({ lost: 30 }), { bars: 1, trouble: "lossy" });
  assert.deepEqual(judged({ lostThere: 0.2 }), { bars: 1, trouble: "lossy" });
  assert.deepEqual(judged({ roundTripS: 0.5 }), { bars: 2, trouble: "slow" });
  assert.deepEqual(judged({ roundTripS: 0.9 }), { bars: 1, trouble: "slow" });
  assert.deepEqual(judged({ narrow: true }), { bars: 2, trouble: "weak" });
  assert.deepEqual(judged({ received: 0 }), { bars: 0, trouble: "silent" });
  assert.deepEqual(judge(at({}), at({}), false), { bars: 3 }, "on hold nothing comes");
  const counts = readCounts([
    { type: "inbound-rtp", packetsReceived: 10, packetsLost: 1, bytesReceived: 100, jitter: 0.02 },
    { type: "inbound-rtp", packetsReceived: 5, packetsLost: -1 },
    { type: "remote-inbound-rtp", fractionLost: 0.5, roundTripTime: 0.1 },
    { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.2 },
    { type: "outbound-rtp", qualityLimitationReason: "bandwidth" },
    { type: "codec" },
  ]);
  assert.deepEqual(counts, { received: 15, lost: 0, bytes: 100, lostThere: 0.5, roundTripS: 0.2, jitterS: 0.02, narrow: true });
});
