// The panel of those who may see only a part: owners, staff and resellers, two of each; and how it looks: dark, on a phone, in Chinese, from right to left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alpha, beta, config } from "./harness.mjs";
import { at, base, check, dialog, field, fill, heading, open, operator, person, press, setUp, signIn, to, wrong } from "./panel.mjs";

const [ann, bob, rea, red] = ["ann@p.example", "bob@p.example", "rea@p.example", "red@p.example"];
setUp(async () => {
  await operator("POST", "/operator/v1/resellers", { name: "north", title: "North Chat", tenants: 3 });
  await operator("POST", "/operator/v1/resellers", { name: "south", title: "South Chat", tenants: 3 });
  await operator("POST", "/operator/v1/tenants", { name: "north-shop", domain: "north-shop.example", reseller: "north" });
  await operator("POST", "/operator/v1/tenants", { name: "south-shop", domain: "south-shop.example", reseller: "south" });
  for (const name of ["fresh", "other"]) await operator("POST", "/operator/v1/tenants", { name, domain: `${name}.example` });
  await person(ann, { role: "owner", tenant: "fresh" }, { role: "owner", tenant: "alpha" });
  await person(bob, { role: "owner", tenant: "other" });
  await person("rita@p.example", { role: "read", tenant: "fresh" });
  await person("max@p.example", { role: "moderate", tenant: "fresh" });
  await person(rea, { role: "reseller", reseller: "north" });
  await person(red, { role: "reseller", reseller: "south" });
  await person("nil@p.example");
});

const visit = async (page, path, title) => {
  await page.goto(base + path);
  await heading(page, title);
};
/** The status of a call that the page makes by itself, as somebody would who tries. */
const tries = (page, method, path, tenant) =>
  page.evaluate(
    async ([method, path, tenant]) => (await fetch(path, { method, headers: { "Teahouse-Panel": "1", ...(tenant && { "Teahouse-Tenant": tenant }) } })).status,
    [method, path, tenant],
  );
const links = (page) => page.locator("nav a").allInnerTexts();

test("an owner's first page tells what is missing, until nothing is", async () => {
  const page = await at(ann, "/site/fresh");
  await page.getByText("What is still to do").waitFor();
  assert.equal(await page.locator(".steps [data-done]").count(), 0);
  await check(page, "start");
  await to(page, "Name your pages");
  await heading(page, "Keys");
  await fill(page, { "Pages that may use the chat": "shop" });
  await press(page.getByRole("region", { name: "Origins" }), "Save");
  await wrong(page, "Pages that may use the chat", /origin/i);
  await fill(page, { "Pages that may use the chat": "https://fresh.example" });
  await press(page.getByRole("region", { name: "Origins" }), "Save");
  await page.getByText("Saved.").waitFor();
  const { site } = await operator("GET", "/operator/v1/tenants/fresh");
  const loaded = await fetch(`${config.origin}/v1/sites/${site}/widget`, { headers: { origin: "https://fresh.example" } });
  assert.equal(loaded.status, 200);
  await visit(page, "/site/fresh", "fresh");
  await page.locator(".steps [data-done]").nth(1).waitFor();
});

test("owners see their own sites alone", async () => {
  const [one, two] = [await at(ann), await at(bob)];
  assert.deepEqual((await links(two)).slice(0, 3), ["Start", "Usage", "Users"]);
  assert.ok(!(await links(two)).includes("Tenants"));
  await visit(two, "/site/fresh/users", "There is nothing here");
  await visit(two, "/tenants/fresh", "fresh");
  await two.getByRole("alert").waitFor();
  assert.ok(!/fresh\.example|pk_/.test(await two.locator("main").innerText()));
  for (const [method, path] of [["GET", "/v1/users"], ["GET", "/v1/tenant"], ["POST", "/v1/keys"], ["GET", "/v1/steps"]]) {
    assert.equal(await tries(two, method, path, "fresh"), 403, path);
    assert.equal(await tries(two, "GET", "/v1/tenant", "other"), 200);
  }
  assert.equal(await tries(two, "GET", "/operator/v1/tenants"), 403);
  assert.equal(await tries(one, "GET", "/v1/tenant", "fresh"), 200);
  await visit(one, "/site/fresh/users", "Users");
  await one.getByRole("combobox", { name: "Site" }).selectOption("alpha");
  await heading(one, "alpha");
});

