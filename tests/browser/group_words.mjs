// Words for what people do and see in the calls of rooms.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import * as h from "./harness.mjs";

export const devices = { permissions: ["microphone", "camera"] };
/** Its pictures are small and few: many are sent and shown at once. */
export async function small(context) {
  await context.addInitScript(() => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => real(wanted.video ? { video: { width: 160, height: 90, frameRate: 5 } } : wanted);
  });
  return context;
}
/** A room of this name with these in it. */
export async function makeRoom(tenant, moderator) {
  const id = h.unique("call").replace(" ", "-");
  await h.api(tenant, "PUT", `/v1/rooms/${id}`, { name: "Tea Club" });
  if (moderator) await h.api(tenant, "PUT", `/v1/rooms/${id}/members/${moderator.id}`, { role: "admin" });
  return id;
}
export async function open(tenant, user, room, attributes = {}, options = devices, context = undefined) {
  const page = await h.openPage(context ?? (await counted(await small(await h.newContext(options)))), h.signedIn(tenant, user, { room, calls: "video", ...attributes }));
  await h.ready(page);
  return page;
}
export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const count = (page, n) => page.locator(".group-count", { hasText: new RegExp(`^${n} `) }).waitFor({ state: "attached" });
export const joined = (page, others) => count(page, others + 1);
export async function enter(page, first, video = true) {
  await button(page, first ? (video ? "Video call in this room" : "Call in this room") : video ? "Join with camera" : "Join").click();
}
/** For people to look at, where TEAHOUSE_CALL_PICTURES names a folder. */
export async function picture(name, page) {
  const folder = process.env.TEAHOUSE_CALL_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await h.settled(page);
  await page.screenshot({ path: `${folder}/group-${name}.png` });
}
/** Waits until so many more frames of each of these have been decoded. */
export const seesFrames = (page, names, frames = 3) =>
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
export const pictureOf = ({ name }) => `${name}'s picture`;
/**
 * Waits until each of so many others has been heard anew, by the sum of the loudness of all that was played of them: a beep may be over before a page
 * that has little time looks again. REQUIRES: `counted`.
 */
export const hears = (page, voices) =>
  h.inShadow(page, async (root, [voices, timeoutMs]) => {
    const until = performance.now() + timeoutMs;
    const first = new Map(), heard = new Set();
    const played = () => [...root.querySelectorAll("audio[data-voice]")].filter(({ srcObject, paused }) => srcObject && !paused).length;
    while (heard.size < voices || played() < voices) {
      if (performance.now() > until) throw new Error(`of ${voices} ${heard.size} are heard, ${played()} are played`);
      for (const connection of window.connections.filter(({ connectionState }) => connectionState === "connected")) {
        for (const { type, kind, id, totalAudioEnergy } of (await connection.getStats()).values()) {
          if (type !== "inbound-rtp" || kind !== "audio" || totalAudioEnergy === undefined) continue;
          const which = `${window.connections.indexOf(connection)} ${id}`;
          if (!first.has(which)) first.set(which, totalAudioEnergy);
          if (totalAudioEnergy > first.get(which) + 1e-5) heard.add(which);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, [voices, h.timeoutMs]);
export const untroubled = (...pages) => pages.forEach((page) => assert.deepEqual(page.troubles, []));
export const connections = (page) => page.evaluate(() => window.connections?.length ?? 0);
/** Counts the connections that a page makes. */
export const counted = async (context) => {
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
/** What a page's user shares from now on is a coloured canvas. */
export const paintScreen = (page) =>
  page.evaluate(() => {
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
