import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, countInbound, makeSmState, StreamManagement, type SmState } from "./sm.ts";

const stanzas = (...ids: string[]) => ids.map((id) => ({ xml: `<message id="${id}"/>`, id }));

test("an acknowledgement covers the oldest stanzas", () => {
  const state = makeSmState("s", "e", "a@b/c");
  state.unacked = stanzas("1", "2", "3");
  assert.deepEqual(
    acknowledge(state, 2).map((u) => u.id),
    ["1", "2"],
  );
  assert.deepEqual(acknowledge(state, 2), []);
  assert.deepEqual(
    acknowledge(state, 3).map((u) => u.id),
    ["3"],
  );
});

test("both counters wrap at 2^32", () => {
  const state = makeSmState("s", "e", "a@b/c");
  state.acked = 2 ** 32 - 1;
  state.unacked = stanzas("1", "2", "3");
  assert.deepEqual(
    acknowledge(state, 1).map((u) => u.id),
    ["1", "2"],
  );
  state.inbound = 2 ** 32 - 1;
  countInbound(state);
  assert.equal(state.inbound, 0);
});

test("a server that counts more than was sent, or nonsense, does no harm", () => {
  const state = makeSmState("s", "e", "a@b/c");
  state.unacked = stanzas("1");
  assert.deepEqual(acknowledge(state, Number.NaN), []);
  assert.deepEqual(
    acknowledge(state, 9).map((u) => u.id),
    ["1"],
  );
});

test("each step is written down before anybody is told of it", () => {
  const steps: string[] = [];
  const save = (state: SmState | null) => steps.push(state ? `${state.inbound} in, ${state.unacked.length} out` : "none");
  const sm = new StreamManagement(makeSmState("s", "e", "a@b/c"), save, (covered) => steps.push(covered.map((u) => u.id).join()));
  for (const stanza of stanzas("1", "2")) assert.ok(sm.keep(stanza));
  sm.count();
  sm.acknowledge(1);
  sm.acknowledge(1);
  sm.replace(null);
  assert.deepEqual(steps, ["0 in, 1 out", "0 in, 2 out", "1 in, 2 out", "1 in, 1 out", "1", "1 in, 1 out", "none"]);
});

test("a stanza that was refused keeps its place in the count, and nobody is told when it is acknowledged", () => {
  const covered: (string | undefined)[] = [];
  let saves = 0;
  const sm = new StreamManagement(
    makeSmState("s", "e", "a@b/c"),
    () => saves++,
    (stanzas) => covered.push(...stanzas.map((u) => u.id)),
  );
  for (const stanza of stanzas("1", "2", "1")) sm.keep(stanza);
  sm.disown("1");
  assert.equal(saves, 4);
  sm.disown("3");
  assert.equal(saves, 4);
  sm.acknowledge(2);
  assert.deepEqual(covered, [undefined, "2"]);
  sm.acknowledge(3);
  assert.deepEqual(covered, [undefined, "2", "1"]);
});

test("without a session that could be resumed nothing is kept or counted", () => {
  const sm = new StreamManagement(
    null,
    () => assert.fail(),
    () => assert.fail(),
  );
  assert.equal(sm.keep({ xml: "<message/>" }), false);
  sm.count();
  sm.acknowledge(3);
  assert.equal(sm.inbound, -1);
});
