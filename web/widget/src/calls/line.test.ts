import "../testing/browser.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Origin } from "../chat/messages.ts";
import { readMessage } from "../chat/reading.ts";
import { Store } from "../chat/store.ts";
import { Storages } from "../core/storage.ts";
import { parse, serialize } from "../core/xml.ts";
import { Lines } from "./line.ts";
import { readSignal, writeSignal, type Verb } from "./signal.ts";

let store: Store;
let lines: Lines;
let now = 1_000_000;
beforeEach(() => {
  store = new Store(new Storages().open("local", `test${Math.random()}`));
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
  now = 1_000_000;
  lines = new Lines(store, () => now);
});

const ann = "ann@a.test/x",
  bo = "bo@a.test/y";
function say(
  from: string,
  to: string,
  verb: Verb,
  { sid = "s1", reason = undefined as string | undefined, at = 0, origin = { from: "live" } as Origin } = {},
) {
  const node = writeSignal(to, verb, sid, { reason, media: verb === "propose" ? ["audio"] : [] });
  const reading = readMessage(parse(serialize({ ...node, attributes: { xmlns: "jabber:client", from, ...node.attributes } }))!);
  now = 1_000_000 + at;
  lines.take(readSignal(reading.signal)!, reading, origin);
}
const seen = (jid = "bo@a.test") =>
  (store.conversations.get(jid)?.messages ?? []).map(({ call, own }) => `${own ? "own" : "other"} ${call?.outcome} ${call?.lengthMs ?? ""}`.trim());
const unread = () => store.conversations.get("bo@a.test")?.unread ?? 0;

test("a call that is taken says how long it was; one that is not is missed, and counts as unread", () => {
  say(bo, "ann@a.test", "propose");
  assert.deepEqual([seen(), unread()], [["other ringing"], 0]);
  say(ann, bo, "proceed", { at: 3_000 });
  say(bo, ann, "finish", { at: 63_000 });
  say(ann, bo, "finish", { at: 64_000 });
  assert.deepEqual([seen(), unread()], [["other ended 60000"], 0]);
  say(bo, "ann@a.test", "propose", { sid: "s2", at: 70_000 });
  say(bo, "ann@a.test", "retract", { sid: "s2", at: 80_000 });
  assert.deepEqual([seen()[1], unread()], ["other missed", 1]);
});

test("each side says what is its own to say", () => {
  say(bo, "ann@a.test", "propose");
  say(bo, ann, "proceed");
  say(bo, ann, "reject");
  say(ann, bo, "retract");
  assert.deepEqual(seen(), ["other ringing"]);
  say(ann, bo, "reject", { reason: "busy" });
  assert.deepEqual([seen(), unread()], [["other busy"], 1]);
  say(ann, bo, "proceed");
  assert.deepEqual(seen(), ["other busy"], "it has been settled");
});

test("a stranger's word of a call is another conversation's", () => {
  say("", "bo@a.test", "propose");
  assert.deepEqual(seen(), ["own ringing"]);
  say("bo@b.test/y", ann, "reject");
  say("bo@b.test/y", "ann@a.test", "propose");
  assert.deepEqual([seen(), seen("bo@b.test")], [["own ringing"], ["other ringing"]]);
  say(bo, "ann@a.test", "propose");
  assert.deepEqual(seen(), ["own ringing"], "a session's id is its maker's");
});

test("from the archive, backwards and twice, it is the same line", () => {
  const archived = (archiveId: string, time: number): { origin: Origin } => ({ origin: { from: "archive", archiveId, time, earlier: true } });
  say(bo, ann, "finish", archived("3", 70_000));
  say(ann, bo, "proceed", archived("2", 10_000));
  assert.deepEqual(seen(), []);
  say(bo, "ann@a.test", "propose", archived("1", 5_000));
  say(bo, "ann@a.test", "propose", archived("1", 5_000));
  assert.deepEqual(seen(), ["other answered"]);
  say(bo, ann, "finish", archived("3", 70_000));
  assert.deepEqual(seen(), ["other ended 60000"]);
});

test("what still rings when the archive has been read", () => {
  say(bo, "ann@a.test", "propose", { at: 0 });
  say(bo, "ann@a.test", "propose", { sid: "s2", at: 10_000 });
  say(bo, "ann@a.test", "retract", { sid: "s2", at: 11_000 });
  say("", "bo@a.test", "propose", { sid: "s3", at: 12_000 });
  assert.deepEqual(
    lines.open(1_000_000).map(({ sid, from }) => [sid, from]),
    [["s1", bo]],
  );
  assert.deepEqual(lines.open(1_000_001), []);
});
