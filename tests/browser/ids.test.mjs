// User ids and room names as people have them: found, named and with whole history, however they are spelt.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
const uma = { id: "uma", name: "Uma Reyes" }; // of this file alone

h.setUp({ alpha: [uma], beta: [uma] });

const title = (page, name) => page.locator(".headline .title", { hasText: name }).waitFor();

for (const [what, id, other] of [
  ["with a backslash", "CORP\\Bo", "corp\\bO"],
  ["with a slash", "staff/Bo", "STAFF/bo"],
  ["with decomposed letters", "Jose\u0301", "jos\u00e9"],
  ["in full-width letters", "\uff22\uff2f\uff12", "bo2"],
  ["with what a localpart can't hold", "m\u00b2 \u{1f375}", "m\u00b2 \u{1f375}"],
]) {
  test(`an id ${what}: one person with one history, in every spelling; in the other tenant nobody`, async () => {
    const named = { id, name: h.unique("Bo Named") };
    const said = h.unique("to you"), answer = h.unique("and to you");
    const b = await h.openPage(await h.newContext(), h.signedIn(alpha, named, { to: uma.id }));
    await h.ready(b);
    const a = await h.openPage(await h.newContext(), h.signedIn(alpha, uma, { to: id }));
    const elsewhere = await h.openPage(await h.newContext(), h.signedIn(beta, named, { to: uma.id }));
    for (const page of [a, elsewhere]) await h.ready(page);
    await title(a, named.name);
    await h.say(a, said);
    await h.sees(b, said);
    await h.say(b, answer);
    await h.sees(a, answer);
    const again = await h.openPage(await h.newContext(), h.signedIn(alpha, uma, { to: other }));
    await title(again, named.name);
    for (const text of [said, answer]) await h.sees(again, text);
    await h.go(again, { room: "lobby" });
    await again.evaluate((to) => window.teahouse("open", { to }), id);
    await title(again, named.name);
    await again.getByRole("button", { name: /Back to conversations/ }).click();
    assert.equal(await again.locator(".item", { hasText: named.name }).count(), 1);
    const same = await h.openPage(await h.newContext(), h.signedIn(alpha, named, { to: uma.id }));
    for (const text of [said, answer]) await h.sees(same, text);
    assert.ok(!(await h.shown(elsewhere)).includes(said));
  });
}

for (const [what, target, says] of [
  ["of a user", { to: "@" }, /"@" is no user: .*empty/],
  ["of a user, with an address that is none", { to: "uma@b@c" }, /"uma@b@c" is no user: /],
  ["of a room", { room: "y".repeat(1100) }, /"y{80}" is no room: .+/],
]) {
  test(`a name ${what} that can't be one is named in the console, and the chat begins without it`, async () => {
    const page = await h.openPage(await h.newContext(), h.signedIn(alpha, uma), { open: false });
    for (const how of [() => h.runTag(page, alpha, { token: h.laterToken(alpha, uma), ...target }), () => h.go(page, target)]) {
      page.troubles = [];
      await how();
      if (!(await page.locator(".panel").isVisible())) await h.openChat(page);
      await h.ready(page);
      await title(page, "Lobby");
    }
    const again = await h.openPage(await h.newContext(), h.signedIn(alpha, uma, target), { open: false });
    await h.openChat(again);
    await h.ready(again);
    await title(again, "Lobby");
    assert.match(again.troubles.join("\n"), says);
  });
}

test("an id that the page has as a number is found", async () => {
  await h.api(alpha, "PUT", "/v1/users/4217", { name: "Four Two" });
  const page = await h.openPage(await h.newContext(), h.signedIn(alpha, uma));
  await h.go(page, { to: 4217 });
  await title(page, "Four Two");
});

test("a room's name in two spellings is one room", async () => {
  const said = h.unique("in the caf\u00e9");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, uma, { room: "Cafe\u0301" }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { id: "val", name: "Val Iro" }, { room: "caf\u00c9" }));
  for (const page of [a, b]) await h.ready(page);
  await h.say(a, said);
  await h.sees(b, said);
});
