// Words that are odd or meant to deceive: those without an end in a narrow window, and characters that turn what stands around them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as h from "./harness.mjs";
import { file } from "./pictures.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha } = h;
const wide = (count) => "W".repeat(count);
// Of this file alone.
const [moderator, reader] = [{ id: "odd", name: "Odd Low" }, { id: "uno", name: "Uno Hall" }];
const endless = { id: "w".repeat(64), name: wide(120) };
const phone = { viewport: { width: 360, height: 680 } };
let owner;

h.setUp({ alpha: [moderator, reader, endless] });
before(async () => {
  owner = await slixmpp(alpha, moderator);
});
after(() => owner?.stop());

async function makeRoom(options = {}) {
  const name = h.unique("odd").replace(" ", "-");
  const jid = `${name}@rooms.${alpha.domain}`;
  await owner.join(jid, "Owner");
  await owner.configure(jid, options);
  return { name, jid };
}
async function open(user, attributes) {
  const page = await h.openPage(await h.newContext(phone), user ? h.signedIn(alpha, user, attributes) : h.pageUrl(alpha, attributes));
  await h.ready(page);
  return page;
}
/** What stands beyond the window's edges and is not cut off there, and what can be moved sideways but for the files that are chosen. */
const sideways = (page) =>
  h.inShadow(page, (root) => {
    const found = [];
    const box = root.querySelector(".panel").getBoundingClientRect();
    for (const element of root.querySelectorAll(".panel *")) {
      const { overflowX } = getComputedStyle(element);
      const moves = (overflowX === "auto" || overflowX === "scroll") && element.scrollWidth > element.clientWidth;
      if (moves && !element.matches(".chosen, textarea")) found.push(`${element.className} is ${element.scrollWidth} wide in ${element.clientWidth}`);
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || element.closest(".hidden")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        let { left, right } = range.getBoundingClientRect();
        for (let outer = element; outer !== root.querySelector(".panel"); outer = outer.parentElement) {
          if (getComputedStyle(outer).overflowX === "visible") continue;
          const clip = outer.getBoundingClientRect();
          [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
        }
        if (left < box.left - 1 || right > box.right + 1) found.push(`"${node.data.slice(0, 30)}" in ${element.className || element.localName}: ${left} to ${right}`);
      }
    }
    return found;
  });
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test("words without an end stay inside a window of 360 px: names, subjects, messages, files, requests, reasons", async () => {
  const room = await makeRoom({ "muc#roomconfig_roomname": wide(190), "muc#roomconfig_whois": "anyone" });
  const a = await open(reader, { room: room.name });
  await owner.subject(room.jid, wide(500));
  await a.locator(".subtitle", { hasText: "WWW" }).waitFor();
  const guest = await open(null, { room: room.name });
  await guest.getByRole("button", { name: "Change name" }).click();
  await guest.getByLabel("Your name").fill(wide(48));
  await guest.getByRole("button", { name: "Save" }).click();
  await guest.locator("p.guest", { hasText: "WWW" }).waitFor();
  await h.say(guest, wide(300));
  await h.sees(a, "WWW");
  await a.locator(".author .tag").waitFor();
  assert.deepEqual(await sideways(a), []);
  assert.deepEqual(await sideways(guest), []);
  // A long name does not hide that this is a guest.
  const [author, tag] = await Promise.all([a.locator(".author", { has: a.locator(".tag") }).boundingBox(), a.locator(".author .tag").boundingBox()]);
  assert.ok(tag.x + tag.width <= author.x + author.width, `the mark ends at ${tag.x + tag.width}, the line at ${author.x + author.width}`);

  await a.locator('input[type="file"]').setInputFiles([file(`${wide(200)}.txt`, "text/plain", Buffer.from("x"))]);
  await a.locator(".chosen li").waitFor();
  assert.deepEqual(await sideways(a), []);
  await a.getByRole("button", { name: "Send", exact: true }).click();
  await a.locator(".file-card").waitFor();
  assert.deepEqual(await sideways(a), []);
  await a.locator('input[type="file"]').setInputFiles([file(`${wide(200)}.txt`, "text/plain", Buffer.alloc(0))]);
  await a.getByRole("alert").getByText("is empty").waitFor();
  assert.deepEqual(await sideways(a), []);

  await a.getByRole("button", { name: "Show who is here" }).click();
  await a.locator(".people").waitFor();
  assert.deepEqual(await sideways(a), []);
  await a.getByRole("button", { name: "Close the list of people" }).first().click();
  await owner.setRole(room.jid, reader.name, "none", wide(2000));
  await a.locator(".gate", { hasText: "WWW" }).waitFor();
  assert.deepEqual(await sideways(a), []);
  assert.ok(await a.locator(".gate button").isVisible(), "the way back in is out of sight");

  const client = await slixmpp(alpha, endless);
  try {
    await client.befriend(`${reader.id}@${alpha.domain}`);
    await client.chat(`${reader.id}@${alpha.domain}`, wide(500));
    await a.getByRole("button", { name: /Back to conversations/ }).click();
    await a.locator(".item", { hasText: "WWW" }).nth(1).waitFor();
    await a.locator(".request", { hasText: "WWW" }).waitFor();
    assert.deepEqual(await sideways(a), []);
    await h.go(a, { to: endless.id });
    await h.sees(a, "WWW");
    assert.deepEqual(await sideways(a), []);
  } finally {
    await client.stop();
  }
});

