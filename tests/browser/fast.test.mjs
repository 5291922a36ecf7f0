// A page that names its user without a token: the browser comes back by the token that the server gave it (XEP-0484).
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const kim = { id: "kim", name: "Kim Vale" }, lou = { id: "lou", name: "Lou Hart" }, max = { id: "max", name: "Max Orr" };

h.setUp({ alpha: [kim, lou, max] });

const base64 = (text) => Buffer.from(text, "latin1").toString("base64");
const hmac = (token, word) => createHmac("sha256", token).update(word).digest("latin1");
const url = (user, attributes = {}) => h.pageUrl(alpha, { user: user.id, to: lou.id, ...attributes });
const withToken = (user, attributes = {}) => url(user, { token: h.token(alpha, user), ...attributes });
const kept = (page, user, key) =>
  page.evaluate((name) => JSON.parse(localStorage.getItem(name)), `teahouse:${alpha.site}:u:${user.id}:${key}`);

/** Waits until this browser has another token than that one, and gives it. */
async function replaced(page, user, token) {
  await page.waitForFunction(([name, before]) => JSON.parse(localStorage.getItem(name)).token !== before, [`teahouse:${alpha.site}:u:${user.id}:fast`, token]);
  return (await kept(page, user, "fast")).token;
}

/** What the server says to a login of the same browser, from a socket beside the widget's. */
function logIn(page, user, agent, mechanism, response, wish) {
  const frames = [
    `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${alpha.domain}" from="${user.id}@${alpha.domain}" version="1.0"/>`,
    `<authenticate xmlns="urn:xmpp:sasl:2" mechanism="${mechanism}"><initial-response>${base64(response)}</initial-response><user-agent id="${agent}"/>${wish}</authenticate>`,
  ];
  return page.evaluate(
    ([address, said]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address, "xmpp");
        socket.onopen = () => said.forEach((frame) => socket.send(frame));
        socket.onmessage = ({ data }) => {
          if (!/^<(success|failure)/.test(data)) return;
          socket.close();
          resolve(data);
        };
      }),
    [h.config.websocket, frames],
  );
}
const logInBy = (page, user, agent, token) =>
  logIn(page, user, agent, "HT-SHA-256-NONE", `${user.id}\0${hmac(token, "Initiator")}`, `<fast xmlns="urn:xmpp:fast:0"/>`);

/** What the page's sockets say to open a session, from now on, until the server says yes. */
function follow(page) {
  const frames = [];
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => frames.push(`>${payload}`));
    socket.on("framereceived", ({ payload }) => frames.push(`<${payload}`));
  });
  // The page shows at once what the page before left.
  const succeeds = ({ payload }) => payload.startsWith("<success");
  const entered = page.waitForEvent("websocket", { timeout: 0 }).then((socket) => socket.waitForEvent("framereceived", succeeds));
  frames.entered = entered.catch(() => {}); // the page was closed
  return frames;
}
const names = (frames) => frames.map((frame) => /^[<>]<[\w:]+/.exec(frame)[0].replace(/^(.)</, "$1"));
const mechanisms = (frames) => frames.flatMap((frame) => /^><authenticate [^>]*mechanism="([^"]+)/.exec(frame)?.[1] ?? []);

const tokenUrl = (user) => ({ "token-url": `/token?for=${user.id}` });
/** A browser that the site's token has let in, and what the server gave it then. */
async function begin(user, context) {
  h.tokens.set(user.id, h.token(alpha, user));
  const page = await h.openPage(context ?? (await h.newContext()), url(user, tokenUrl(user)));
  await h.ready(page);
  return { page, token: (await kept(page, user, "fast")).token };
}
/** The page is left for another of the same tab. */
async function turn(page, to) {
  const frames = follow(page);
  await page.goto(to);
  await h.opened(page);
  await h.ready(page);
  await frames.entered;
  return frames;
}

test("the next page needs no token: one round trip, by a proof; the token is in no frame, address, element or log, and others have their names", async () => {
  const one = h.unique("before"), two = h.unique("after");
  const { page: first, token } = await begin(max);
  await h.say(first, one);
  await h.delivered(first, one);
  const context = first.context();
  await first.close({ runBeforeUnload: true });
  const page = await context.newPage();
  const [fetched, logged, frames] = [[], [], follow(page)];
  page.on("request", (request) => fetched.push(request.url()));
  page.on("console", (message) => logged.push(message.text()));
  await page.goto(url(max, tokenUrl(max)));
  await h.openChat(page);
  await h.go(page, { to: lou.id });
  await h.ready(page);
  await h.say(page, two);
  await h.delivered(page, two);
  await page.locator("header", { hasText: lou.name }).waitFor(); // the user's id would stand there
  const end = frames.findIndex((frame) => frame.startsWith("<<success"));
  assert.deepEqual(names(frames.slice(0, end + 1)), [">open", ">authenticate", "<open", "<stream:features", "<success"]);
  assert.deepEqual(mechanisms(frames), ["HT-SHA-256-NONE"]);
  assert.match(frames[end], /<resumed/);
  assert.ok(fetched.some((address) => address.includes("/v1/addresses")) && !fetched.some((address) => address.includes("/token?")), fetched.join("\n"));
  const html = await page.evaluate(() => document.documentElement.outerHTML + document.querySelector("teahouse-chat").shadowRoot.innerHTML + location.href);
  for (const text of [html, ...frames, ...fetched, ...logged]) assert.ok(!text.includes(token));
  assert.deepEqual((await h.bodies(page)).filter((body) => [one, two].includes(body)), [one, two]);
});

