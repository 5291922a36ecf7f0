// Calls of rooms that are too large to go directly between browsers: Janus, as the server's engine, passes everybody's streams on.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as c from "./group_words.mjs";
import * as h from "./harness.mjs";

// In the rooms of `held` the engine holds each call.
const { held, no_conferences: lacks } = h.config;
const options = { skip: lacks ?? (held ? false : "the server has no tenant for it") };
// Of this file alone.
const rae = { id: "rae-conference", name: "Rae Dunn" }, sol = { id: "sol-conference", name: "Sol Beck" };

h.setUp({ calm: true });

const { button, enter, joined, picture, pictureOf } = c;
/** Waits until this page has so many connections that carry media, and no other. */
const lines = (page, count) => page.waitForFunction((n) => window.connections.filter(({ connectionState: s }) => s === "connected").length === n, count);
/** Each of these pages sees and hears all the others. */
async function together(people) {
  for (const [user, page] of people) {
    await joined(page, people.length - 1);
    await c.seesFrames(page, people.filter(([other]) => other !== user).map(([other]) => pictureOf(other)));
    await c.hears(page, people.length - 1);
  }
}

test("mute, camera, hand, screen, silence, a reload and a removal, in a call that the engine holds", options, async () => {
  const room = await c.makeRoom(held, rae);
  const a = await c.open(held, rae, room), b = await c.open(held, sol, room);
  await enter(a, true);
  await joined(a, 0);
  await lines(a, 1);
  await button(a, "Mute").click();
  await button(a, "Turn camera off").click();
  await enter(b, false);
  await joined(b, 1);
  await b.locator(`.tile .icon-micOff`).first().waitFor(); // said before they came
  await c.seesFrames(a, [pictureOf(sol)]);
  assert.equal(await b.getByLabel(pictureOf(rae)).count(), 0);
  await button(a, "Unmute").click();
  await button(a, "Turn camera on").click();
  await together([[rae, a], [sol, b]]);
  await button(b, "Raise your hand").click();
  await a.locator(".tile .icon-hand").waitFor();
  await button(a, `Mute ${sol.name}`).focus();
  await a.keyboard.press("Enter");
  await button(b, "Unmute").waitFor();
  await a.locator(".tile .icon-micOff").first().waitFor();
  await button(b, "Unmute").click();
  await c.hears(a, 1);
  await c.paintScreen(b);
  await button(b, "Share your screen").click();
  await c.seesFrames(a, [`${sol.name}'s screen`, pictureOf(sol)]); // beside the camera
  await a.locator(".tiles-stage").waitFor();
  await picture("conference-screen", a);
  assert.deepEqual(await h.audit(a), []);
  await button(b, "Stop sharing").click();
  await a.locator(".tile-screen").waitFor({ state: "detached" });
  await b.reload();
  const again = b.getByRole("alertdialog", { name: "You were in the call in Tea Club" });
  await again.waitFor();
  await joined(a, 0);
  await again.getByRole("button", { name: "Rejoin" }).click();
  await together([[rae, a], [sol, b]]);
  await button(a, `Remove ${sol.name} from the room`).focus();
  await a.keyboard.press("Enter");
  await button(a, "Remove").click();
  await b.locator(".call-state", { hasText: "A moderator has removed you from the room." }).waitFor();
  await joined(a, 0);
  await lines(a, 1);
  assert.equal(await b.locator("audio[data-voice]").count(), 0);
  c.untroubled(a, b);
});
