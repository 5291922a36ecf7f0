// What must survive: reloads, closed tabs, a lost session, a restarted server. Nothing is lost and nothing is shown twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
const [ann, bo] = alpha.users;

h.setUp();

const count = async (page, text) => (await h.bodies(page)).filter((body) => body.includes(text)).length;
/** All that the page's sockets say, from now on. */
function record(page) {
  const frames = [];
  page.on("websocket", (socket) => {
    socket.on("framesent", (f) => frames.push(String(f.payload)));
    socket.on("framereceived", (f) => frames.push(String(f.payload)));
  });
  return frames;
}

/** The page's connection is gone, or the server was so quick that it no longer matters. */
const closedOr = (page, restarted) => Promise.race([page.sockets.at(-1).waitForEvent("close"), restarted]);

for (const place of ["1:1", "room"]) {
  test(`a reload resumes the session and keeps what was shown (${place})`, async () => {
    const attributes = (other) => (place === "room" ? { room: "reload" } : { to: other.id });
    const one = h.unique("before"), two = h.unique("meanwhile"), three = h.unique("after");
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, attributes(bo)));
    const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, attributes(ann)));
    await h.ready(a);
    await h.ready(b);
    await h.say(a, one);
    await h.sees(b, one);
    const frames = record(a);
    await a.goto("about:blank");
    await h.say(b, two);
    await h.delivered(b, two);
    await a.goBack();
    await h.opened(a);
    await h.ready(a);
    await h.sees(a, two);
    assert.ok(frames.some((f) => f.includes("<resumed")), "the stream was not resumed");
    assert.ok(!frames.some((f) => f.includes("<bound")), "a new session was bound");
    await h.say(a, three);
    await h.sees(b, three);
    await h.delivered(a, three);
    for (const text of [one, two, three]) {
      assert.equal(await count(a, text), 1);
      assert.equal(await count(b, text), 1);
    }
  });
}

test("a changed name reaches the rooms of a session that goes on, by a reload and by another tab", async () => {
  const zoe = (name) => ({ id: "zoe-session", name });
  const context = await h.newContext();
  const witness = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: "names" }));
  const a = await h.openPage(context, h.signedIn(alpha, zoe("Zoe Old"), { room: "names" }));
  for (const page of [witness, a]) await h.ready(page);
  await witness.getByRole("button", { name: "Show who is here" }).click();
  const here = (name) => witness.locator(".person", { hasText: name }).waitFor();
  await here("Zoe Old");
  const frames = record(a);
  await a.goto(h.signedIn(alpha, zoe("Zoe New"), { room: "names" }));
  await here("Zoe New");
  assert.ok(frames.some((f) => f.includes("<resumed")), "the session did not go on");
  const tab = await h.openPage(context, h.signedIn(alpha, zoe("Zoe Newest"), { room: "names" }));
  await here("Zoe Newest");
  assert.equal(tab.sockets.length, 0);
  for (const name of ["Zoe Old", "Zoe New(?!est)"]) assert.equal(await witness.locator(".person", { hasText: new RegExp(name) }).count(), 0);
});

test("when the session is gone a new one catches up from the archive", async () => {
  const one = h.unique("kept"), two = h.unique("missed"), three = h.unique("again");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(a);
  await h.ready(b);
  await h.say(a, one);
  await h.sees(b, one);
  await a.goto(new URL("/token", a.url()).href);
  await a.evaluate(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.endsWith(":sm")) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), id: "gone" }));
    }
  });
  await h.say(b, two);
  await h.delivered(b, two);
  const frames = record(a);
  await a.goto(h.signedIn(alpha, ann, { to: bo.id }));
  await h.opened(a);
  await h.sees(a, two);
  await h.say(a, three);
  await h.sees(b, three);
  assert.ok(frames.some((f) => f.includes("<bound")));
  for (const text of [one, two, three]) assert.equal(await count(a, text), 1);
});

