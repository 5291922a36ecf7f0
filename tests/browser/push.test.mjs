// Notifications while no page is open: the switch, and the worker that shows them. No push service can be reached from here: the browser's
// PushManager is given a subscription of ours, and pushes are delivered to the worker by Chromium's own tools.
import assert from "node:assert/strict";
import { createECDH, randomBytes } from "node:crypto";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
const ida = { id: "ida", name: "Ida Fox" }, jon = { id: "jon", name: "Jon Roe" };
h.setUp({ alpha: [ida, jon], beta: [{ id: "ida", name: "Ida of beta" }] });

const push = "/teahouse-push.js";
const switchOf = (page) => page.getByRole("switch", { name: "Notify me when this page is closed" });
const devices = async (tenant, user) => (await h.api(tenant, "GET", `/v1/users/${user.id}/push`)).devices;

/** What a push service would have given the browser; the page's calls are counted. */
function pretend({ endpoint, p256dh, auth, blocked }) {
  if (blocked) Object.defineProperty(Notification, "permission", { value: "denied" });
  window.asked = 0;
  const request = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => {
    window.asked++;
    return request();
  };
  const key = "pretended";
  const subscription = (applicationServerKey) => ({
    options: { applicationServerKey },
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
    unsubscribe: async () => localStorage.removeItem(key) ?? true,
  });
  const bytes = (text) => Uint8Array.from(JSON.parse(text)).buffer;
  PushManager.prototype.getSubscription = async () => (localStorage.getItem(key) ? subscription(bytes(localStorage.getItem(key))) : null);
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly || applicationServerKey.byteLength !== 65) throw new Error("not as Chromium wants it");
    localStorage.setItem(key, JSON.stringify([...applicationServerKey]));
    return subscription(applicationServerKey.buffer);
  };
}

async function idaAt({ permitted = true, attributes = {} } = {}) {
  const context = await h.newContext();
  if (permitted) await context.grantPermissions(["notifications"]);
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  await context.addInitScript(pretend, {
    endpoint: `https://push.example/${randomBytes(6).toString("hex")}`,
    p256dh: ecdh.getPublicKey().toString("base64url"),
    auth: randomBytes(16).toString("base64url"),
    blocked: !permitted,
  });
  const page = await h.openPage(context, h.signedIn(alpha, ida, { push, ...attributes }));
  await page.getByRole("button", { name: /Back to conversations/ }).click();
  return { context, page };
}

test("a page that names no worker has no switch", async () => {
  const { page } = await idaAt({ attributes: { push: "" } });
  await page.locator(".list").waitFor();
  assert.equal(await switchOf(page).count(), 0);
});

test("the switch wakes this browser for this user, and off it does no more", async () => {
  const { page } = await idaAt();
  await switchOf(page).waitFor();
  assert.equal(await page.evaluate(() => window.asked), 0, "asked before the user has clicked");
  assert.equal(await switchOf(page).isChecked(), false);
  await switchOf(page).click();
  await page.locator('[role="switch"][aria-checked="true"]').waitFor();
  const [device, ...more] = await devices(alpha, ida);
  assert.deepEqual([device.service, device.text, more.length], ["push.example", false, 0]);
  assert.match(device.name, /^Chrome on Linux$/);
  assert.deepEqual(await devices(beta, ida), []);
  await page.getByRole("checkbox", { name: "Show who wrote what" }).click();
  await page.waitForFunction(() => document.querySelector("teahouse-chat").shadowRoot.querySelectorAll(".push input:checked").length === 2);
  assert.equal((await devices(alpha, ida))[0].text, true);
  await page.reload();
  await h.opened(page);
  await page.locator('[role="switch"][aria-checked="true"]').waitFor();
  await switchOf(page).click();
  await page.locator('[role="switch"][aria-checked="false"]').waitFor();
  assert.deepEqual(await devices(alpha, ida), []);
  assert.deepEqual(page.troubles, []);
});

test("who logs out takes the browser's subscription along", async () => {
  const { page } = await idaAt();
  await switchOf(page).click();
  await page.locator('[role="switch"][aria-checked="true"]').waitFor();
  await page.evaluate(() => window.teahouse("logout"));
  await page.waitForFunction(() => localStorage.getItem("pretended") === null);
});

test("a browser that blocks notifications says so, and is not asked", async () => {
  const { page } = await idaAt({ permitted: false });
  await page.getByText("Your browser blocks notifications of this site.").waitFor();
  assert.equal(await switchOf(page).isDisabled(), true);
  assert.equal(await page.evaluate(() => window.asked), 0);
});

test("the worker shows what a push says, and a click brings the conversation", async () => {
  const { context, page } = await idaAt();
  await switchOf(page).click();
  await page.locator('[role="switch"][aria-checked="true"]').waitFor();
  const cdp = await context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: [first] }) => first && resolve(first));
  });
  await cdp.send("ServiceWorker.enable");
  const { registrationId, scopeURL } = await registered;
  assert.match(scopeURL, /\/teahouse-push\/$/);
  // Chromium loses notifications that a page asks for while they are being displayed; it says when they are.
  await cdp.send("BackgroundService.setRecording", { service: "notifications", shouldRecord: true });
  await cdp.send("BackgroundService.startObserving", { service: "notifications" });
  const deliver = async (data) => {
    const displayed = new Promise((resolve) => {
      cdp.on("BackgroundService.backgroundServiceEventReceived", ({ backgroundServiceEvent: { eventName } }) => {
        if (eventName === "Notification displayed") resolve();
      });
    });
    await cdp.send("ServiceWorker.deliverPushMessage", { origin: new URL(scopeURL).origin, registrationId, data });
    await displayed;
  };
  const assertShown = async (wanted) => {
    const shown = await page.evaluate(async (scope) => {
      const registration = await navigator.serviceWorker.getRegistration(scope);
      return (await registration.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
    }, scopeURL);
    assert.deepEqual(shown.sort(), wanted);
  };
  await deliver(JSON.stringify({ v: 1, kind: "message", tag: "a", count: 1, site: "Alpha", with: "user:jon" }));
  await assertShown([["Alpha", "You have a new message", "a"]]);
  await deliver(JSON.stringify({ v: 1, kind: "message", tag: "b", count: 1, site: "Alpha", name: "Jon", text: "<b>Tea?</b>", with: "user:jon" }));
  await assertShown([["Alpha", "You have a new message", "a"], ["Jon · Alpha", "<b>Tea?</b>", "b"]]);
  await deliver("nonsense");
  await assertShown([["127.0.0.1", "You have a new message", "teahouse"], ["Alpha", "You have a new message", "a"], ["Jon · Alpha", "<b>Tea?</b>", "b"]]);
  const [worker] = context.serviceWorkers();
  await worker.evaluate(async () => {
    const [notification] = (await self.registration.getNotifications()).filter(({ tag }) => tag === "b");
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });
  await page.locator(".headline .title", { hasText: "Jon Roe" }).waitFor();
});

test("a page that a notification has opened shows the conversation, and hides how", async () => {
  const context = await h.newContext();
  const page = await h.openPage(context, `${h.signedIn(alpha, ida, { push })}#teahouse=${encodeURIComponent("user:jon")}`, { open: false });
  await page.locator(".headline .title", { hasText: "Jon Roe" }).waitFor();
  assert.equal(new URL(page.url()).hash, "");
});
