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
  await write(tenant, user, other); // else the other is not told that it rings here
  const page = await h.openPage(context ?? (await h.newContext(options)), h.signedIn(tenant, user, { to: other.id, calls: "video", ...attributes }));
  await h.ready(page);
  return page;
}
const write = (tenant, from, to) => h.api(tenant, "POST", "/v1/messages", { from: `user:${from.id}`, to: `user:${to.id}`, text: "Hello" });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const rings = (page, name) => page.getByRole("alertdialog", { name: new RegExp(`${name}.*(calling|来电)`) });
/** The call's window says this. */
const says = (page, text) => page.locator(".call-state", { hasText: text }).waitFor();
const active = (page) => page.locator(".call-length").waitFor();
/** For people to look at, where TEAHOUSE_CALL_PICTURES names a folder. */
async function picture(name, page) {
  const folder = process.env.TEAHOUSE_CALL_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await h.settled(page);
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Waits until so many more frames of the other side's pictures have been decoded. */
const seesFrames = (page, count = 10) =>
  h.inShadow(page, async (root, count) => {
    const until = performance.now() + 30_000;
    const find = () => root.querySelector(".call-theirs:not([hidden])");
    const frames = () => find().getVideoPlaybackQuality().totalVideoFrames;
    let video, before;
    while (!find() || find() !== video || frames() < before + count) {
      if (find() !== video) before = (video = find()) && frames(); // another call has another element
      if (performance.now() > until) throw new Error("no pictures come");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return video.videoWidth;
  }, count);
/** Waits until the other side's beep is heard; gives its level. */
const hears = (page) =>
  h.inShadow(page, async (root) => {
    const until = performance.now() + 30_000;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    const samples = new Float32Array(analyser.fftSize);
    let stream, source, level = 0;
    while (level < 0.02) {
      if (performance.now() > until) throw new Error("nothing is heard");
      const { srcObject = null } = root.querySelector(".call-stage audio") ?? {};
      if (srcObject !== stream && srcObject?.getAudioTracks().length) {
        source?.disconnect();
        source = context.createMediaStreamSource((stream = srcObject));
        source.connect(analyser);
      }
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
  await picture("calling", a);
  await picture("ring", b);
  assert.deepEqual(await h.audit(b), []);
  for (const page of [b, d]) await button(page, "Accept with camera").click();
  for (const page of [a, b, c, d]) {
    await active(page);
    assert.ok((await seesFrames(page)) > 0);
    assert.ok((await hears(page)) > 0);
  }
  await picture("active", a);
  assert.deepEqual(await h.audit(a), []);
  assert.equal(await rings(other, "").count(), 0);
  await button(a, "Hang up").click();
  await says(a, "You ended the call");
  await says(b, `${kit.name} ended the call`);
  await picture("ended", b);
  for (const page of [a, b]) await page.locator(".call-line", { hasText: /^Video call, \d+:\d\d/ }).waitFor({ state: "attached" });
  await seesFrames(c); // the other tenant's call goes on
  await button(d, "Hang up").click();
  await says(c, `${oda.name} ended the call`);
  assert.equal(await other.locator(".call-card, .call-window, .call-line").count(), 0);
  untroubled(a, b, c, d, other);
});

test("it rings in all tabs and at all devices, and stops in all when one answers; only that one has the call", async () => {
  const context = await h.newContext(devices);
  const a = await open(alpha, kit, lou);
  const tabs = [await open(alpha, lou, kit, {}, devices, context), await open(alpha, lou, kit, {}, devices, context)];
  const phone = await open(alpha, lou, kit);
  await button(a, `Call ${lou.name}`).click();
  for (const page of [...tabs, phone]) await rings(page, kit.name).waitFor();
  await button(tabs[1], "Accept").click();
  for (const page of [a, tabs[1]]) await active(page);
  for (const page of [tabs[0], phone]) await rings(page, kit.name).waitFor({ state: "hidden" });
  for (const page of [a, tabs[1]]) assert.ok((await hears(page)) > 0);
  for (const page of [tabs[0], phone]) assert.equal(await page.locator(".call-window").count(), 0);
  await button(tabs[0], `Call ${kit.name}`).click();
  await tabs[0].getByRole("alert").getByText("You are in a call in another tab.").waitFor();
  await button(tabs[1], "Hang up").click();
  await says(a, `${lou.name} ended the call`);
  untroubled(a, phone, ...tabs);
});

test("refused, busy, missed: each is told, and stands in the conversation", async () => {
  await write(alpha, lou, max);
  const a = await open(alpha, kit, lou), b = await open(alpha, lou, kit), m = await open(alpha, max, lou);
  await button(a, `Call ${lou.name}`).click();
  await rings(b, kit.name).waitFor();
  await button(b, "Decline").click();
  await says(a, `${lou.name} declined the call`);
  await b.locator(".call-line", { hasText: "You declined the call" }).last().waitFor();
  await button(a, "Call again").click();
  await button(b, "Accept").click();
  await active(a);
  await button(m, `Call ${lou.name}`).click();
  await says(m, `${lou.name} is in another call`);
  await button(a, "Hang up").click();
  await says(b, `${kit.name} ended the call`);
  await a.evaluate((to) => window.teahouse("call", { to }), lou.id);
  await rings(b, kit.name).waitFor();
  await button(a, "Hang up").click();
  await says(a, `You hung up before ${lou.name} answered`);
  await rings(b, kit.name).waitFor({ state: "hidden" });
  await b.locator(".call-missed", { hasText: "Missed call" }).last().waitFor();
  await picture("missed", b);
  await m.close();
  const later = await open(alpha, lou, max, {}, devices, b.context());
  await later.locator(".call-missed", { hasText: "Missed call" }).last().waitFor(); // from the archive
  untroubled(a, b, later);
});

test("a voice call gets pictures, a screen, silence and hold, by keys too; a network that changes does not end it", async () => {
  const a = await open(alpha, kit, lou), b = await open(alpha, lou, kit);
  const frames = [];
  a.sockets[0].on("framesent", ({ payload }) => frames.push(payload));
  await button(a, `Call ${lou.name}`).click();
  await button(b, "Accept").click();
  for (const page of [a, b]) await active(page);
  await button(a, "Mute").focus();
  await a.keyboard.press("Enter");
  await b.getByText(`${kit.name} is muted`).waitFor();
  await button(a, "Unmute").click();
  await b.getByText(`${kit.name} is muted`).waitFor({ state: "hidden" });
  await button(a, "Turn camera on").click();
  await seesFrames(b);
  await button(b, "Turn camera on").click();
  await seesFrames(a);
  await button(a, "Hold").click();
  await says(b, `${kit.name} has put the call on hold`);
  await button(a, "Go on").click();
  await seesFrames(b);
  const before = frames.join("").match(/ufrag="[^"]+"/g).at(-1);
  await a.evaluate(() => dispatchEvent(new Event("online")));
  while (frames.join("").match(/ufrag="[^"]+"/g).at(-1) === before) await a.waitForEvent("console", { timeout: 200 }).catch(() => {});
  for (const page of [a, b]) {
    await seesFrames(page, 30);
    assert.ok((await hears(page)) > 0);
    assert.equal(await page.locator(".call-length").count(), 1);
  }
  await a.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [640, 360];
      const context = canvas.getContext("2d");
      const paint = () => {
        context.fillStyle = `rgb(${Math.floor(performance.now() / 10) % 255} 90 160)`;
        context.fillRect(0, 0, 640, 360);
        requestAnimationFrame(paint);
      };
      paint();
      return canvas.captureStream(15);
    };
  });
  await button(a, "Share your screen").click();
  await a.getByText("You are sharing your screen").waitFor();
  await seesFrames(b, 20);
  await button(a, "Stop sharing").click();
  await seesFrames(b);
  await button(a, "Turn camera off").click();
  await b.locator(".call-theirs").waitFor({ state: "hidden" });
  await button(a, "Make the call small").focus();
  await a.keyboard.press("Escape");
  await a.locator(".call-small").waitFor();
  assert.ok((await hears(b)) > 0);
  await picture("small", a);
  await button(a, "Hang up").click();
  await says(b, `${kit.name} ended the call`);
  untroubled(a, b);
});

test("a page that is loaded anew offers the call again, and the other side goes on without being asked", async () => {
  const a = await open(alpha, kit, lou), b = await open(alpha, lou, kit);
  await button(a, `Video call with ${lou.name}`).click();
  await button(b, "Accept with camera").click();
  for (const page of [a, b]) await active(page);
  await seesFrames(b);
  await b.reload();
  const again = b.getByRole("alertdialog", { name: `You were in a call with ${kit.name}` });
  await again.waitFor();
  await picture("rejoin", b);
  await button(b, "Rejoin").click();
  for (const page of [a, b]) {
    await active(page);
    await seesFrames(page);
    assert.ok((await hears(page)) > 0);
  }
  assert.equal(await a.locator(".call-card").count(), 0);
  await b.reload();
  await again.waitFor();
  await again.getByRole("button", { name: "Hang up" }).click();
  await says(a, `${lou.name} ended the call`);
  await again.waitFor({ state: "hidden" });
});

test("a page that is opened while it rings rings too", async () => {
  const a = await open(alpha, kit, lou);
  await button(a, `Call ${lou.name}`).click();
  await says(a, "Calling…");
  const b = await open(alpha, lou, kit);
  await rings(b, kit.name).waitFor();
  await says(a, "Ringing…");
  await button(b, "Accept").click();
  for (const page of [a, b]) await active(page);
  await button(a, "Hang up").click();
  await says(b, `${kit.name} ended the call`);
  untroubled(a, b);
});

test("a camera or microphone that is refused or missing is told in words, with what to press", async () => {
  const a = await open(alpha, kit, lou, {}, {}), b = await open(alpha, lou, kit);
  await button(a, `Call ${lou.name}`).click();
  await a.getByRole("alert").getByText(/The microphone is blocked\. Press the lock/).waitFor();
  await picture("blocked", a);
  assert.deepEqual(await h.audit(a), []);
  await a.context().grantPermissions(["microphone"]);
  await button(a, "Close").first().click();
  await button(a, `Video call with ${lou.name}`).click();
  await a.getByRole("alert").getByText(/The camera is blocked/).waitFor();
  await button(a, "Voice only").click();
  await rings(b, kit.name).waitFor();
  await b.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", "NotFoundError"))));
  await button(b, "Accept").click();
  await b.getByRole("alert").getByText(/No microphone was found/).waitFor();
  await rings(b, kit.name).waitFor();
  await button(b, "Decline").click();
  await says(a, `${lou.name} declined the call`);
});

test("the page calls by teahouse('call', …) and hears of it; where calls are off there are none, and nothing of them is loaded", async () => {
  const a = await open(alpha, kit, lou, { calls: "audio" }), b = await open(alpha, lou, kit, { calls: "audio" });
  const off = await open(alpha, max, kit, { calls: undefined });
  assert.equal(await off.getByRole("button", { name: /[Cc]all/ }).count(), 0);
  assert.equal(await a.getByRole("button", { name: /Video call/ }).count(), 0);
  await a.evaluate((to) => {
    window.phases = [];
    window.teahouse("on", "call", ({ phase, outgoing }) => window.phases.push(`${phase} ${outgoing}`));
    window.teahouse("call", { to });
  }, lou.id);
  await rings(b, kit.name).waitFor();
  await button(b, "Accept").click();
  for (const page of [a, b]) await active(page);
  assert.ok((await hears(b)) > 0);
  await button(b, "Hang up").click();
  await says(a, `${lou.name} ended the call`);
  assert.deepEqual(await a.evaluate(() => [...new Set(window.phases)]), ["calling true", "ringing true", "connecting true", "active true", "ended true"]);
  await button(a, "Close").first().click();
  await a.evaluate((to) => window.teahouse("call", { to }), max.id);
  await says(a, "Calling…");
  await h.say(off, "still here");
  await h.delivered(off, "still here"); // what came before that has been heard
  assert.equal(await off.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => /calls-/.test(name)).length), 0);
  assert.equal(await off.locator(".call-card, .call-line").count(), 0);
  await button(a, "Hang up").click();
});

