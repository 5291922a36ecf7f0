// Storage that is full, read-only, denied or missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { beta } = h;
// Of this file alone.
const gus = { id: "gus", name: "Gus Lark" }, hal = { id: "hal", name: "Hal Reed" };

h.setUp({ beta: [gus, hal] });

/** Trouble that begins when `window.name` says so, which a page load keeps. */
const troubles = {
  full: () => {
    const quota = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
    Storage.prototype.setItem = quota;
  },
  denied: () => {
    const denied = () => {
      throw new DOMException("Access is denied for this document.", "SecurityError");
    };
    for (const kind of ["localStorage", "sessionStorage"]) Object.defineProperty(window, kind, { get: denied });
  },
  missing: () => {
    for (const kind of ["localStorage", "sessionStorage"]) Object.defineProperty(window, kind, { get: () => null });
  },
  deaf: () => {
    Storage.prototype.setItem = () => {};
  },
  broken: () => {
    for (const name of ["getItem", "setItem", "removeItem", "key"]) {
      Storage.prototype[name] = () => {
        throw new Error("I/O error");
      };
    }
  },
};
const inTrouble = (context, trouble) => context.addInitScript(troubles[trouble]);
const guestName = (page) => page.locator("p.guest span").innerText();

for (const trouble of Object.keys(troubles)) {
  test(`with a storage that is ${trouble} from the beginning the chat works, for users and guests`, async () => {
    const said = h.unique("without a memory"), answer = h.unique("answered");
    const context = await h.newContext();
    await inTrouble(context, trouble);
    const guest = await h.openPage(context, h.pageUrl(beta));
    const page = await h.openPage(context, h.signedIn(beta, gus, { to: hal.id }));
    const other = await h.openPage(await h.newContext(), h.signedIn(beta, hal, { to: gus.id }));
    for (const each of [guest, page, other]) await h.ready(each);
    await h.say(page, said);
    await h.delivered(page, said);
    await h.sees(other, said);
    await h.say(other, answer);
    await h.sees(page, answer);
    await h.say(guest, h.unique("a guest"));
    assert.deepEqual([...guest.troubles, ...page.troubles], []);
    await page.evaluate(() => window.teahouse("logout"));
    await page.locator(".panel").waitFor({ state: "hidden" });
    assert.ok(!(await h.shown(page)).includes(said));
    const name = await guestName(guest);
    await guest.evaluate(() => window.teahouse("logout"));
    await h.openChat(guest);
    await h.ready(guest);
    assert.notEqual(await guestName(guest), name, "the guest did not leave");
  });
}

for (const trouble of ["full", "deaf"]) {
  test(`a storage that has become ${trouble}: a known guest stays the same guest, and a logout leaves nothing`, async () => {
    const context = await h.newContext();
    const page = await h.openPage(context, h.pageUrl(beta));
    await h.ready(page);
    const name = await guestName(page);
    await inTrouble(context, trouble);
    for (let i = 0; i < 2; i++) {
      await page.reload();
      if (i === 0) await h.opened(page);
      await h.ready(page);
      assert.equal(await guestName(page), name);
    }
    await page.evaluate(() => window.teahouse("logout"));
    assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes("guest"));
    await page.reload();
    await h.openChat(page);
    await h.ready(page);
    assert.notEqual(await guestName(page), name);

    const user = await h.openPage(await h.newContext(), h.signedIn(beta, gus, { to: hal.id }));
    await h.ready(user);
    await user.evaluate(troubles[trouble]);
    const said = h.unique("after it was full");
    await h.say(user, said);
    await h.delivered(user, said);
    await user.evaluate(() => window.teahouse("logout"));
    const left = await user.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    assert.ok(!left.includes("gus") && !left.includes(said), left);
  });
}

test("what was damaged is not used: the chat begins anew and goes on", async () => {
  const context = await h.newContext();
  const page = await h.openPage(context, h.signedIn(beta, gus, { to: hal.id }));
  await h.ready(page);
  const said = h.unique("kept by the server");
  await h.say(page, said);
  await h.delivered(page, said);
  await context.addInitScript(() => {
    for (const storage of [localStorage, sessionStorage]) {
      for (const key of Object.keys(storage)) if (key.startsWith("teahouse:")) storage.setItem(key, key.length % 2 ? '{"conversations":"[]","unacked":"[]","snapshot":{"conversations":7}}' : '"[');
    }
  });
  await page.reload();
  if (!(await page.locator(".panel").isVisible())) await h.openChat(page);
  await h.sees(page, said);
  assert.deepEqual(page.troubles, []);
  await h.say(page, h.unique("on it goes"));
});
