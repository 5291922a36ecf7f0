// How a page comes to its session: in one round trip after that of the WebSocket, and as one device of its user.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
// Of this file alone.
const ida = { id: "ida-connect", name: "Ida Moss" }, jon = { id: "jon-connect", name: "Jon Park" };
const tab = { id: "tab", name: "Tab Moss" }; // of one test alone

h.setUp({ alpha: [ida, jon, tab], beta: [ida, tab] });

/** What a tab's sockets have said since `clear`, in its order, as the browser's own log (CDP) has it. */
class Log {
  frames = [];
  #waiting = [];

  static async of(page) {
    const log = new Log();
    const cdp = await page.context().newCDPSession(page);
    cdp.on("Network.webSocketFrameSent", ({ response }) => log.#take(true, response.payloadData));
    cdp.on("Network.webSocketFrameReceived", ({ response }) => log.#take(false, response.payloadData));
    await cdp.send("Network.enable");
    return log;
  }
  #take(sent, xml) {
    this.frames.push({ sent, xml });
    if (xml.startsWith("<success")) for (const resolve of this.#waiting.splice(0)) resolve(xml);
  }
  clear() {
    this.frames = [];
  }
  find(start) {
    return this.frames.find(({ xml }) => xml.startsWith(start))?.xml;
  }
  /** The server's word that the session is there. */
  success() {
    return this.find("<success") ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
  /** The names of what is said from the stream's begin until then: ">" for the page's. */
  async opening() {
    await this.success();
    const names = this.frames.map(({ sent, xml }) => (sent ? ">" : "<") + /^<([\w:]+)/.exec(xml)[1]);
    return names.slice(names.indexOf(">open"), names.indexOf("<success") + 1);
  }
  async agent() {
    await this.success();
    return /<user-agent id="([^"]+)"/.exec(this.find("<authenticate"))?.[1];
  }
}
const oneRoundTrip = [">open", ">authenticate", "<open", "<stream:features", "<success"];
const devices = async (tenant, user) => (await h.api(tenant, "GET", `/v1/users/${user.id}/devices`)).devices;

/** A page that is watched from its first frame on. */
async function openWatched(context, url) {
  const page = await context.newPage();
  page.sockets = [];
  page.on("websocket", (socket) => page.sockets.push(socket));
  const log = await Log.of(page);
  await page.goto(url);
  await h.openChat(page);
  await h.ready(page);
  return { page, log };
}
async function reload(page, log) {
  log.clear();
  await page.reload();
  await h.opened(page);
  await h.ready(page);
}
/** When the page goes it leaves the name of a session that the server does not know. */
const loseSession = (page) =>
  page.evaluate(() => {
    addEventListener("pagehide", () => {
      for (const key of Object.keys(localStorage)) {
        if (key.endsWith(":sm")) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), id: "gone" }));
      }
    });
  });

test("a first visit, a reload and a lost session take one round trip each", async () => {
  const { page, log } = await openWatched(await h.newContext(), h.signedIn(alpha, ida, { to: jon.id }));
  assert.deepEqual(await log.opening(), oneRoundTrip);
  assert.match(await log.success(), /<bound/);
  assert.ok(!log.frames.some(({ sent, xml }) => sent && /<iq[^>]*><(enable|bind|session)/.test(xml)), "it asked for what it has");

  await reload(page, log);
  assert.deepEqual(await log.opening(), oneRoundTrip);
  assert.match(await log.success(), /<resumed/);
  assert.doesNotMatch(await log.success(), /<bound/);

  await loseSession(page);
  await reload(page, log);
  assert.deepEqual(await log.opening(), oneRoundTrip);
  assert.match(await log.success(), /<failed.*<bound/s);
});

test("a guest's page takes one round trip too, and is the same guest after it", async () => {
  const { page, log } = await openWatched(await h.newContext(), h.pageUrl(beta));
  assert.deepEqual(await log.opening(), oneRoundTrip);
  const name = /<authorization-identifier>([^/]+)/.exec(await log.success())[1];
  await reload(page, log);
  assert.deepEqual(await log.opening(), oneRoundTrip);
  assert.ok((await log.success()).includes(name));
});

test("copies of what is written elsewhere come from the first stanza on", async () => {
  const said = h.unique("from another browser");
  const here = await openWatched(await h.newContext(), h.signedIn(alpha, ida, { to: jon.id }));
  const there = await h.openPage(await h.newContext(), h.signedIn(alpha, ida, { to: jon.id }));
  await h.ready(there);
  await h.say(there, said);
  await h.sees(here.page, said);
  assert.ok(here.log.frames.some(({ sent, xml }) => !sent && xml.includes("urn:xmpp:carbons:2") && xml.includes(said)));
});

test("a browser is one device of its user, however often it comes; another browser is another", async () => {
  const context = await h.newContext();
  const { page, log } = await openWatched(context, h.signedIn(alpha, tab, { to: jon.id }));
  const agent = await log.agent();
  assert.match(agent, /^[\da-f-]{36}$/);
  await h.ready(await h.openPage(context, h.signedIn(alpha, tab, { to: jon.id })));
  assert.equal((await devices(alpha, tab)).length, 1, "two tabs are one device");

  const other = await openWatched(await h.newContext(), h.signedIn(alpha, tab, { to: jon.id }));
  assert.notEqual(await other.log.agent(), agent);
  assert.equal((await devices(alpha, tab)).length, 2);
  await loseSession(other.page);
  await reload(other.page, other.log);
  assert.match(await other.log.success(), /<bound/, "its session is not resumed");
  const list = await devices(alpha, tab);
  assert.equal(list.length, 2, "the session that it lost has ended");
  assert.deepEqual([...new Set(list.map(({ software, device }) => `${software}: ${device}`))], ["Teahouse: Chrome on Linux"]);
  assert.deepEqual(await devices(beta, tab), [], "at another site nobody is there");
});

test("a device's name is one user's: another user of the browser has another, and a logout forgets it", async () => {
  const context = await h.newContext();
  const first = await openWatched(context, h.signedIn(alpha, ida));
  const agent = await first.log.agent();
  first.log.clear();
  await first.page.goto(h.signedIn(alpha, jon));
  await h.opened(first.page);
  await h.ready(first.page);
  assert.notEqual(await first.log.agent(), agent);
  assert.ok(!(await first.page.evaluate(() => JSON.stringify({ ...localStorage }))).includes(agent), "the first user's is still here");

  const second = await first.log.agent();
  await first.page.evaluate(() => window.teahouse("logout"));
  await first.page.locator(".panel").waitFor({ state: "hidden" });
  assert.ok(!(await first.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes(second));
  first.log.clear();
  await first.page.goto(h.signedIn(alpha, jon));
  await h.openChat(first.page);
  await h.ready(first.page);
  assert.ok(![agent, second].includes(await first.log.agent()));
});

test("tabs that can't share a connection are no device, so that none ends the other's", async () => {
  const context = await h.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
  const one = await openWatched(context, h.signedIn(alpha, ida, { to: jon.id }));
  const two = await openWatched(context, h.signedIn(alpha, ida, { to: jon.id }));
  for (const { page, log } of [one, two]) {
    assert.equal(page.sockets.length, 1);
    assert.equal(await log.agent(), undefined);
  }
  const said = h.unique("to both");
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, jon, { to: ida.id }));
  await h.ready(b);
  await h.say(b, said);
  for (const { page, log } of [one, two]) {
    await h.sees(page, said);
    assert.ok(!log.frames.some(({ xml }) => xml.includes("<conflict")));
    assert.equal(page.sockets.length, 1);
  }
});
