import { settle } from "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../core/xml.ts";
import { makeSides, type Side } from "../testing/calls.ts";
import { times } from "./call.ts";
import { readSignal } from "./signal.ts";

/** Ann calls Bo; both have their call, and nothing is answered. */
function ring({ video = true } = {}) {
  const sides = makeSides();
  const { a, b } = sides;
  b.start({ role: "responder", to: a.jid, video });
  a.start({ role: "initiator", to: "bo@a.test", video });
  a.call.propose();
  b.call.sayRinging();
  return sides;
}
async function talk() {
  const sides = ring();
  sides.b.call.proceed();
  await settle();
  for (const { peer } of [sides.a, sides.b]) peer.events.state("connected");
  return sides;
}
const phases = (...sides: Side[]) => sides.map(({ call }) => call.phase);
const ends = (...sides: Side[]) => sides.map(({ call }) => call.end && `${call.end.by} ${call.end.reason}`);
const take = (side: Side, from: string, xml: string) => {
  const jingle = parse(`<jingle xmlns="urn:xmpp:jingle:1" sid="s1">${xml}</jingle>`)!;
  return (action: string) => side.receive(action, from, jingle, side);
};

test("a call is proposed, rings, is taken, agreed on, and ended by one of them", async () => {
  const { a, b, time } = ring();
  assert.deepEqual(phases(a, b), ["ringing", "incoming"]);
  b.call.proceed();
  assert.deepEqual(phases(a, b), ["connecting", "connecting"]);
  await settle();
  assert.deepEqual([a.peer.done, b.peer.done], [["offer", "accept"], ["answer"]]);
  assert.match(b.peer.taken[0]!, /a=setup:actpass/);
  assert.match(a.peer.taken[0]!, /a=setup:active/);
  for (const { peer } of [a, b]) peer.events.state("connected");
  assert.deepEqual(phases(a, b), ["active", "active"]);
  time.pass(5_000);
  b.call.hangUp();
  await settle();
  assert.deepEqual(ends(a, b), ["other hangup", "me hangup"]);
  assert.deepEqual(a.said, ["propose", "session-initiate", "finish"]);
  assert.deepEqual(b.said, ["ringing", "proceed", "session-accept", "session-terminate", "finish"]);
  assert.deepEqual([a.peer.done.at(-1), b.peer.done.at(-1)], ["close", "close"]);
  assert.deepEqual([...a.refused, ...b.refused], []);
});

test("a session without a proposal is taken with what came before that, and is told of in the session alone", async () => {
  const { a, b } = makeSides();
  const receive = b.receive.bind(b);
  b.receive = (action, from, jingle, by) => {
    if (action !== "session-initiate") return receive(action, from, jingle, by);
    b.start({ role: "responder", to: a.jid, video: true, offer: jingle });
    return jingle;
  };
  a.start({ role: "initiator", to: "bo@a.test", video: true });
  a.call.hear(readSignal(parse(`<proceed xmlns="urn:xmpp:jingle-message:0" id="s1"/>`)!)!, b.jid);
  a.peer.events.candidate("0", "candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0");
  await settle();
  b.call.sayRinging();
  assert.deepEqual([b.peer, phases(a, b)], [undefined, ["connecting", "incoming"]]);
  b.call.proceed();
  await settle();
  assert.deepEqual(b.peer.done, ["answer", "0 192.0.2.1"]);
  for (const { peer } of [a, b]) peer.events.state("connected");
  b.call.hangUp();
  await settle();
  assert.deepEqual(ends(a, b), ["other hangup", "me hangup"]);
  assert.deepEqual(b.said, ["session-info", "session-accept", "session-terminate"]);
  assert.deepEqual([...a.refused, ...b.refused], []);
});

test("candidates trickle both ways, and those that come early wait for the description", async () => {
  const { a, b } = ring();
  b.call.proceed();
  a.peer.events.candidate("0", "candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0");
  await settle();
  a.peer.events.candidate("1", "candidate:1 1 udp 1 192.0.2.2 5000 typ host generation 0");
  a.peer.events.candidate("1", "candidate:1 2 udp 1 192.0.2.9 5000 typ host generation 0");
  b.peer.events.candidate("0", "candidate:1 1 udp 1 192.0.2.3 5000 typ host generation 0");
  await settle();
  assert.deepEqual(b.peer.done, ["answer", "0 192.0.2.1", "1 192.0.2.2"]);
  assert.deepEqual(a.peer.done, ["offer", "accept", "0 192.0.2.3"]);
});

test("nobody answers in time: the caller gives up, and the other has missed it", () => {
  const { a, b, time } = ring();
  time.pass(times.unansweredMs - 1);
  assert.deepEqual(phases(a, b), ["ringing", "incoming"]);
  time.pass(1);
  assert.deepEqual(ends(a, b), ["nobody unanswered", "other cancelled"]);
  assert.equal(a.said.at(-1), "retract");
});

