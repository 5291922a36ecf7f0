import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "./backoff.ts";

test("waits double up to the cap and begin again after a success", () => {
  const backoff = new Backoff(() => 1);
  assert.deepEqual(
    Array.from({ length: 7 }, () => backoff.nextMs()),
    [1000, 2000, 4000, 8000, 16000, 30000, 30000],
  );
  backoff.reset();
  assert.equal(backoff.nextMs(), 1000);
});

test("jitter spreads the browsers of a site", () => {
  const backoff = new Backoff(() => 0);
  assert.equal(backoff.nextMs(), 250);
});
