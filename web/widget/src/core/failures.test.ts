import assert from "node:assert/strict";
import { test } from "node:test";
import { CredentialsError, judge, StreamFailure } from "./failures.ts";

const after = (condition: string, refusedBefore = false) => judge(new StreamFailure(condition), refusedBefore);

test("a token is refused once before the user is told", () => {
  for (const condition of ["sasl:not-authorized", "sasl:credentials-expired", "sasl:malformed-request"]) {
    assert.deepEqual(after(condition), { refused: true });
    assert.deepEqual(after(condition, true), { stop: "signed-out" });
  }
});

test("a suspended tenant is told so, while logging in and later", () => {
  assert.deepEqual(after("sasl:account-disabled"), { stop: "disabled" });
  assert.deepEqual(after("stream:account-disabled", true), { stop: "disabled" });
});

test("a session that another took, or that what was sent has ended, is not resumed", () => {
  assert.deepEqual(after("stream:conflict"), { stop: "replaced", forget: true });
  for (const condition of ["stream:policy-violation", "stream:not-well-formed", "stream:invalid-xml"]) {
    assert.equal(after(condition).forget, true, condition);
  }
});

test("a server that has too much to do is given time", () => {
  for (const condition of ["stream:resource-constraint", "bind:resource-constraint", "sasl:resource-constraint", "stream:policy-violation"]) {
    assert.equal(after(condition).busy, true, condition);
  }
});

test("all else is tried again, in the same session", () => {
  for (const condition of ["closed", "timeout", "silent", "stream:system-shutdown", "sasl:temporary-auth-failure"])
    assert.deepEqual(after(condition), { busy: false });
  assert.deepEqual(judge(new TypeError("of the browser"), true), { busy: false });
});

test("no token to be had: after the time that was said, or never", () => {
  assert.deepEqual(judge(new CredentialsError("busy", "Too many guests.", 9_000), false), { busy: true, waitMs: 9_000 });
  assert.deepEqual(judge(new CredentialsError("busy", "Too many guests.", 0), false), { busy: true, waitMs: 0 });
  assert.deepEqual(judge(new CredentialsError("signed-out", "No session."), false), { stop: "signed-out" });
});
