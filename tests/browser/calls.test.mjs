// Calls between two people, with Chromium's own false camera and microphone (which beeps once a second): what each sees and hears, and that
// nobody else is rung.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const kit = { id: "kit-call", name: "Kit Vale" }, lou = { id: "lou-call", name: "Lou Park" }, max = { id: "max-call", name: "Max Roe" };
const nia = { id: "nia-call", name: "Nia Sol" }, oda = { id: "oda-call", name: "Oda Fenn" };

h.setUp({ alpha: [kit, lou, max], beta: [nia, oda] });

const devices = { permissions: ["microphone", "camera"] };
async function open(tenant, user, other, attributes = {}, options = devices, context = undefined) {
  const page = await h.openPage(context ?? (await h.newContext(options)), h.signedIn(tenant, user, { to: other.id, calls: "video", ...attributes }));
  await h.ready(page);
  return page;
}
const button = (page, name) => page.getByRole("button", { name, exact: true });
const rings = (page, name) => page.getByRole("alertdialog", { name: new RegExp(`${name}.*(calling|来电)`) });
/** The call's window says this. */
const says = (page, text) => page.locator(".call-state", { hasText: text }).waitFor();
const active = (page) => page.locator(".call-length").waitFor();
const picture = (tenant, name, page) => process.env.TEAHOUSE_CALL_PICTURES && (mkdirSync(process.env.TEAHOUSE_CALL_PICTURES, { recursive: true }), h.settled(page).then(() => page.screenshot({ path: `${process.env.TEAHOUSE_CALL_PICTURES}/${name}.png` })));

/** Waits until so many more frames of the other side's pictures have been decoded. */
const seesFrames = (page, count = 10) =>
  h.inShadow(page, async (root, count) => {
    const until = performance.now() + 30_000;
    const turn = () => new Promise((resolve, reject) => (performance.now() > until ? reject(new Error("no pictures come")) : setTimeout(resolve, 50)));
    let video;
    while (!(video = root.querySelector(".call-theirs:not([hidden])"))) await turn();
    const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
    const before = frames();
    while (frames() < before + count) await turn();
    return video.videoWidth;
  }, count);
/** Waits until the other side's beep is heard; gives its level. */
const hears = (page) =>
  h.inShadow(page, async (root) => {
    const { srcObject } = root.querySelector(".call-stage audio");
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let level = 0;
    const until = performance.now() + 30_000;
    while (level < 0.02) {
      if (performance.now() > until) throw new Error("nothing is heard");
      await new Promise((resolve) => setTimeout(resolve, 20));
      analyser.getFloatTimeDomainData(samples);
      level = Math.max(...samples.map(Math.abs));
    }
    await context.close();
    return level;
  });
const untroubled = (...pages) => pages.forEach((page) => assert.deepEqual(page.troubles, []));

test("two people of each tenant call with pictures at once: both see and hear each other, and nobody else is rung", async () => {
  const a = await open(alpha, kit, lou), b = await open(alpha, lou, kit), other = await open(alpha, max, kit);
  const c = await open(beta, nia, oda), d = await open(beta, oda, nia);
  for (const [page, name] of [[a, lou.name], [c, oda.name]]) await button(page, `Video call with ${name}`).click();
  for (const [from, page, name] of [[a, b, kit.name], [c, d, nia.name]]) {
    await rings(page, name).waitFor();
    await says(from, "Ringing…");
  }
  await picture(alpha, "calling", a);
  await picture(alpha, "ring", b);
  assert.deepEqual(await h.audit(b), []);
  for (const page of [b, d]) await button(page, "Accept with camera").click();
  for (const page of [a, b, c, d]) {
    await active(page);
    assert.ok((await seesFrames(page)) > 0);
    assert.ok((await hears(page)) > 0);
  }
  await picture(alpha, "active", a);
  assert.deepEqual(await h.audit(a), []);
  assert.equal(await rings(other, "").count(), 0);
  await button(a, "Hang up").click();
  await says(a, "You ended the call");
  await says(b, `${kit.name} ended the call`);
  await picture(alpha, "ended", b);
  for (const page of [a, b]) await page.locator(".call-line", { hasText: /^Video call, \d+:\d\d/ }).waitFor({ state: "attached" });
  await seesFrames(c); // the other tenant's call goes on
  await button(d, "Hang up").click();
  await says(c, `${oda.name} ended the call`);
  assert.equal(await other.locator(".call-card, .call-window, .call-line").count(), 0);
  untroubled(a, b, c, d, other);
});