test("staff is shown no button that the server would refuse", async () => {
  const reader = await at("rita@p.example");
  assert.deepEqual(await links(reader), ["Start", "Usage", "Users", "Rooms", "Embed code"]);
  await visit(reader, "/site/fresh/users", "Users");
  assert.equal(await reader.getByRole("button", { name: "New user" }).count(), 0);
  await visit(reader, "/site/fresh/rooms", "Rooms");
  assert.equal(await reader.getByRole("button", { name: "New room" }).count(), 0);
  assert.equal(await tries(reader, "PUT", "/v1/users/eve", "fresh"), 403);
  const moderator = await at("max@p.example");
  assert.ok((await links(moderator)).includes("Reports"));
  assert.ok(!(await links(moderator)).includes("Keys"));
  const nobody = await at("nil@p.example");
  await heading(nobody, "My account");
  assert.deepEqual(await links(nobody), []);
});

test("resellers see their own tenants, allotment and brand alone", async () => {
  const [north, south] = [await at(rea), await at(red)];
  for (const [page, own, foreign] of [[north, "north", "south"], [south, "south", "north"]]) {
    await heading(page, "Tenants");
    await page.getByRole("link", { name: `${own}-shop` }).waitFor();
    const text = await page.locator("main").innerText();
    for (const name of [`${foreign}-shop`, "alpha", "fresh"]) assert.ok(!text.includes(name), `${own} sees ${name}`);
    assert.equal(await tries(page, "GET", `/operator/v1/tenants/${foreign}-shop`), 404);
    assert.equal(await tries(page, "GET", `/operator/v1/resellers/${foreign}`), 404);
    assert.equal(await tries(page, "GET", "/v1/users", `${own}-shop`), 403, "it sells, and does not read");
  }
  await check(north, "reseller-tenants");
  await visit(north, "/tenants/south-shop", "south-shop");
  await north.getByText("There is no tenant").waitFor();
  await visit(north, "/tenants/north-shop", "north-shop");
  await north.getByRole("button", { name: "Suspend" }).waitFor();
  assert.equal(await north.getByRole("button", { name: "Open as the owner" }).count(), 0);
  await check(north, "reseller-tenant");
  await to(north, "My reseller account");
  await heading(north, "north");
  await check(north, "reseller-own");
  await fill(north, { "Support address": "help@north.example" });
  await press(north, "Save");
  await north.getByText("Saved.").waitFor();
  assert.equal((await operator("GET", "/operator/v1/resellers/north")).support, "help@north.example");
  assert.equal((await operator("GET", "/operator/v1/resellers/south")).support, undefined);
});

test("users, rooms, keys, invitations and settings", async () => {
  const page = await at(ann, "/site/fresh/users");
  await press(page, "New user");
  await press(dialog(page), "Make");
  await wrong(page, "User id", /Fill this in/);
  await fill(dialog(page), { "User id": "mia", "Name that others see": "Mia Wong" });
  await check(page, "user-new");
  await press(dialog(page), "Make");
  await heading(page, "mia");
  await page.getByText("Nobody is signed in.").waitFor();
  await press(page, "Test notification");
  await page.getByText("No test was sent").waitFor();
  await check(page, "user");
  await press(page, "Disable");
  await page.getByText("Nobody can sign in to this account").waitFor();
  await to(page, "All users");
  await page.getByRole("cell", { name: "Disabled" }).waitFor();
  await check(page, "users");

  await to(page, "Rooms");
  await press(page, "New room");
  await press(dialog(page), "Make");
  await wrong(page, "Room id", /Fill this in/);
  await check(page, "room-new");
  await fill(dialog(page), { "Room id": "support", "Name that others see": "Support" });
  await press(dialog(page), "Make");
  await heading(page, "support");
  await page.getByText("Nobody has a role here.").waitFor();
  await fill(page, { "User id": "mia" });
  await field(page, "Role").selectOption("outcast");
  await press(page, "Set role");
  await page.getByRole("cell", { name: "Banned" }).waitFor();
  await check(page, "room");
  await press(page, "Let in again");
  await page.getByText("Nobody has a role here.").waitFor();
  await to(page, "All rooms");
  await fill(page, { "Find a room": "nowhere" });
  await press(page, "Open");
  await wrong(page, "Find a room", /no/i);
  await check(page, "rooms");

  await to(page, "Keys");
  await fill(page, { Label: "for the shop's server" });
  await press(page, "New key");
  assert.match(await dialog(page).locator("code").innerText(), /^sk_/);
  await check(page, "key-made");
  await press(dialog(page), "I have kept it");
  await page.getByRole("cell", { name: "for the shop's server" }).waitFor();
  await check(page, "keys");
  await page.getByRole("row", { name: /for the shop/ }).getByRole("button", { name: "Revoke" }).click();
  await press(dialog(page), "Revoke");
  await dialog(page).waitFor({ state: "detached" });
  await press(page, "New secret");
  await press(dialog(page), "New secret");
  await dialog(page).getByText(/^ss_/).waitFor();
  await press(dialog(page), "I have kept it");

  await to(page, "Invitations");
  await fill(page, { "User name": "lin", Days: "90" });
  await press(page, "Make");
  await wrong(page, "Days", /1 to 30/);
  await fill(page, { Days: "3" });
  await press(page, "Make");
  await dialog(page).getByText("Link", { exact: true }).waitFor();
  await check(page, "invite-made");
  await press(dialog(page), "I have kept it");
  await check(page, "invites");
  await press(page, "Revoke");
  await page.getByText("No open invitations.").waitFor();

  await to(page, "Settings");
  await fill(page, { Contacts: "nobody" });
  await press(page, "Save");
  await wrong(page, "Contacts", /./);
  await check(page, "settings");
  await fill(page, { Contacts: "", Title: "Fresh Tea" });
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
  assert.equal((await operator("GET", "/operator/v1/tenants/other")).title, "other", "the others are as they were");
  await to(page, "Usage");
  await check(page, "usage");
  await to(page, "Reports");
  await check(page, "reports");
});

