import assert from "node:assert/strict";
import { test } from "node:test";
import { byNeed, daysUntil, type Listed } from "./certificates.tsx";

test("the days of a certificate are whole ones, and below 0 once it has run out", () => {
  const now = Date.UTC(2026, 10, 30, 12);
  assert.equal(daysUntil("2026-12-30T12:00:00Z", now), 30);
  assert.equal(daysUntil("2026-12-30T11:59:59Z", now), 29);
  assert.equal(daysUntil("2026-11-30T12:00:01Z", now), 0);
  assert.equal(daysUntil("2026-11-30T11:59:59Z", now), -1);
});

test("the operator sees the certificates that fail first, then those with the fewest days", () => {
  const rows = [
    { tenant: "a", domain: "late", state: "issued", not_after: "2027-02-01T00:00:00Z" },
    { tenant: "a", domain: "asked", state: "waiting" },
    { tenant: "b", domain: "soon", state: "issued", not_after: "2026-12-01T00:00:00Z" },
    { tenant: "b", domain: "sick", state: "failing", not_after: "2027-01-01T00:00:00Z" },
  ] as Listed[];
  assert.deepEqual(
    rows.sort(byNeed).map(({ domain }) => domain),
    ["sick", "soon", "late", "asked"],
  );
});
