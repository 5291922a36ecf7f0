// The visitor's clock may be years off, and may be put right at any time: it decides nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { beta } = h;
const [ann, bo] = beta.users;

h.setUp();

/** A browser on a machine whose clock is wrong by so many days. A page puts it right by `clockAheadMs = 0`. */
async function contextOfClock(days) {
  const context = await h.newContext();
  await context.addInitScript((aheadMs) => {
    const Real = Date;
    window.clockAheadMs = aheadMs;
    window.Date = class Date extends Real {
      constructor(...values) {
        super(...(values.length > 0 ? values : [Real.now() + window.clockAheadMs]));
      }
      static now() {
        return Real.now() + window.clockAheadMs;
      }
    };
    const { timeOrigin } = performance;
    Object.defineProperty(performance, "timeOrigin", { value: timeOrigin + aheadMs });
  }, days * 86_400_000);
  return context;
}

for (const [what, days] of [["ahead", 400], ["behind", -400]]) {
  test(`a clock that is ${what}: what is said now is said today, a guest stays the same guest, a token is good until its end`, async () => {
    const said = h.unique("today"), answer = h.unique("also today");
    h.tokens.set("ann", h.token(beta, ann));
    const context = await contextOfClock(days);
    const a = await h.openPage(context, h.pageUrl(beta, { "token-url": "/token?for=ann", to: bo.id }));
    const b = await h.openPage(await h.newContext(), h.signedIn(beta, bo, { to: ann.id }));
    for (const page of [a, b]) await h.ready(page);
    let asked = 0;
    a.on("request", (request) => request.url().includes("/token?") && asked++);
    await h.say(a, said);
    await h.sees(b, said);
    await h.say(b, answer);
    await h.sees(a, answer);
    for (const when of ["", "put right"]) {
      if (when) await a.evaluate(() => (window.clockAheadMs = 0));
      assert.equal(await a.locator(".day").last().innerText(), "Today");
      await a.getByRole("button", { name: "Back to conversations" }).click();
      await a.locator(".item", { hasText: answer }).getByText("now", { exact: true }).waitFor();
      await a.locator(".item", { hasText: answer }).click();
    }
    assert.equal(asked, 0, "the token was fetched again");

    const guest = await h.openPage(await contextOfClock(days), h.pageUrl(beta));
    await h.ready(guest);
    const name = await guest.locator("p.guest span").innerText();
    await guest.reload();
    await h.opened(guest);
    await h.ready(guest);
    assert.equal(await guest.locator("p.guest span").innerText(), name);
  });
}
