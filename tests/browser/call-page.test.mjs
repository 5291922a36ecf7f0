// The page that the link of an arranged call opens (POST /v1/calls), as a site sends it to its users: no page of the site's, no widget.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta, config } = h;
// Of this file alone.
const ida = { id: "ida-join", name: "Ida Moss" }, jon = { id: "jon-join", name: "Jon Reed" }, kim = { id: "kim-join", name: "Kim Bay" };
const lea = { id: "lea-join", name: "Lea Font" }, mia = { id: "mia-join", name: "Mia Glen" };

h.setUp({ alpha: [ida, jon, kim], beta: [lea, mia] });

const devices = { permissions: ["microphone", "camera"] };
const phone = { viewport: { width: 360, height: 700 }, colorScheme: "dark", locale: "zh-CN" };
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, text) => page.getByRole("heading", { level: 1, name: text }).waitFor();
const active = (page) => page.locator(".call-length").waitFor();

/** The link's page at this server, below the tenant's domain. */
const here = (tenant, url) => `${config.origin}/at/${tenant.domain}/call#${url.split("#")[1]}`;
async function arrange(tenant, users, more = {}) {
  const made = await h.api(tenant, "POST", "/v1/calls", { users: users.map(({ id }) => id), ...more });
  return { ...made, urls: made.links.map(({ url }) => here(tenant, url)) };
}
const open = async (url, options = {}, context = undefined) =>
  h.openPage(context ?? (await h.newContext({ ...devices, ...options })), url, { open: false });

/** For people to look at, where TEAHOUSE_CALL_PICTURES names a folder. */
async function picture(name, page) {
  const folder = process.env.TEAHOUSE_CALL_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await h.settled(page);
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Waits until ten more frames of the other side's pictures have been decoded. */
const seesFrames = (page) =>
  h.inShadow(page, async (root) => {
    const until = performance.now() + 30_000;
    let video, before;
    for (;;) {
      const found = root.querySelector(".call-theirs:not([hidden])");
      if (found !== video) before = (video = found)?.getVideoPlaybackQuality().totalVideoFrames;
      if (video && video.getVideoPlaybackQuality().totalVideoFrames >= before + 10) return;
      if (performance.now() > until) throw new Error("no pictures come");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
const untroubled = (...pages) => pages.forEach((page) => assert.deepEqual(page.troubles, []));

test("two who open their links are connected, in both tenants at once, and nobody else is rung; a link opens once", async () => {
  const call = await arrange(alpha, [ida, jon]), other = await arrange(beta, [lea, mia]);
  const bystander = await h.openPage(await h.newContext(devices), h.signedIn(alpha, kim, { to: ida.id, calls: "video" }));
  const atHome = await h.openPage(await h.newContext(devices), h.signedIn(alpha, jon, { to: kim.id, calls: "video" }));
  for (const page of [bystander, atHome]) await h.ready(page);
  const a = await open(call.urls[0]), c = await open(other.urls[0]);
  await heading(a, `You are about to join ${jon.name}'s call`);
  await picture("join-ready", a);
  assert.deepEqual(await h.audit(a), []);
  assert.equal(new URL(a.url()).hash, "");
  for (const page of [a, c]) await button(page, "Join the call").click();
  await heading(a, `Waiting for ${jon.name}`);
  await picture("join-waiting", a);
  assert.deepEqual(await h.audit(a), []);
  const { users } = await h.api(alpha, "GET", `/v1/calls/${call.id}`);
  assert.deepEqual(users.map(({ user, joined }) => [user, Boolean(joined)]), [[ida.id, true], [jon.id, false]]);
  const b = await open(call.urls[1], phone), d = await open(other.urls[1]);
  await heading(b, `您即将加入${ida.name}的通话`);
  await picture("join-ready-phone", b);
  assert.deepEqual(await h.audit(b), []);
  await button(b, "加入通话").click();
  await button(d, "Join the call").click();
  for (const page of [a, b, c, d]) {
    await active(page);
    await seesFrames(page);
  }
  await picture("join-active", a);
  await picture("join-active-phone", b);
  assert.deepEqual(await h.audit(a), []);
  for (const page of [bystander, atHome]) assert.equal(await page.locator(".call-card, .call-window").count(), 0);
  const again = await open(call.urls[0]);
  await heading(again, "You can't join this call");
  await again.getByText("This link was used already").waitFor();
  await picture("join-used", again);
  await button(a, "Hang up").click();
  await a.locator("button.call-words", { hasText: "Close" }).click();
  await heading(a, "The call has ended");
  await picture("join-over", a);
  await seesFrames(c); // the other tenant's call goes on
  untroubled(a, b, c, d, bystander, atHome);
});

test("a page that is loaded anew rejoins; the link is used no second time", async () => {
  const call = await arrange(alpha, [ida, jon], { video: false });
  const a = await open(call.urls[0]), b = await open(call.urls[1]);
  await button(a, "Join the call").click();
  await heading(a, `Waiting for ${jon.name}`);
  await button(b, "Join the call").click();
  for (const page of [a, b]) await active(page);
  await a.reload();
  await heading(a, `You were in ${jon.name}'s call`);
  await button(a, "Rejoin").click();
  await active(a);
  await b.locator(".call-length").waitFor();
  await button(a, "Hang up").click();
  await b.getByText(`${ida.name} ended the call`).waitFor();
  untroubled(a, b);
});

test("who has no camera joins with voice only, and the link is not used up by trying", async () => {
  const call = await arrange(alpha, [ida, kim]);
  const a = await open(call.urls[0], { permissions: ["microphone"] });
  await a.evaluate(() => {
    const { mediaDevices } = navigator;
    const get = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (wanted) => (wanted.video ? Promise.reject(new DOMException("none", "NotFoundError")) : get(wanted));
  });
  await button(a, "Join the call").click();
  await a.getByRole("alert").getByText("No camera was found").waitFor();
  await picture("join-no-camera", a);
  assert.deepEqual((await h.api(alpha, "GET", `/v1/calls/${call.id}`)).users.map(({ joined }) => joined), [undefined, undefined]);
  await button(a, "Join with voice only").click();
  await heading(a, `Waiting for ${kim.name}`);
  untroubled(a);
});

test("a link that opens nothing says why", async () => {
  const call = await arrange(alpha, [ida, jon]);
  const says = async (url, text) => {
    const page = await open(url);
    await heading(page, "You can't join this call");
    await page.getByText(text).waitFor();
    assert.deepEqual(await h.audit(page), []);
  };
  await says(`${config.origin}/at/${alpha.domain}/call`, "This link is not known.");
  await says(call.urls[0].slice(0, -4), "This link is not known.");
  await says(call.urls[0].replace(alpha.domain, beta.domain), "This link is not known.");
  await h.api(alpha, "DELETE", `/v1/calls/${call.id}`);
  await says(call.urls[0], "This call is over.");
});
