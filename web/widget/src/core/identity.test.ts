import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "./clock.ts";
import { readClaims } from "./claims.ts";
import { givenIdentity } from "./identity.ts";

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

test("a token's user is a string, as the server wants it; else it is said how", () => {
  assert.equal(readClaims(token({ sub: "42", exp: 1 }))?.sub, "42");
  assert.equal(readClaims(token({ sub: 42, exp: 1 })), null);
  assert.equal(readClaims("no token"), null);
  assert.throws(() => givenIdentity(new ServerClock(), token({ sub: 42, exp: 1 })), /"sub" is a string/);
});
