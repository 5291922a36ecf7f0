// The server was upgraded since the page was loaded: the files that the page's w.js knows are gone.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const ivy = { id: "ivy", name: "Ivy Stone" };

h.setUp();

/** The w.js of a version before, whose files of this kind have other names, is served, and so many times more when a new one is asked for. */
async function outdated(context, kind, times = 0) {
  const asked = { old: 0, fresh: 0 };
  const body = (await h.loader()).replaceAll(new RegExp(`w/${kind}-\\w+\\.js`, "g"), `w/${kind}-GONE0000.js`);
  await context.route(/\/w\.js/, (route) => {
    const fresh = new URL(route.request().url()).search !== "";
    asked[fresh ? "fresh" : "old"]++;
    if (fresh && times-- <= 0) return route.fallback();
    return route.fulfill({ body: body.replaceAll("GONE0000", `GONE000${asked.fresh}`), contentType: "text/javascript", headers: { "access-control-allow-origin": "*" } });
  });
  return asked;
}

for (const kind of ["core", "ui"]) {
  for (const mode of ["bubble", "inline"]) {
    test(`a page loaded before goes on with the new files (${kind}, ${mode}); handlers and calls still count`, async () => {
      const context = await h.newContext();
      const asked = await outdated(context, kind);
      await context.addInitScript(() => {
        window.states = [];
        window.teahouse = window.teahouse || function () { (window.teahouse.q = window.teahouse.q || []).push(arguments); };
        window.teahouse("on", "state", (state) => window.states.push(state));
        window.early = window.teahouse;
      });
      const page = await h.openPage(context, h.signedIn(alpha, ivy, { mode, room: "upgraded" }), { open: false });
      if (mode === "bubble") await page.evaluate(() => window.teahouse("open"));
      await h.ready(page);
      const said = h.unique("with new files");
      await h.say(page, said);
      await h.delivered(page, said);
      assert.deepEqual(asked, { old: 1, fresh: 1 });
      assert.equal(await page.locator("teahouse-chat").count(), 1);
      if (mode === "inline") assert.ok(await page.evaluate(() => document.querySelector("main > script + teahouse-chat")));
      assert.ok((await page.evaluate(() => window.states)).includes("online"));
      await page.evaluate(() => window.teahouse("logout"));
      await page.getByText("You are signed out. Reload the page to sign in again.").waitFor({ state: "attached" });
    });
  }
}

test("versions that are served in turn do not follow each other for ever", async () => {
  const context = await h.newContext();
  const asked = await outdated(context, "ui", 3);
  const page = await h.openPage(context, h.signedIn(alpha, ivy), { open: false });
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.getByRole("alert").getByText("The chat can't be reached.").waitFor();
  assert.ok(asked.fresh <= 2, `it was asked for ${asked.fresh} times`);
  for (let i = 0; i < 3 && (await page.locator(".panel").count()) === 0; i++) {
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".panel, .notice").first().waitFor();
  }
  await h.ready(page);
});
