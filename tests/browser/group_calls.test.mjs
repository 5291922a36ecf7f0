// Calls in rooms: everybody in the call sees and hears each other one, and nobody else does; with Chromium's own false camera and microphone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { button, connections, devices, enter, hears, joined, makeRoom, open, paintScreen, picture, pictureOf, seesFrames, untroubled } from "./group_words.mjs";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const una = { id: "una-group", name: "Una Reed" }, vic = { id: "vic-group", name: "Vic Stone" }, wes = { id: "wes-group", name: "Wes Lark" };
const xia = { id: "xia-group", name: "Xia Moor" }, yan = { id: "yan-group", name: "Yan Pike" }, zoe = { id: "zoe-group", name: "Zoe Birch" };
const ivo = { id: "ivo-group", name: "Ivo Flint" };

h.setUp({ alpha: [una, vic, wes, xia, yan, zoe], beta: [ivo] });

test("three in a room see and hear each other; a member who is not in the call, and another tenant's call, get nothing of it", async () => {
  const room = await makeRoom(alpha);
  const a = await open(alpha, una, room), b = await open(alpha, vic, room);
  const member = await open(alpha, xia, room);
  const stranger = await open(beta, ivo, await makeRoom(beta));
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
  await paintScreen(b);
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
