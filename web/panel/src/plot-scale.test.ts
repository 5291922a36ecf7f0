import assert from "node:assert/strict";
import { test } from "node:test";
import { levelOf, movedTo, roundUp, scaleOf } from "./plot-scale.ts";

test("the top of a plot is a round number that nothing is above", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 11, 20, 21, 999, 1001].map((n) => roundUp(n, false)),
    [1, 1, 2, 3, 20, 20, 30, 1000, 2000],
  );
  assert.equal(roundUp(1500, true), 2 * 1024);
  assert.equal(roundUp(300 * 1024 ** 2, true), 300 * 1024 ** 2);
  assert.equal(roundUp(1024 ** 3, true), 1024 ** 3);
  for (let n = 1; n < 1e13; n = Math.ceil(n * 1.7)) for (const isBytes of [true, false]) assert.ok(roundUp(n, isBytes) >= n, `${n}`);
});

test("a limit is a line where it is near, and lets the bars be seen where it is far", () => {
  assert.deepEqual(scaleOf([1, 5, 20], 100, false), { top: 20 });
  assert.deepEqual(scaleOf([1, 5, 80], 100, false), { top: 100, line: 1 });
  assert.deepEqual(scaleOf([150], 100, false), { top: 200, line: 0.5 });
  assert.deepEqual(scaleOf([5], -1, false), { top: 5 }, "unlimited");
  assert.deepEqual(scaleOf([5], 0, false), { top: 5 });
  assert.deepEqual(scaleOf([0, 0], 10, false), { top: 1 });
  assert.deepEqual(scaleOf([], undefined, false), { top: 1 });
});

test("warnings come at 80 percent and at all of a limit", () => {
  assert.deepEqual(
    [0, 79, 80, 99, 100, 130].map((used) => levelOf(used, 100)),
    [undefined, undefined, "high", "high", "full", "full"],
  );
  assert.equal(levelOf(1_000_000, -1), undefined, "unlimited");
  assert.equal(levelOf(0, 0), undefined, "nothing is allowed, and nothing used");
  assert.equal(levelOf(1, 0), "full");
});

test("keys move over the points and stop at both ends", () => {
  assert.deepEqual(
    ["ArrowLeft", "ArrowRight", "Home", "End"].map((key) => movedTo(key, 5, 30)),
    [4, 6, 0, 29],
  );
  assert.equal(movedTo("ArrowRight", 29, 30), 29);
  assert.equal(movedTo("PageDown", 3, 30), 0);
  assert.equal(movedTo("Tab", 3, 30), undefined);
  assert.equal(movedTo("toString", 3, 30), undefined);
});