test("the embed code has four forms, and a preview that is the chat itself", async () => {
  const page = await at(ann, "/site/alpha/embed");
  const code = page.getByRole("group", { name: "Embed code" });
  assert.equal((await code.innerText()).trim(), `<script async crossorigin src="${config.origin}/w.js" data-site="${alpha.site}"></script>`);
  await field(page, "Look").selectOption("dark");
  await field(page, "My site signs its users in").check();
  for (const [form, pattern] of [["html", /data-theme="dark" data-token-url/], ["php", /hash_hmac\('sha256'/], ["asp", /HMACSHA256/], ["wordpress", /add_action\('wp_footer'/]]) {
    await field(page, "My site is made with").selectOption(form);
    assert.match(await code.innerText(), pattern);
    assert.ok((await code.innerText()).includes(alpha.site));
  }
  await check(page, "embed");
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: "Open chat" }).press("Enter");
  await frame.locator("textarea").waitFor();
  await check(page, "embed-open");
});

const looks = [
  ["dark", { colorScheme: "dark" }],
  ["phone", { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }],
  ["phone-dark-zh", { viewport: { width: 360, height: 740 }, colorScheme: "dark", locale: "zh-CN" }],
  ["zh", { locale: "zh-CN" }],
  ["rtl", { locale: "ar" }],
];
for (const [name, options] of looks) {
  test(`all pages as ${name}`, async () => {
    const email = `op-${name}@p.example`;
    await person(email, { role: "operator" }, { role: "owner", tenant: "fresh" });
    const page = await open("/account", options);
    await page.locator("[name=email]").fill(email);
    await page.locator("[name=password]").fill("a long password");
    const audits = name === "dark" || name === "phone-dark-zh"; // other colours, other places
    await check(page, `sign-in-${name}`, { audits });
    await page.locator("[type=submit]").click();
    await page.locator("header .who").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dir), name === "rtl" ? "rtl" : "ltr");
    assert.equal(await page.evaluate(() => document.documentElement.lang), /zh/.test(name) ? "zh-CN" : "en");
    const paths = ["account", "tenants", "tenants/alpha", "plans", "resellers", "resellers/north", "people", "health", "audit", "site/fresh", "site/fresh/usage"];
    const ofSite = ["users", "users/mia", "rooms", "rooms/support", "embed", "domains", "keys", "tokens", "invites", "settings"];
    for (const path of [...paths, ...ofSite.map((page) => `site/fresh/${page}`)]) {
      await page.goto(`${base}/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await check(page, `${path.replaceAll("/", "-")}-${name}`, { audits });
    }
  });
}

test("the keyboard alone goes everywhere, and the menu of a phone opens", async () => {
  const page = await open("", { viewport: { width: 360, height: 740 } });
  await signIn(page, ann);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Shift+Tab");
  await page.getByRole("button", { name: "Menu" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Users" }).waitFor();
  await check(page, "menu-phone");
  await page.getByRole("link", { name: "Users" }).focus();
  await page.keyboard.press("Enter");
  await heading(page, "Users");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "a screen reader says where one is");
  await page.getByRole("button", { name: "New user" }).focus();
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.textContent === "New user"); // the focus is back
});

test("no page of another site frames the panel, and nothing of it is kept by a cache that is shared", async () => {
  const { headers } = await fetch(base);
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) {
    assert.ok(headers.get("content-security-policy").includes(part), part);
  }
  assert.equal(headers.get("cache-control"), "no-cache");
  const html = await (await fetch(`${base}/any/page`)).text();
  const script = html.match(/src="([^"]+)"/)[1];
  assert.equal((await fetch(config.origin + script)).headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal((await fetch(config.origin + script)).headers.get("content-encoding"), "gzip");
  assert.ok(!/<script(?![^>]* src=)|\son\w+=|style=/.test(html), "nothing inline");
  assert.equal((await fetch(`${base}/first#x`)).status, 200);
  assert.equal(beta.name, "beta");
});
