import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledge, countInbound, makeSmState } from "./sm.ts";

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
