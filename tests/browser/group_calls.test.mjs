// Calls in rooms: everybody in the call sees and hears each other one, and nobody else does; with Chromium's own false camera and microphone.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const yan = { id: "yan-group", name: "Yan Pike" }, zoe = { id: "zoe-group", name: "Zoe Birch" };

h.setUp({ alpha: [yan, zoe] });

const devices = { permissions: ["microphone", "camera"] };
/** Its pictures are small and few: many are sent and shown at once. */
async function small(context) {
  await context.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => real(wanted.video ? { video: { width: 160, height: 90, frameRate: 5 } } : wanted);
  });
  return context;
}
/** A room of this name with these in it. */
async function makeRoom(tenant, moderator) {
  const id = h.unique("call").replace(" ", "-");
  await h.api(tenant, "PUT", `/v1/rooms/${id}`, { name: "Tea Club" });
  if (moderator) await h.api(tenant, "PUT", `/v1/rooms/${id}/members/${moderator.id}`, { role: "admin" });
  return id;
}
async function open(tenant, user, room, attributes = {}, options = devices, context = undefined) {
  const page = await h.openPage(context ?? (await small(await h.newContext(options))), h.signedIn(tenant, user, { room, calls: "video", ...attributes }));
  await h.ready(page);
  return page;
}
const button = (page, name) => page.getByRole("button", { name, exact: true });
const count = (page, n) => page.locator(".group-count", { hasText: new RegExp(`^${n} `) }).waitFor({ state: "attached" });
const joined = (page, others) => count(page, others + 1);
async function enter(page, first, video = true) {
  await button(page, first ? (video ? "Video call in this room" : "Call in this room") : video ? "Join with camera" : "Join").click();
}
/** For people to look at, where TEAHOUSE_CALL_PICTURES names a folder. */
async function picture(name, page) {
  const folder = process.env.TEAHOUSE_CALL_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await h.settled(page);
  await page.screenshot({ path: `${folder}/group-${name}.png` });
}
/** Waits until so many more frames of each of these have been decoded. */
const seesFrames = (page, names, frames = 3) =>
  h.inShadow(page, async (root, [names, count, timeoutMs]) => {
    const until = performance.now() + timeoutMs;
    for (const name of names) {
      let video, before;
      const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
      while (!video || frames() < before + count) {
        const found = root.querySelector(`.tile video[aria-label="${name}"]`);
        if (found && found !== video) before = (video = found) && frames();
        if (performance.now() > until) throw new Error(`no pictures come of ${name}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }, [names, frames, h.timeoutMs]);
const pictureOf = ({ name }) => `${name}'s picture`;
/** Waits until each of so many others has been heard. */
const hears = (page, voices) =>
  h.inShadow(page, async (root, [voices, timeoutMs]) => {
    const until = performance.now() + timeoutMs;
    const context = new AudioContext();
    const heard = new Map();
    while ([...heard.values()].filter(({ level }) => level > 0.02).length < voices) {
      if (performance.now() > until) throw new Error(`of ${voices} ${[...heard.values()].filter(({ level }) => level > 0.02).length} are heard`);
      for (const { srcObject, dataset } of root.querySelectorAll("audio[data-voice]")) {
        const id = srcObject && `${dataset.voice} ${srcObject.id}`;
        if (!id || heard.has(id) || srcObject.getAudioTracks().length === 0) continue;
        const analyser = context.createAnalyser();
        context.createMediaStreamSource(srcObject).connect(analyser);
        heard.set(id, { analyser, samples: new Float32Array(analyser.fftSize), level: 0 });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (const one of heard.values()) {
        one.analyser.getFloatTimeDomainData(one.samples);
        one.level = Math.max(one.level, ...one.samples.map(Math.abs));
      }
    }
    await context.close();
  }, [voices, h.timeoutMs]);
const untroubled = (...pages) => pages.forEach((page) => assert.deepEqual(page.troubles, []));
test("a hand, silence asked for by a moderator, a screen beside the camera, a reload, and a removal", async () => {
  const room = await makeRoom(alpha, yan);
  const a = await open(alpha, yan, room), b = await open(alpha, zoe, room);
  await enter(b, true);
  await joined(b, 0);
  await enter(a, false);
  for (const [page, other] of [[a, zoe], [b, yan]]) {
    await joined(page, 1);
    await seesFrames(page, [pictureOf(other)]);
  }
  await button(b, "Raise your hand").click();
  await a.locator(".tile .icon-hand").waitFor();
  await button(b, "Lower your hand").focus();
  await b.keyboard.press("Enter");
  await a.locator(".tile .icon-hand").waitFor({ state: "detached" });
  assert.equal(await button(b, `Mute ${yan.name}`).count(), 0, "who is no moderator mutes nobody");
  await button(a, `Mute ${zoe.name}`).focus();
  await a.keyboard.press("Enter");
  await b.locator(".group-notes", { hasText: `${yan.name}, a moderator, has muted you` }).waitFor();
  await button(b, "Unmute").waitFor();
  await a.locator(".tile .icon-micOff").first().waitFor();
  await button(b, "Unmute").click();
  await hears(a, 1);
  await b.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [320, 180];
      const context = canvas.getContext("2d");
      const paint = () => {
        context.fillStyle = `rgb(${Math.floor(performance.now() / 10) % 255} 90 160)`;
        context.fillRect(0, 0, 320, 180);
        requestAnimationFrame(paint);
      };
      paint();
      return canvas.captureStream(5);
    };
  });
  await button(b, "Share your screen").click();
  await seesFrames(a, [`${zoe.name}'s screen`, pictureOf(zoe)]); // beside the camera
  await a.locator(".tiles-stage").waitFor();
  await picture("screen", a);
  assert.deepEqual(await h.audit(a), []);
  await button(b, "Stop sharing").click();
  await a.locator(".tile-screen").waitFor({ state: "detached" });
  await b.reload();
  const again = b.getByRole("alertdialog", { name: "You were in the call in Tea Club" });
  await again.waitFor();
  await picture("rejoin", b);
  await joined(a, 0);
  await again.getByRole("button", { name: "Rejoin" }).click();
  await joined(a, 1);
  await seesFrames(a, [pictureOf(zoe)]);
  await hears(b, 1);
  await button(a, `Remove ${zoe.name} from the room`).focus();
  await a.keyboard.press("Enter");
  await picture("sure", a);
  await button(a, "Remove").click();
  await b.locator(".call-state", { hasText: "A moderator has removed you from the room." }).waitFor();
  await picture("removed", b);
  await joined(a, 0);
  assert.equal(await b.locator("audio[data-voice]").count(), 0);
  untroubled(a, b);
});