test("a page that prints a token uses that, and asks for one of the server's while it has none", async () => {
  const context = await h.newContext();
  const page = await context.newPage();
  const frames = follow(page);
  await page.goto(withToken(kim));
  await h.openChat(page);
  await h.ready(page);
  assert.deepEqual(mechanisms(frames), ["OAUTHBEARER"]);
  assert.ok(frames.some((frame) => frame.includes("<request-token")));
  assert.match(frames.find((frame) => frame.startsWith("><authenticate")), /<user-agent id="[\da-f-]{36}"><software>Teahouse<\/software><device>Chrome on Linux<\/device>/);
  const { token } = await kept(page, kim, "fast");
  const again = await turn(page, withToken(kim));
  assert.deepEqual(mechanisms(again), ["OAUTHBEARER"]);
  assert.ok(!again.some((frame) => frame.includes("<request-token")));
  assert.equal((await kept(page, kim, "fast")).token, token);
  const plain = await h.openPage(await h.newContext(), h.signedIn(alpha, kim));
  await h.ready(plain);
  assert.deepEqual([await kept(plain, kim, "fast"), await kept(plain, kim, "claims")], [null, null], "kept although the page names nobody");
});

test("another token from the server takes the place of the one before, for all tabs", async () => {
  const context = await h.newContext();
  // The server gives a token a day later by itself, and at once to those that ask.
  await context.routeWebSocket(/xmpp/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => server.send(String(text).replace("<fast ", '<request-token xmlns="urn:xmpp:fast:0" mechanism="HT-SHA-256-NONE"/><fast ')));
  });
  const { page, token } = await begin(kim, context);
  await turn(page, url(kim));
  const rotated = await replaced(page, kim, token);
  const second = await h.openPage(context, url(kim));
  await h.ready(second);
  assert.equal(second.sockets.length, 0, "the second tab opened a connection of its own");
  const agent = await kept(page, kim, "agent");
  await page.close({ runBeforeUnload: true });
  await h.say(second, "still here");
  await h.delivered(second, "still here");
  await replaced(second, kim, rotated);
  assert.match(await logInBy(second, kim, agent, token), /^<failure/, "the first token is still good");
});

test("a revoked token: the site is asked for its own, and what was written meanwhile is sent once", async () => {
  const said = h.unique("meanwhile");
  const { page, token } = await begin(kim);
  const other = await h.openPage(await h.newContext(), h.signedIn(alpha, lou, { to: kim.id }));
  await h.ready(other);
  await turn(page, url(kim, tokenUrl(kim)));
  const frames = follow(page);
  await h.api(alpha, "DELETE", `/v1/users/${kim.id}/devices`);
  await h.say(page, said);
  await h.sees(other, said);
  await h.delivered(page, said);
  assert.deepEqual(mechanisms(frames), ["HT-SHA-256-NONE", "OAUTHBEARER"]);
  await replaced(page, kim, token); // the site's token leads to another
  assert.equal((await h.bodies(other)).filter((body) => body.includes(said)).length, 1);
});

test("a revoked token where the page has no other: the user is signed out, and it is said why", async () => {
  const { page } = await begin(kim);
  await h.api(alpha, "DELETE", `/v1/users/${kim.id}/devices`);
  await page.goto(url(kim));
  await h.opened(page);
  await page.getByText(/signed out|sign in/i).first().waitFor();
  assert.ok(page.troubles.some((text) => text.includes("data-token")), page.troubles.join("\n"));
});

test("a token is its user's: another user, or nobody, finds none of it", async () => {
  const context = await h.newContext();
  const { page, token } = await begin(kim, context);
  const everything = () => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  const frames = await turn(page, withToken(max));
  assert.deepEqual(mechanisms(frames), ["OAUTHBEARER"]);
  assert.ok(!(await everything()).includes(token));
  await page.goto(url(kim));
  await h.opened(page);
  await page.getByText(/signed out|sign in/i).first().waitFor();

  const guest = await begin(kim);
  await guest.page.goto(h.pageUrl(alpha));
  await h.opened(guest.page);
  await h.ready(guest.page);
  assert.ok(!(await guest.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes(guest.token));
});

test("logging out ends the token at the server, and leaves nothing of it here", async () => {
  const { page, token } = await begin(kim);
  const agent = await kept(page, kim, "agent");
  const [ended] = await Promise.all([
    page.waitForEvent("websocket", { predicate: async (socket) => (await socket.waitForEvent("framereceived", { predicate: ({ payload }) => payload.startsWith("<success") }), true) }),
    page.evaluate(() => window.teahouse("logout")),
  ]);
  assert.ok(ended);
  const left = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  for (const secret of [token, agent, "kim"]) assert.ok(!left.includes(secret), left);
  assert.match(await logInBy(page, kim, agent, token), /^<failure.*<not-authorized/);
});

test("without a storage, or without Web Locks, there is no token, and the site's is asked for as before", async () => {
  h.tokens.set("kim", h.token(alpha, kim));
  for (const trouble of ["storage", "locks"]) {
    const context = await h.newContext();
    await context.addInitScript((what) => {
      if (what === "locks") return void Object.defineProperty(navigator, "locks", { value: undefined });
      for (const kind of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, kind, {
          get: () => {
            throw new DOMException("Access is denied for this document.", "SecurityError");
          },
        });
      }
    }, trouble);
    for (let visit = 0; visit < 2; visit++) {
      const page = await context.newPage();
      const frames = follow(page);
      await page.goto(url(kim, { "token-url": "/token?for=kim" }));
      await h.openChat(page);
      await h.ready(page);
      assert.deepEqual(mechanisms(frames), ["OAUTHBEARER"]);
      await page.close();
    }
  }
});