test("nothing turns the words around it: names, subjects and reasons are shown without what does, addresses on their own", async () => {
  const rtl = "\u202egnp.\u2066exe";
  const room = await makeRoom({ "muc#roomconfig_roomname": `Tea ${rtl}` });
  const a = await open(reader, { room: room.name });
  await owner.subject(room.jid, `Today:\n${rtl}`);
  await a.locator(".subtitle", { hasText: "gnp." }).waitFor();
  for (const place of [".title", ".subtitle"]) assert.ok(!turning.test(await a.locator(place).first().textContent()), place);
  assert.equal(await a.locator(".subtitle").textContent(), "2 people here · Today: gnp.exe");
  assert.ok(!turning.test(await a.locator(".subtitle").getAttribute("title")));

  await owner.say(room.jid, `\u202ehttps://moc.knab.example/\u202egnp see www.evil.example\u200e and javascript:alert(1)`);
  const links = a.locator(".text a");
  await links.nth(1).waitFor();
  assert.deepEqual(await links.evaluateAll((all) => all.map((e) => [e.textContent, e.href])), [
    ["https://moc.knab.example/", "https://moc.knab.example/"],
    ["www.evil.example", "https://www.evil.example/"],
  ]);
  // The first letter of an address stands before its last, whatever came before it.
  const ends = (e) => [0, e.firstChild.length - 1].map((at) => {
    const range = document.createRange();
    range.setStart(e.firstChild, at);
    range.setEnd(e.firstChild, at + 1);
    return range.getBoundingClientRect().left;
  });
  const [first, last] = await links.first().evaluate(ends);
  assert.ok(first < last, `it begins at ${first} and ends at ${last}`);

  await owner.setRole(room.jid, reader.name, "none", `Because of ${rtl}`);
  const gate = a.locator(".gate", { hasText: "Because of" });
  await gate.waitFor();
  assert.ok(!turning.test(await gate.textContent()));
  assert.match(await gate.innerText(), /by a moderator\.\s+Because of gnp\.exe/);
  await a.getByRole("button", { name: /Back to conversations/ }).click();
  const item = a.locator(".item", { hasText: "Tea" });
  await item.waitFor();
  assert.ok(!turning.test(await item.locator(".item-name").textContent()));
  assert.deepEqual(a.troubles, []);
});
