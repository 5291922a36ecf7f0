// Calls in rooms: everybody in the call sees and hears each other one, and nobody else does; with Chromium's own false camera and microphone.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const una = { id: "una-group", name: "Una Reed" }, vic = { id: "vic-group", name: "Vic Stone" }, wes = { id: "wes-group", name: "Wes Lark" };
const xia = { id: "xia-group", name: "Xia Moor" }, yan = { id: "yan-group", name: "Yan Pike" }, zoe = { id: "zoe-group", name: "Zoe Birch" };
const ivo = { id: "ivo-group", name: "Ivo Flint" };

h.setUp({ alpha: [una, vic, wes, xia, yan, zoe], beta: [ivo] });

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
const connections = (page) => page.evaluate(() => window.connections?.length ?? 0);
/** Counts the connections that a page makes. */
const counted = async (context) => {
  await context.addInitScript(() => {
    const Real = window.RTCPeerConnection;
    window.connections = [];
    window.RTCPeerConnection = class extends Real {
      constructor(...all) {
        super(...all);
        window.connections.push(this);
      }
    };
  });
  return context;
};

test("three in a room see and hear each other; a member who is not in the call, and another tenant's call, get nothing of it", async () => {
  const room = await makeRoom(alpha);
  const a = await open(alpha, una, room), b = await open(alpha, vic, room);
  const member = await open(alpha, xia, room, {}, devices, await counted(await small(await h.newContext(devices))));
  const stranger = await open(beta, ivo, await makeRoom(beta), {}, devices, await counted(await small(await h.newContext(devices))));
  await enter(a, true);
  await joined(a, 0);
  await a.locator(".call-state", { hasText: "Nobody else is here so far" }).waitFor();
  await picture("alone", a);
  await b.locator(".room-call", { hasText: `${una.name} is in a call` }).waitFor();
  await picture("bar", b);
  await enter(b, false);
  await joined(a, 1);
  const c = await open(alpha, wes, room); // a call that goes on is shown to those who enter later
  await c.locator(".room-call", { hasText: /are in a call/ }).waitFor();
  await enter(c, false);
  for (const [page, others] of [[a, [vic, wes]], [b, [una, wes]], [c, [una, vic]]]) {
    await joined(page, 2);
    await seesFrames(page, others.map(pictureOf));
    await hears(page, 2);
  }
  await enter(stranger, true);
  await joined(stranger, 0);
  await member.locator(".room-call", { hasText: /Una Reed, Vic Stone,? and Wes Lark are in a call/ }).waitFor();
  await picture("three", a);
  assert.deepEqual(await h.audit(a), []);
  assert.deepEqual(await h.audit(member), []);
  assert.equal(await member.locator(".call-window, .tile").count(), 0);
  assert.equal(await connections(member), 0);
  assert.equal(await connections(stranger), 0);
  assert.equal(await stranger.locator(".tile").count(), 1);
  await button(b, "Leave the call").click();
  await b.locator(".call-group").waitFor({ state: "hidden" });
  for (const page of [a, c]) {
    await joined(page, 1);
    await page.locator(".group-notes", { hasText: `${vic.name} has left` }).waitFor();
  }
  await seesFrames(a, [pictureOf(wes)]);
  await seesFrames(c, [pictureOf(una)]);
  untroubled(a, b, c, member, stranger);
});

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

test("a microphone that is refused is told in words; while the user is in a room's call, who calls them is told that they are busy", async () => {
  const room = await makeRoom(alpha);
  const a = await open(alpha, una, room, {}, {}), b = await open(alpha, vic, room);
  await enter(a, true, false);
  await a.getByRole("alert").getByText(/The microphone is blocked\. Press the lock/).waitFor();
  await picture("blocked", a);
  assert.equal(await b.locator(".room-call").count(), 0);
  await a.context().grantPermissions(["microphone", "camera"]);
  await button(a, "Try again").click();
  await joined(a, 0);
  await b.locator(".room-call").waitFor();
  // Strangers aren't told whether somebody is there; these two have written to each other.
  await h.api(alpha, "POST", "/v1/messages", { from: `user:${una.id}`, to: `user:${vic.id}`, text: "I am in a call." });
  await b.evaluate((to) => window.teahouse("call", { to }), una.id);
  await b.locator(".call-state", { hasText: `${una.name} is in another call` }).waitFor();
  assert.equal(await a.locator(".call-card").count(), 0);
});

test("dark, at phone width, from right to left, in Chinese", async () => {
  const room = await makeRoom(alpha, yan);
  const phone = { ...devices, viewport: { width: 360, height: 640 } };
  const b = await open(alpha, zoe, room);
  await enter(b, true);
  await joined(b, 0);
  for (const [name, attributes] of Object.entries({ dark: { theme: "dark" }, rtl: { lang: "ar" }, zh: { lang: "zh", theme: "dark" } })) {
    const a = await open(alpha, yan, room, attributes, phone);
    await a.locator(".room-call").waitFor();
    await picture(`${name}-bar`, a);
    assert.deepEqual(await h.audit(a), []);
    await a.locator(".room-call .icon-film").click();
    await joined(a, 1);
    await seesFrames(a, [name === "zh" ? `${zoe.name}的画面` : pictureOf(zoe)]);
    await picture(`${name}-call`, a);
    assert.deepEqual(await h.audit(a), []);
    assert.equal(await h.inShadow(a, (root) => root.querySelector(".call-window").scrollWidth > root.querySelector(".call-window").clientWidth), false);
    await a.locator(".call-controls .call-bad").click();
    await joined(b, 0);
    await a.context().close();
  }
});