test("two tabs share one connection, and the second takes over when the first is closed", async () => {
  const one = h.unique("to both"), two = h.unique("from the second"), three = h.unique("after the first is gone"), four = h.unique("answer");
  const context = await h.newContext();
  const first = await h.openPage(context, h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(first);
  const second = await h.openPage(context, h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(second);
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(b);
  assert.equal(first.sockets.length, 1);
  assert.equal(second.sockets.length, 0, "the second tab opened a connection of its own");
  await h.say(b, one);
  await h.sees(first, one);
  await h.sees(second, one);
  await h.say(second, two);
  await h.sees(b, two);
  await h.sees(first, two);
  await h.delivered(second, two);
  const frames = record(second);
  await first.close({ runBeforeUnload: true });
  await h.say(b, three);
  await h.sees(second, three);
  await h.say(second, four);
  await h.sees(b, four);
  await h.delivered(second, four);
  assert.ok(frames.some((f) => f.includes("<resumed")), "the stream was not resumed by the second tab");
  for (const text of [one, two, three, four]) {
    assert.equal(await count(second, text), 1);
    assert.equal(await count(b, text), 1);
  }
});

test("a lost connection is said in words; what is written meanwhile is shown as waiting and sent once", async () => {
  const one = h.unique("before"), two = h.unique("while away"), three = h.unique("meanwhile, to the page that is away");
  const context = await h.newContext();
  const live = new Set();
  let away = false;
  await context.routeWebSocket(/xmpp/, (socket) => {
    if (away) return void socket.close();
    live.add([socket, socket.connectToServer()]);
  });
  const a = await h.openPage(context, h.signedIn(alpha, ann, { to: bo.id }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.ready(a);
  await h.ready(b);
  await h.say(a, one);
  await h.sees(b, one);
  away = true;
  for (const [page, server] of live) await Promise.all([page.close(), server.close()]);
  await a.getByText(/Connection lost/).first().waitFor();
  await h.say(a, two);
  await a.locator(".group.own", { hasText: two }).locator(".delivery-pending").waitFor();
  await context.setOffline(true);
  await a.getByText("No internet connection. What you write is sent when it is back.").waitFor();
  await h.say(b, three);
  assert.equal(await count(b, two), 0);
  away = false;
  await context.setOffline(false);
  await h.sees(b, two);
  await h.sees(a, three);
  await h.delivered(a, two);
  await h.ready(a);
  for (const [page, text] of [[a, one], [b, one], [a, two], [b, two], [a, three], [b, three]]) assert.equal(await count(page, text), 1);
});

test("a restarted server: messages are kept and sent once", { skip: !h.config.restart }, async () => {
  const one = h.unique("before"), two = h.unique("while down"), three = h.unique("room while down"), four = h.unique("afterwards");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  const roomA = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "restart" }));
  const roomB = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { room: "restart" }));
  for (const page of [a, b, roomA, roomB]) await h.ready(page);
  await h.say(a, one);
  await h.sees(b, one);
  const restarted = h.restart();
  await closedOr(a, restarted);
  await h.say(a, two);
  await h.say(roomA, three);
  await restarted;
  await b.bringToFront();
  const patient = { timeout: 60_000 };
  await b.locator(".text", { hasText: two }).waitFor(patient);
  await roomB.locator(".text", { hasText: three }).waitFor(patient);
  await h.delivered(a, two);
  await h.delivered(roomA, three);
  await h.say(b, four);
  await h.sees(a, four);
  for (const [page, text] of [[a, two], [b, two], [roomA, three], [roomB, three], [a, one], [b, one], [a, four]]) {
    assert.equal(await count(page, text), 1);
  }
});

test("a message written just before the page goes away is sent by the next page", { skip: !h.config.restart }, async () => {
  const said = h.unique("written while down");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(a);
  const restarted = h.restart();
  await closedOr(a, restarted);
  await h.say(a, said);
  await restarted;
  await a.reload();
  await h.opened(a);
  await h.delivered(a, said);
  assert.equal(await count(a, said), 1);
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, bo, { to: ann.id }));
  await h.sees(b, said);
  assert.equal(await count(b, said), 1);
});

test("logging out leaves nothing of the user behind; another user starts clean", async () => {
  const said = h.unique("private");
  const context = await h.newContext();
  const a = await h.openPage(context, h.signedIn(alpha, ann, { to: bo.id }));
  await h.ready(a);
  await h.say(a, said);
  await h.delivered(a, said);
  await a.evaluate(() => window.teahouse("logout"));
  const left = () => a.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!(await left()).includes("ann"), await left());
  const other = await h.openPage(context, h.signedIn(alpha, { id: "carol", name: "Carol" }));
  await h.ready(other);
  const text = await other.evaluate(() => document.querySelector("teahouse-chat").shadowRoot.textContent);
  assert.ok(!text.includes(said));
});