test("a ring whose end is not heard of ends by itself", () => {
  const { b, time } = ring();
  b.deaf = true;
  time.pass(times.ringingMs);
  assert.deepEqual(ends(b), ["other cancelled"]);
});

test("refused, busy, taken back", () => {
  const [refused, busy, cancelled] = [ring(), ring(), ring()];
  refused.b.call.hangUp();
  assert.deepEqual(ends(refused.a, refused.b), ["other declined", "me declined"]);
  busy.b.call.refuseBusy();
  assert.deepEqual(ends(busy.a, busy.b), ["other busy", "me busy"]);
  cancelled.a.call.hangUp();
  assert.deepEqual(ends(cancelled.a, cancelled.b), ["me cancelled", "other cancelled"]);
  for (const { a, b, time } of [refused, busy, cancelled]) {
    const before = [...a.said, ...b.said];
    time.pass(200_000);
    assert.deepEqual([...a.said, ...b.said], before, "nothing is said of what has ended");
  }
});

test("another device of ours takes it, or refuses it", () => {
  const signal = { sid: "s1", video: false, reason: "", tieBreak: false, migrated: "" };
  const taken = ring().b;
  taken.call.hearOwn({ ...signal, verb: "proceed" });
  const refused = ring().b;
  refused.call.hearOwn({ ...signal, verb: "reject" });
  assert.deepEqual(ends(taken, refused), ["me elsewhere", "me declined"]);
  assert.deepEqual(taken.said, ["ringing"]);
});

test("strangers say nothing of a call: not of its messages, nor in its session", async () => {
  const { a, b } = ring();
  const signal = { sid: "s1", video: false, reason: "", tieBreak: false, migrated: "" };
  for (const verb of ["proceed", "reject", "finish", "retract"] as const) a.call.hear({ ...signal, verb }, "bo@b.test/y");
  b.call.hear({ ...signal, verb: "retract" }, "ann@a.test/other");
  assert.deepEqual(phases(a, b), ["ringing", "incoming"]);
  b.call.proceed();
  await settle();
  for (const from of ["bo@b.test/y", "bo@a.test/other", "bo@a.test", ""])
    assert.throws(() => take(a, from, "")("session-terminate"), /item-not-found/);
  a.call.hear({ ...signal, verb: "finish" }, "bo@a.test/other");
  assert.deepEqual(phases(a, b), ["connecting", "connecting"]);
});

test("the two are not connected in time", async () => {
  const { a, b, time } = ring();
  b.call.proceed();
  await settle();
  time.pass(times.connectingMs);
  assert.deepEqual(ends(a), ["nobody failed"]);
  assert.ok(a.said.includes("session-terminate") && a.said.includes("finish"));
  await settle();
  assert.ok(b.call.over);
});

test("a line that is gone is looked for anew by the side that called, and found again", async () => {
  const { a, b, time } = await talk();
  for (const { peer } of [a, b]) peer.events.state("disconnected");
  assert.deepEqual(phases(a, b), ["reconnecting", "reconnecting"]);
  time.pass(times.restartAfterMs);
  await settle();
  assert.deepEqual(a.peer.done.slice(2), ["restart", "accept"]);
  assert.deepEqual(b.peer.done.slice(1), ["answer"]);
  assert.match(b.peer.taken[1]!, /a=ice-ufrag:again1/);
  for (const { peer } of [a, b]) peer.events.state("connected");
  assert.deepEqual(phases(a, b), ["active", "active"]);
  time.pass(100_000);
  assert.deepEqual(phases(a, b), ["active", "active"]);
});

test("a line that does not come back is lost; the page may be loading anew until then", async () => {
  const { a, b, time } = await talk();
  b.deaf = true;
  a.peer.events.state("failed");
  time.pass(times.reconnectingMs - 1);
  await settle();
  assert.deepEqual(phases(a), ["reconnecting"]);
  time.pass(1);
  assert.deepEqual(ends(a), ["nobody lost"]);
});

test("a network that changes is no trouble: new ways are looked for at once", async () => {
  const { a, b } = await talk();
  b.call.networkChanged();
  await settle();
  assert.deepEqual([b.peer.done.slice(1), a.peer.done.slice(2)], [["restart", "accept"], ["answer"]]);
  assert.deepEqual(phases(a, b), ["active", "active"]);
});

test("a restart that the other side can't be told of is taken back, and made when it can", async () => {
  const { a, b } = await talk();
  b.deaf = true;
  a.call.networkChanged();
  await settle();
  a.peer.events.candidate("0", "candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0");
  b.deaf = false;
  await settle();
  assert.deepEqual(a.peer.done.slice(2), ["restart", "rollback"]);
  a.peer.events.candidate("0", "candidate:2 1 udp 1 192.0.2.2 5000 typ host generation 0");
  await settle();
  assert.deepEqual(b.peer.done.slice(1), ["0 192.0.2.2"], "no restart: it has the credentials that hold");
  a.call.networkChanged();
  await settle();
  assert.deepEqual([a.peer.done.slice(4), b.peer.done.slice(2)], [["restart", "accept"], ["answer"]]);
  assert.deepEqual(phases(a, b), ["active", "active"]);
});

