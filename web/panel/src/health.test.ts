import assert from "node:assert/strict";
import { test } from "node:test";
import { valuesOf } from "./health.tsx";

const samples = [5, 8, 8, 2].map((value, i) => ({ at: i, values: new Map([["x", value]]) }));

test("a gauge is drawn as it is, a counter by how much it grew, also over a restart", () => {
  const metric = { name: "x", value: 2, summary: "" };
  assert.deepEqual(
    valuesOf({ ...metric, kind: "gauge" }, samples).map(({ value }) => value),
    [5, 8, 8, 2],
  );
  assert.deepEqual(valuesOf({ ...metric, kind: "counter" }, samples), [
    { at: 1, value: 3 },
    { at: 2, value: 0 },
    { at: 3, value: 2 },
  ]);
  assert.deepEqual(valuesOf({ ...metric, kind: "counter" }, []), []);
  assert.deepEqual(valuesOf({ ...metric, name: "y", kind: "gauge" }, samples.slice(0, 1)), [{ at: 0, value: 0 }]);
});
