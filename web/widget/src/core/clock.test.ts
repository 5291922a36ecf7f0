import assert from "node:assert/strict";
import { test } from "node:test";
import { pageNow, readTime, ServerClock } from "./clock.ts";
import { givenIdentity } from "./identity.ts";

const about = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1_000, `${actual} is not about ${expected}`);
const token = (expS: number) => `e30.${Buffer.from(JSON.stringify({ sub: "ann", exp: Math.round(expS) })).toString("base64url")}.x`;

test("the server's time goes on from what was heard, whatever the visitor's clock says", (t) => {
  const clock = new ServerClock();
  clock.hear("2031-05-06T07:08:09.5Z", pageNow());
  t.mock.method(Date, "now", () => 0);
  about(clock.now(), Date.UTC(2031, 4, 6, 7, 8, 9, 500));
  clock.hear("no time", pageNow());
  clock.hear(undefined, pageNow());
  about(clock.now(), Date.UTC(2031, 4, 6, 7, 8, 9, 500));
  assert.equal(readTime(""), undefined);
});

test("a token's end is told by the server's time: renewed shortly before, and not sooner", async () => {
  const clock = new ServerClock();
  clock.hear("2001-02-03T00:00:00Z", pageNow());
  const identity = (lastsS: number) => givenIdentity(clock, token(Date.UTC(2001, 1, 3) / 1000 + lastsS), "/token");
  assert.equal(await identity(3_600).token(), token(Date.UTC(2001, 1, 3, 1) / 1000));
  await assert.rejects(identity(30).token()); // there is nobody to fetch another from
});