test("pictures are added, and muted, held and taken back", async () => {
  const { a, b } = await talk();
  a.peer.sections = 3;
  a.call.session!.add();
  await settle();
  assert.deepEqual(a.said.slice(-1), ["content-add"]);
  assert.equal(b.said.at(-1), "content-accept");
  assert.equal(a.peer.taken.at(-1)!.match(/^m=/gm)!.length, 3);
  a.call.session!.inform("mute", "audio");
  b.call.session!.inform("hold");
  assert.deepEqual([b.call.session!.muted, a.call.session!.held], [{ audio: true, video: false }, true]);
  a.call.session!.inform("unmute", "audio");
  b.call.session!.inform("unhold");
  assert.deepEqual([b.call.session!.muted.audio, a.call.session!.held], [false, false]);
  take(a, b.jid, `<content creator="initiator" name="2"/>`)("content-remove");
  await settle();
  assert.match(a.peer.taken.at(-1)!, /m=video 0 /);
  take(a, b.jid, `<content creator="initiator" name="1" senders="responder"/>`)("content-modify");
  await settle();
  assert.match(a.peer.taken.at(-1)!, /a=mid:1\r\na=sendonly/);
  assert.deepEqual([...a.refused, ...b.refused], []);
});

test("both add at once: who called goes first, the other gives way", async () => {
  const { a, b } = await talk();
  for (const { peer, call } of [a, b]) {
    peer.sections = 3;
    call.session!.add();
  }
  await settle();
  assert.deepEqual(b.refused, ["content-add conflict"]);
  assert.ok(b.peer.done.includes("rollback"));
  assert.equal(a.peer.done.at(-1), "accept");
});

test("what is out of order, unknown, or too much is refused, and the call goes on", async () => {
  const { a, b } = await talk();
  const from = b.jid;
  const refused = (action: string, xml: string) => assert.throws(() => take(a, from, xml)(action), /./);
  const candidate = `<candidate component="1" foundation="1" ip="192.0.2.1" port="1" priority="1" protocol="udp" type="host"/>`;
  const transport = (n: number) =>
    `<content creator="initiator" name="0"><transport xmlns="urn:xmpp:jingle:transports:ice-udp:1">${candidate.repeat(n)}</transport></content>`;
  refused("session-initiate", "");
  refused("session-accept", "");
  refused("content-accept", "");
  refused("content-add", "");
  refused("content-add", `<content creator="responder" name="0"/>`);
  refused("content-remove", `<content creator="initiator" name="none"/>`);
  refused("transport-info", `<content creator="initiator" name="none"/>`);
  refused("transport-replace", "");
  refused("dance", "");
  refused("session-info", `<sing xmlns="urn:example"/>`);
  refused("transport-info", transport(65));
  for (let i = 0; i < 6; i++) take(a, from, transport(64))("transport-info");
  refused("transport-info", transport(64));
  await settle();
  assert.ok(!a.refused.some((text) => text.endsWith("crash")), a.refused.join());
  assert.deepEqual(phases(a, b), ["active", "active"]);
});

test("what is not encrypted, or has no credentials, is not taken", async () => {
  const description = `<description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio"><payload-type id="0" name="PCMU"/></description>`;
  const transport = `<transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="u" pwd="p"/>`;
  const { a, b } = makeSides();
  b.start({ role: "responder", to: a.jid, video: false });
  b.call.proceed();
  for (const inner of ["", description, description + transport, transport]) {
    assert.throws(() => take(b, a.jid, `<content creator="initiator" name="0">${inner}</content>`)("session-initiate"), /bad-request/);
  }
  await settle();
  assert.deepEqual([b.peer.done, phases(b)], [[], ["connecting"]]);
});

test("the proposal is refused by the server", () => {
  const { a } = ring();
  a.call.refused("service-unavailable");
  assert.deepEqual(ends(a), ["nobody unreachable"]);
});

test("proposals that meet: the one with the lower id goes on", () => {
  const { a, b } = makeSides();
  a.start({ role: "initiator", to: "bo@a.test", video: false, sid: "s2" });
  a.call.propose();
  a.call.giveWay();
  assert.deepEqual([ends(a), a.said], [["nobody moved"], ["propose", "retract"]]);
  b.start({ role: "responder", to: a.jid, video: false, sid: "s2" });
  b.call.refuseTie();
  assert.deepEqual([ends(b), b.said], [["nobody moved"], ["reject"]]);
});

test("a call goes on in another session: the old one ends at both sides", async () => {
  const { a, b } = await talk();
  b.call.migrate("s2");
  await settle();
  assert.deepEqual(ends(a, b), ["other moved", "nobody moved"]);
});