test("dark, at phone width, from right to left, in Chinese: each state", async () => {
  const phone = { ...devices, viewport: { width: 360, height: 640 } };
  for (const [name, attributes] of Object.entries({ dark: { theme: "dark" }, rtl: { lang: "ar" }, zh: { lang: "zh", theme: "dark" } })) {
    const a = await open(alpha, kit, lou, attributes, phone), b = await open(alpha, lou, kit, attributes, phone);
    await a.locator(".icon-film").first().click();
    await b.locator(".call-card").waitFor();
    await a.locator(".call-state", { hasText: /Ringing…|响铃/ }).waitFor();
    for (const [state, page] of [["calling", a], ["ring", b]]) {
      assert.deepEqual(await h.audit(page), []);
      await picture(`${name}-${state}`, page);
    }
    await b.locator(".call-card .icon-film").click();
    for (const page of [a, b]) await seesFrames(page);
    assert.deepEqual(await h.audit(a), []);
    await picture(`${name}-active`, a);
    assert.equal(await h.inShadow(a, (root) => root.querySelector(".call-window").scrollWidth > root.querySelector(".call-window").clientWidth), false);
    await a.locator(".call-controls .call-bad").click();
    await b.locator(".call-window .icon-close").first().waitFor();
    await picture(`${name}-ended`, b);
    await h.closeContexts();
  }
});
