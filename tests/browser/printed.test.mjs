// What a page's own server prints or answers: tokens in all their wrappings, nobody's, none at all, and messages of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
const may = { id: "may-printed", name: "May Wong" };

h.setUp();

/** Whether the page's user is this one: what she writes is in her archive. */
async function writesAs(page, user) {
  const said = h.unique("It is me");
  await h.ready(page);
  await h.say(page, said);
  await h.delivered(page, said);
  const answer = await fetch(`${h.config.origin}/v1/users/${user.id}/messages`, { headers: { authorization: `Bearer ${alpha.key}` } });
  assert.ok((await answer.json()).messages.some((m) => m.text === said && m.from === `user:${user.id}`));
}

for (const [how, wrap] of [
  ["in quotes", (t) => `"${t}"`],
  ["with white space and a line break", (t) => ` ${t.slice(0, 60)}\n${t.slice(60)}\n`],
  ["as JSON", (t) => JSON.stringify({ token: t })],
  ["as it stands in a header", (t) => `Bearer ${t}`],
]) {
  test(`a token that is printed ${how} signs its user in, from the page and from data-token-url`, async () => {
    const printed = wrap(h.token(alpha, may));
    h.tokens.set(how, printed);
    for (const attributes of [{ token: printed }, { "token-url": `/token?for=${encodeURIComponent(how)}` }]) {
      const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { ...attributes, to: "ann" }));
      await writesAs(page, may);
      assert.deepEqual(page.troubles, []);
    }
  });
}

test("what is no token is named in the console, and nobody tries to log in with it", async () => {
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { token: "<?= $token ?>" }));
  await page.getByText("You are signed out").first().waitFor();
  assert.match(page.troubles.join("\n"), /The token is not a JWT .* begins with "<\?= \$token \?>"/);
  assert.equal(page.sockets.length, 0);
});

test("where data-token-url answers 204, the visitor is a guest", async () => {
  h.tokens.set("nobody", false);
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { "token-url": "/token?for=nobody" }));
  await h.ready(page);
  assert.deepEqual(page.troubles, []);
});

test("what the site sends is unread until it is shown", async () => {
  const said = h.unique("Your order has shipped");
  const unread = async (tenant) => {
    const answer = await fetch(`${h.config.origin}/v1/users/${may.id}/unread`, { headers: { authorization: `Bearer ${tenant.key}`, accept: "text/plain" } });
    return answer.text();
  };
  await h.api(alpha, "POST", "/v1/messages", { to: `user:${may.id}`, text: said });
  assert.equal(await unread(alpha), "1");
  const page = await h.openPage(await h.newContext(), h.signedIn(alpha, may), { open: false });
  const other = await h.openPage(await h.newContext(), h.signedIn(beta, may), { open: false });
  await h.openUnread(page, 1);
  await h.sees(page, said);
  while ((await unread(alpha)) !== "0") await h.settled(page);
  assert.equal(await other.getByText(said).count(), 0);
});
