// Voice messages, with Chromium's own false microphone, which beeps once a second.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const ida = { id: "ida-voice", name: "Ida Moss" }, jon = { id: "jon-voice", name: "Jon Reed" };

h.setUp({ alpha: [ida, jon] });

async function open(user, other, options, attributes = {}) {
  const page = await h.openPage(await h.newContext(options), h.signedIn(alpha, user, { to: other.id, ...attributes }));
  await h.ready(page);
  return page;
}
const record = (page) => page.getByRole("button", { name: "Record a voice message" });
/** At least so many seconds (below ten) have been recorded. */
const recorded = (page, seconds) => page.getByRole("timer", { name: "Recording" }).getByText(new RegExp(`^(0:0[${seconds}-9]|0:[1-5]\\d|\\d+:\\d\\d)$`)).waitFor();
/** The keyboard's next key is the recorder's. */
const focused = (page) => page.waitForFunction(() => document.querySelector("teahouse-chat").shadowRoot.activeElement?.matches(".recorder .send"));

test("a voice message is spoken, sent and played; deleted, it is not sent", async () => {
  const a = await open(ida, jon, { permissions: ["microphone"] });
  const b = await open(jon, ida);
  await record(a).click();
  await recorded(a, 1);
  await a.getByRole("button", { name: "Delete the recording" }).click();
  await record(a).click();
  await recorded(a, 1);
  await focused(a);
  await a.keyboard.press("Escape");
  await record(a).evaluate((button) => [button.click(), button.click()]); // the microphone is asked for once
  await recorded(a, 2);
  assert.deepEqual(await h.audit(a), []);
  await a.waitForFunction(() => [...document.querySelector("teahouse-chat").shadowRoot.querySelectorAll(".recorder-bars i")].some((bar) => bar.clientHeight > 6)); // a beep
  await focused(a);
  await a.keyboard.press("Enter");
  await b.locator(".voice-time", { hasText: /^(0:0[2-9]|0:[1-5]\d|\d+:\d\d)$/ }).waitFor();
  await a.locator(".voice").waitFor();
  for (const page of [a, b]) assert.equal(await page.locator(".voice").count(), 1);
  const play = b.getByRole("button", { name: "Play: Voice message" });
  const heard = b.locator(".voice audio").evaluate(async (audio) => {
    const told = (type) => new Promise((resolve) => audio.addEventListener(type, resolve, { once: true }));
    const ended = told("ended");
    await told("playing");
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const label = audio.parentElement.querySelector("button").ariaLabel;
    await ended;
    return [label, audio.currentTime > 0];
  });
  await play.click();
  assert.deepEqual(await heard, ["Pause: Voice message", true]);
  await play.waitFor();
  assert.deepEqual(await h.audit(b), []);
  for (const page of [a, b]) assert.deepEqual(page.troubles, []);
  assert.equal(await a.evaluate(() => document.activeElement.shadowRoot.activeElement.localName), "textarea");
});

test("a microphone that is refused, or missing, is told in words", async () => {
  const a = await open(ida, jon);
  await record(a).click();
  await a.getByRole("alert").getByText("The microphone is blocked. Please allow it for this page in your browser.").waitFor();
  await a.evaluate(() => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", "NotFoundError"))));
  await record(a).click();
  await a.getByRole("alert").getByText("No microphone was found.").waitFor();
});

test("a browser that can't record has no button for it", async () => {
  const context = await h.newContext();
  await context.addInitScript(() => delete window.MediaRecorder);
  const a = await h.openPage(context, h.signedIn(alpha, ida, { to: jon.id }));
  await h.ready(a);
  assert.equal(await record(a).count(), 0);
  await a.getByRole("button", { name: "Send", exact: true }).waitFor();
});
