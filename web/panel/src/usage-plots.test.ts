import assert from "node:assert/strict";
import { test } from "node:test";
import { lately } from "./usage-plots.tsx";

test("the last 30 days and 24 hours begin with a day and an hour of UTC", () => {
  const now = Date.UTC(2026, 10, 30, 13, 50, 7);
  assert.deepEqual(lately("day", now), { by: "day", from: "2026-11-01T00:00:00Z", limit: 50 });
  assert.deepEqual(lately("hour", now), { by: "hour", from: "2026-11-29T14:00:00Z", limit: 50 });
});
