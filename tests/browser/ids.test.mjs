// User ids and room names as people have them: found, named and with whole history, however they are spelt.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import * as h from "./harness.mjs";

const { alpha, beta } = h;
const uma = { id: "uma", name: "Uma Reyes" }; // of this file alone

before(async () => {
  await h.openSite();
  await h.openBrowser();
  for (const tenant of [alpha, beta]) await h.api(tenant, "PUT", `/v1/users/${uma.id}`, { name: uma.name });
});
afterEach(h.closeContexts);
after(h.close);

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

test("a room's name in two spellings is one room", async () => {
  const said = h.unique("in the caf\u00e9");
  const a = await h.openPage(await h.newContext(), h.signedIn(alpha, uma, { room: "Cafe\u0301" }));
  const b = await h.openPage(await h.newContext(), h.signedIn(alpha, { id: "val", name: "Val Iro" }, { room: "caf\u00c9" }));
  for (const page of [a, b]) await h.ready(page);
  await h.say(a, said);
  await h.sees(b, said);
});
