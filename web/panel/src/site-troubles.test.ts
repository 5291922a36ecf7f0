import assert from "node:assert/strict";
import { test } from "node:test";
import { troublesOf } from "./site-troubles.tsx";

const say = Object.assign((word: string, values: Record<string, string> = {}) => `${word} ${Object.values(values).join()}`.trim(), {
  limit: (name: string) => name,
}) as never;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

test("nothing wants a look where all is well", () => {
  const domains = [{ domain: "a.example", state: "proved" }];
  const certificates = [
    { domain: "a.example", state: "issued", not_after: inDays(60) },
    { domain: "b.example", state: "waiting" },
  ];
  const usage = { limits: { rooms: { used: 7, limit: 10 }, accounts: { used: 9, limit: -1 }, stanza_bytes: { limit: 5 } } };
  assert.deepEqual(troublesOf(say, { domains, certificates, usage } as never), []);
  assert.deepEqual(troublesOf(say, { domains: [], certificates: [] }), []);
});

test("domains, certificates and limits that want one are named, with the page to go to", () => {
  const domains = [{ domain: "a.example", state: "waiting" }];
  const certificates = [
    { domain: "b.example", state: "failing" },
    { domain: "c.example", state: "uploaded", not_after: inDays(3) },
  ];
  const usage = { limits: { rooms: { used: 8, limit: 10 }, accounts: { used: 10, limit: 10 } } };
  assert.deepEqual(
    troublesOf(say, { domains, certificates, usage } as never).map(({ text, page, isBad }) => [text, page, isBad]),
    [
      ["troubleDomain a.example", "domains", false],
      ["troubleCertificate b.example", "domains", true],
      ["troubleCertificate c.example", "domains", true],
      ["troubleHigh rooms", "usage", false],
      ["troubleFull accounts", "usage", true],
    ],
  );
});
