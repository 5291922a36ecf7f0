// What goes wrong around the chat, and what it says and does then: the tenant is suspended, the network or the server is away, too many come.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
const [ann] = alpha.users;

h.setUp();

test("suspended while the page is open: the reason stands in place of the composer; resumed, it goes on; others notice nothing", { skip: !h.config.operator }, async () => {
  const said = h.unique("after all");
  const reason = "The shop is being painted.";
  const a = await h.openPage(await h.newContext(), h.signedIn(beta, ann, { room: "paint" }));
  const idle = await h.openPage(await h.newContext(), h.signedIn(beta, beta.users[1], { room: "nobody-wrote-here" }));
  const elsewhere = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "paint" }));
  for (const page of [a, idle, elsewhere]) await h.ready(page);
  await h.say(a, said);
  await h.delivered(a, said);
  await h.suspend(beta, reason);
  try {
    for (const page of [a, idle]) {
      await page.getByText(reason).waitFor();
      assert.equal(await h.field(page).count(), 0);
      assert.equal(await page.getByText(/busy/).count(), 0);
    }
    await h.sees(a, said);
    await h.ready(elsewhere);
  } finally {
    await h.suspend(beta);
  }
  await a.getByRole("button", { name: "Try again" }).click();
  await h.ready(a);
  await a.getByText(reason).waitFor({ state: "detached" });
  await h.say(a, h.unique("again"));
  assert.equal(await elsewhere.getByText(reason).count(), 0);
});

test("when not even the chat's files can be had, the bubble says so, and tries again", async () => {
  const context = await h.newContext();
  await context.route(/\/w\/ui-/, (route) => route.abort());
  const page = await h.openPage(context, h.pageUrl(alpha), { open: false });
  const bubble = page.getByRole("button", { name: "Open chat" });
  await bubble.click();
  await page.getByRole("alert").getByText("The chat can't be reached.").waitFor();
  await bubble.click();
  await page.getByRole("alert").getByText("The chat can't be reached.").waitFor();
  await context.unroute(/\/w\/ui-/);
  await page.getByRole("button", { name: "Try again" }).click();
  await h.ready(page);
  assert.equal(await page.locator(".notice").count(), 0);
});

test("a network that is gone is said at once", async () => {
  const context = await h.newContext();
  const page = await h.openPage(context, h.signedIn(alpha, ann, { room: "offline" }));
  await h.ready(page);
  await context.setOffline(true);
  await page.getByText("No internet connection. What you write is sent when it is back.").waitFor({ timeout: 5_000 });
  await context.setOffline(false);
  await h.ready(page);
});

test("too many guests: it is said, and tried again when the server said", async () => {
  const context = await h.newContext();
  const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after", "retry-after": "1" };
  const body = JSON.stringify({ title: "Too Many Requests", detail: "Too many guests have come from your network lately.", status: 429, code: "rate-limited" });
  await context.route(/\/guests$/, (route) => route.fulfill({ status: 429, headers, contentType: "application/problem+json", body }), { times: 1 });
  const page = await h.openPage(context, h.pageUrl(alpha));
  await page.getByText("The chat is very busy").waitFor();
  await h.ready(page);
});

test("a room of a strange name is a room; one that does not answer is given up in words", async () => {
  const strange = await h.openPage(await h.newContext(), h.signedIn(alpha, ann, { room: "@@@" }));
  await h.ready(strange);
  await strange.locator(".headline .title", { hasText: "@@@" }).waitFor();
  const context = await h.newContext();
  const mute = h.unique("mute").replace(" ", "-");
  await context.routeWebSocket(/xmpp/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => (String(message).includes(`to="${mute}@`) ? undefined : server.send(message)));
  });
  const page = await h.openPage(context, h.signedIn(alpha, ann, { room: mute }));
  await page.getByText("The other side can't be reached.").waitFor();
  await page.getByRole("button", { name: "Enter the room" }).waitFor();
});
