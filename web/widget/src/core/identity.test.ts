import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "./clock.ts";
import { findToken, readClaims } from "./claims.ts";
import { fetchedIdentity, givenIdentity, keptIdentity } from "./identity.ts";

const clock = new ServerClock();
const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

test("a token's user is a string, as the server wants it; else it is said how", () => {
  assert.equal(readClaims(token({ sub: "42", exp: 1 }))?.sub, "42");
  assert.equal(readClaims(token({ sub: 42, exp: 1 })), null);
  assert.equal(readClaims("no token"), null);
  assert.throws(() => givenIdentity(clock, token({ sub: 42, exp: 1 })), /"sub" is a string/);
});

test("a token is taken as pages print it", async () => {
  const bare = token({ sub: "42", exp: 4e9 });
  const printed = [bare, ` ${bare}\r\n`, `"${bare}"`, `'${bare}'`, `\uFEFF${bare}`, `{"token":"${bare}"}`, `{ "user": 1, "token": "${bare}" }\n`];
  printed.push(`${bare.slice(0, 20)}\n${bare.slice(20)}`, `Bearer ${bare}`, `"bearer ${bare}"`, `{"token": "Bearer ${bare}"}`);
  for (const text of printed) {
    assert.equal(findToken(text), bare);
    assert.equal(await givenIdentity(clock, text).token(), bare);
  }
});

test("what is no token is said to be none, with its beginning", async () => {
  assert.throws(() => givenIdentity(clock, "<?= $token ?>"), /The token is not a JWT .* begins with "<\?= \$token \?>"/);
  assert.throws(() => givenIdentity(clock, "\n  Please log in to see this page"), /begins with "Please log in to"/);
  assert.throws(() => givenIdentity(clock, "Bearer "), /is empty/);
  assert.throws(() => givenIdentity(clock, " "), /is empty/);
  const answers = ["<!doctype html><title>Log in</title>", "", '{"token":42}'];
  for (const answer of answers) {
    globalThis.fetch = async () => new Response(answer);
    await assert.rejects(fetchedIdentity(clock, "/token"), { reason: "signed-out", message: /^What \/token answered is not a JWT/ });
  }
});

test("a token that stands in for one that ran out must be one, and of the same user", async () => {
  const identity = givenIdentity(clock, token({ sub: "42", exp: 1 }), "/token");
  globalThis.fetch = async () => new Response("<!doctype html>");
  await assert.rejects(identity.token(), /What \/token answered is not a JWT/);
  globalThis.fetch = async () => new Response(token({ sub: "43", exp: 4e9 }));
  await assert.rejects(identity.token(), /somebody else/);
});

test("where a token is asked for, 204 means that nobody is signed in", async () => {
  globalThis.fetch = async () => new Response(null, { status: 204 });
  assert.equal(await fetchedIdentity(clock, "/token"), null);
  await assert.rejects(givenIdentity(clock, token({ sub: "42", exp: 1 }), "/token").token(), { reason: "signed-out" });
});

test("a user whom the browser kept calls the API by the session's token, and by the site's where the session gives none", async () => {
  const fetched: string[] = [];
  globalThis.fetch = async (url) => {
    fetched.push(String(url));
    return new Response(token({ sub: "42", exp: 4e9, name: "Of the site" }));
  };
  const kept = keptIdentity(clock, { sub: "42", exp: 0, name: "Ann" }, "/token");
  const asked: string[] = [token({ sub: "42", exp: 1 }), token({ sub: "42", exp: 4e9, n: 2 })];
  let count = 0;
  kept.ask = async () => asked[count++] ?? Promise.reject(new Error("forbidden"));
  const both = await Promise.all([kept.pass(), kept.pass()]);
  assert.deepEqual([both, count], [[asked[1], asked[1]], 2], "one that ran out is asked for anew, once for all");
  assert.equal(await kept.pass(), asked[1]);
  assert.deepEqual([fetched, kept.claims.name], [[], "Ann"]);

  const refused = keptIdentity(clock, { sub: "42", exp: 0 }, "/token");
  assert.equal(readClaims(await refused.pass())?.name, "Of the site");
  assert.deepEqual(fetched, ["/token"]);
  await assert.rejects(keptIdentity(clock, { sub: "42", exp: 0 }).pass(), { reason: "signed-out" });
  await assert.rejects(keptIdentity(clock, { sub: "43", exp: 0 }, "/token").token(), /another user/);
});
