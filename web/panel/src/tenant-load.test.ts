import assert from "node:assert/strict";
import { test } from "node:test";
import { eachOf, readLoad } from "./tenant-load.ts";

const limits = {
  accounts: { limit: 10, used: 9 },
  sessions: { limit: -1, used: 4 },
  rooms: { limit: 100, used: 95 },
  archive_bytes: { limit: 0, used: 7 },
  stanza_bytes: { limit: 5 },
};

test("the load of a tenant is that of today, and of its fullest limit", () => {
  const periods = [{ messages: 99 }, { messages: 3, archive_bytes: 70, file_bytes: 8 }];
  assert.deepEqual(readLoad("shop", { limits, periods } as never), {
    name: "shop",
    messages: 3,
    sessions: 4,
    archive_bytes: 70,
    file_bytes: 8,
    fullest: { name: "rooms", percent: 95 },
  });
  const bare = readLoad("shop", { limits: { ...limits, accounts: { limit: -1, used: 5 }, rooms: { limit: 100, used: 0 } } } as never);
  assert.deepEqual([bare.messages, bare.archive_bytes, bare.fullest], [0, 7, undefined]);
});

test("so many are asked at once, and the answers keep their order", async () => {
  let running = 0;
  let most = 0;
  const answers = await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
    most = Math.max(most, ++running);
    for (let i = 0; i < 8 - n; ++i) await Promise.resolve();
    --running;
    return n * 10;
  });
  assert.deepEqual(answers, [10, 20, 30, 40, 50, 60, 70]);
  assert.equal(most, 3);
  assert.deepEqual(await eachOf([], 3, async () => 1), []);
  await assert.rejects(
    eachOf([1, 2], 1, async () => {
      throw new Error("refused");
    }),
    /refused/,
  );
});
