// Self-service: from an order to a chat on one's own page; and what may go wrong on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";
import { base, check, field, fill, heading, open, operator, password, press, setUp, signIn, to, wrong } from "./panel.mjs";

const { config } = h;
setUp();
h.setUp();

const take = async (email) => (await fetch(`${config.mail}?to=${encodeURIComponent(email)}`)).text();
const linkIn = (text) => text.match(/https?:\S+\/panel\/sign-up#su_\w+/)?.[0];
const page = config.pages;

async function order(at, values) {
  await fill(at, values);
  await press(at, "Order");
}
/** A browser at the link that this order was mailed. */
async function ordered(email, name, options) {
  const at = await open("/sign-up", options);
  await order(at, { "E-mail address": email, "Name of your site": name, "Your page": page });
  await heading(at, "Look into your mail");
  return linkIn(await take(email));
}
const choose = async (at, secret = password) => {
  await fill(at, { "New password": secret, "New password again": secret });
  await press(at, "Make it");
};

test("from an order to the first message on one's own page", async (t) => {
  const [ann, others] = ["ann@signup.example", (await operator("GET", "/operator/v1/tenants?limit=200")).tenants.length];
  const start = await open();
  await heading(start, "Sign in");
  await to(start, "New here? Get a chat of your own");
  await heading(start, "A chat of your own");
  await check(start, "sign-up");
  const begun = performance.now();
  await order(start, { "E-mail address": ann, "Name of your site": "Ann's Tea Shop", "Your page": `${page}/page?x` });
  await heading(start, "Look into your mail");
  await start.getByText("anns-tea-shop.sites.example").waitFor();
  const told = performance.now();
  await check(start, "sign-up-mailed");
  const text = await take(ann);
  assert.ok(!text.includes("Tea Shop"), "no words of a stranger are mailed");
  const mailed = performance.now();

  const at = await open(linkIn(text)); // another browser than the one that ordered
  await heading(at, "Have your chat");
  assert.equal(at.url(), `${base}/sign-up`, "the token has left the address");
  await at.getByText(`${ann} is proved`).waitFor();
  await check(at, "sign-up-proof");
  await press(at, "Make it");
  await wrong(at, "New password", /Fill this in/);
  await fill(at, { "New password": "short", "New password again": "other" });
  await press(at, "Make it");
  await wrong(at, "New password", /too short/);
  await wrong(at, "New password again", /not the same/);
  const chosen = performance.now();
  await choose(at);
  await heading(at, "Your chat is ready");
  const code = await at.locator("pre").innerText();
  const ready = performance.now();
  assert.match(code, /^<script async crossorigin src="[^"]+\/w\.js" data-site="pk_\w+"><\/script>\s*$/);
  await check(at, "sign-up-ready");
  assert.equal(await at.evaluate(() => document.cookie), "", "no script reads the session");

  const site = code.match(/pk_\w+/)[0];
  const visitor = await h.openPage(await h.newContext(), h.pageUrl({ site }));
  await h.ready(visitor);
  const said = h.unique("the first message");
  await h.say(visitor, said);
  await h.delivered(visitor, said);
  const spoken = performance.now();
  const s = (from, until) => `${((until - from) / 1000).toFixed(1)} s`;
  t.diagnostic(`order ${s(begun, told)}, mail ${s(told, mailed)}, password to embed code ${s(chosen, ready)}, page to first message ${s(ready, spoken)}`);

  await press(at, "Open the panel");
  await heading(at, "Ann's Tea Shop");
  await at.getByRole("link", { name: "Users", exact: true }).waitFor();
  assert.equal(await at.getByRole("link", { name: "Tenants", exact: true }).count(), 0, "nothing of the server's");
  const tenants = (await operator("GET", "/operator/v1/tenants?limit=200")).tenants;
  assert.equal(tenants.length, others + 1);
  assert.equal(tenants.find(({ name }) => name === "anns-tea-shop").plan, "free");

  const again = await open(linkIn(text));
  await again.getByText("was made with this link already").waitFor();
  await fill(again, { Password: "not the password" });
  await press(again, "Sign in");
  await wrong(again, "Password", /password is wrong/);
  await fill(again, { Password: password });
  await press(again, "Sign in");
  await heading(again, "Your chat is ready");
  assert.equal(await again.locator("pre").innerText(), code, "for an answer that was lost");
});

test("what is wrong is said at its field", async () => {
  const at = await open("/sign-up");
  await heading(at, "A chat of your own");
  await press(at, "Order");
  await wrong(at, "E-mail address", /Fill this in/);
  await wrong(at, "Name of your site", /Fill this in/);
  await check(at, "sign-up-empty");
  const good = { "E-mail address": "eve@signup.example", "Name of your site": "Eve's Tea", Address: "", "Your page": "" };
  for (const [label, value, says] of [
    ["E-mail address", "nobody", /must be an e-mail/],
    ["E-mail address", "eve@a b", /must be an e-mail/],
    ["Name of your site", "x".repeat(101), /100/],
    ["Address", "no", /3 to 40/],
    ["Address", "xn--tea", /3 to 40/],
    ["Address", "admin", /admin-chat is free/],
    ["Address", "a1pha", /a1pha-chat is free/],
    ["Your page", "javascript://x", /https:\/\/shop.example/],
  ]) {
    await order(at, { ...good, [label]: value });
    await wrong(at, label, says);
  }
  await order(at, { ...good, Address: "a1pha-chat" });
  await heading(at, "Look into your mail");
  assert.ok(linkIn(await take("eve@signup.example")));
});

test("two visitors for one name: the first proof has it, and the other is told", async () => {
  const [ann, bob] = [await ordered("first@signup.example", "Verona Tea"), await ordered("second@signup.example", "Verona Tea")];
  const [one, other] = [await open(bob), await open(ann)];
  await Promise.all([heading(one, "Have your chat"), heading(other, "Have your chat")]);
  await choose(one);
  await heading(one, "Your chat is ready");
  await choose(other);
  await wrong(other, "Address", /verona-tea-chat is free/);
  await check(other, "sign-up-late");
  await fill(other, { Address: "verona-tea-chat" });
  await press(other, "Make it");
  await heading(other, "Your chat is ready");
  await other.getByText("verona-tea-chat.sites.example").waitFor();
});

test("one who is known gives the password, and has one more site", async () => {
  const mary = "mary@signup.example";
  await operator("POST", "/operator/v1/persons", { email: mary, password });
  const at = await open(await ordered(mary, "Mary's Cakes"));
  await at.getByText(`${mary} has an account here`).waitFor();
  await fill(at, { Password: "not the password" });
  await press(at, "Make it");
  await wrong(at, "Password", /password is wrong/);
  await fill(at, { Password: password });
  await press(at, "Make it");
  await heading(at, "Your chat is ready");
  const back = await open();
  await signIn(back, mary);
  await heading(back, "Mary's Cakes");
});

test("a link that is none opens nothing; one in a page that is open already is seen", async () => {
  const at = await open(`${base}/sign-up#su_nothing`);
  await at.getByRole("alert").getByText("more than an hour old").waitFor();
  await check(at, "sign-up-no-link");
  const link = await ordered("late@signup.example", "Late Tea");
  await at.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await at.getByText("late@signup.example is proved").waitFor();
});

test("by keyboard, on a phone, in the dark, in Chinese and from right to left", async () => {
  const phone = { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" };
  const link = await (async () => {
    const at = await open("/sign-up", phone);
    await heading(at, "拥有自己的聊天");
    await check(at, "sign-up-phone-zh");
    await at.getByLabel("网站名称", { exact: true }).waitFor();
    await at.evaluate(() => document.querySelector('[name="email"]').focus());
    for (const text of ["li@signup.example", "茶馆 Verona Two", "li-cha", page]) {
      await at.keyboard.type(text);
      await at.keyboard.press("Tab");
    }
    await at.keyboard.press("Enter");
    await heading(at, "请查收邮件");
    assert.equal(await at.evaluate(() => document.activeElement?.tagName), "H1", "a screen reader hears of it");
    const text = await take("li@signup.example");
    assert.ok(text.indexOf("请在一小时内") < text.indexOf("within an hour"), "in her language first");
    return linkIn(text);
  })();
  const at = await open(link, phone);
  await at.getByText("li-cha.sites.example").waitFor();
  await check(at, "sign-up-proof-phone-zh");
  const rtl = await open("/sign-up", { viewport: { width: 360, height: 740 } });
  await heading(rtl, "A chat of your own");
  await rtl.evaluate(() => (document.documentElement.dir = "rtl"));
  await check(rtl, "sign-up-rtl");
});

test("where it is switched off, the page says so, and nobody is led there", async () => {
  await operator("PUT", "/operator/v1/sign-up", { on: false });
  try {
    const at = await open("/sign-up");
    await at.getByText("Nobody can sign up here at present.").waitFor();
    await check(at, "sign-up-closed");
    const door = await open();
    await heading(door, "Sign in");
    await field(door, "Password").waitFor();
    assert.equal(await door.getByRole("link", { name: "New here? Get a chat of your own" }).count(), 0);
  } finally {
    await operator("PUT", "/operator/v1/sign-up", { on: true });
  }
});
