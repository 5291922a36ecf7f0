import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, lately } from "./usage-plots.tsx";

test("the last 30 days and 24 hours begin with a day and an hour of UTC", () => {
  const now = Date.UTC(2026, 10, 30, 13, 50, 7);
  assert.deepEqual(lately("day", now), { by: "day", from: "2026-11-01T00:00:00Z", limit: 50 });
  assert.deepEqual(lately("hour", now), { by: "hour", from: "2026-11-29T14:00:00Z", limit: 50 });
});

test("days before a tenant's first are days on which there was nothing", () => {
  const now = Date.UTC(2026, 10, 30, 13, 50, 7);
  const today = { from: "2026-11-30T00:00:00.000Z", messages: 7 } as never;
  const filled = fill([today], "day", now);
  assert.equal(filled.length, 30);
  assert.deepEqual([filled[0]?.from, filled[28]?.from], ["2026-11-01T00:00:00.000Z", "2026-11-29T00:00:00.000Z"]);
  assert.deepEqual([filled[0]?.messages, filled[29]?.messages], [0, 7]);
  assert.deepEqual([fill([], "day", now).length, fill([], "hour", now).length], [30, 24]);
  const whole = fill([], "day", now);
  assert.equal(fill(whole, "day", now).length, 30, "nothing is added to what is whole");
});
