// The operator's panel: the first visit, signing in, one's account, tenants, plans, resellers, people, audit.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { config } from "./harness.mjs";
import { at, base, check, dialog, field, fill, heading, open, operator, password, press, setUp, signIn, to, wrong } from "./panel.mjs";

const op = "op@host.example";
setUp();

test("the first visit makes the operator, once", async () => {
  const bare = await open("/first");
  await bare.getByText("This address needs the link").waitFor();
  await check(bare, "first-without-link");

  const link = await (await fetch(config.panel.first)).text();
  assert.match(link, /#pf_/);
  const page = await open(link);
  await heading(page, "Make the operator's account");
  assert.equal(page.url(), `${base}/first`, "the token has left the address");
  await press(page, "Make my account");
  for (const label of ["E-mail address", "New password", "New password again"]) await wrong(page, label, /Fill this in/);
  await check(page, "first-empty");
  await fill(page, { "E-mail address": "nobody", "New password": "short", "New password again": "other" });
  await press(page, "Make my account");
  await wrong(page, "E-mail address", /must be an e-mail/);
  await wrong(page, "New password", /too short/);
  await wrong(page, "New password again", /not the same/);
  await fill(page, { "E-mail address": op, Name: "Olga Peters", "New password": password, "New password again": password });
  await press(page, "Make my account");
  await heading(page, "Tenants");
  assert.equal(await page.evaluate(() => document.cookie), "", "no script reads the session");
  assert.equal(await page.evaluate(() => Object.values(localStorage).join()), "");
  await check(page, "tenants");

  const again = await open(link);
  await fill(again, { "E-mail address": "eve@host.example", "New password": password, "New password again": password });
  await press(again, "Make my account");
  await again.getByRole("alert").getByText("This link has been used").waitFor();
  await check(again, "first-used");
  await assert.rejects(operator("GET", "/operator/v1/persons/eve@host.example"), /404/);
});

test("signs in and out, and tells what is wrong where it is", async () => {
  const page = await open("/people");
  await heading(page, "Sign in");
  await check(page, "sign-in");
  await press(page, "Sign in");
  await wrong(page, "E-mail address", /Fill this in/);
  await wrong(page, "Password", /Fill this in/);
  await signIn(page, op, "wrong password");
  await wrong(page, "Password", /not right/);
  await check(page, "sign-in-wrong");
  await signIn(page, op);
  await heading(page, "People");
  await press(page, "Sign out");
  await heading(page, "Sign in");
  const answers = await page.evaluate(async () => (await fetch("/v1/persons/me", { headers: { "Teahouse-Panel": "1" } })).status);
  assert.equal(answers, 401);
});

test("another page's request has no session, whatever the browser sends along", async () => {
  const page = await at(op);
  const statuses = await page.evaluate(async () =>
    Promise.all([{ "Teahouse-Panel": "1" }, {}, { "Teahouse-Panel": "yes" }].map(async (headers) => (await fetch("/v1/persons/me", { headers })).status)),
  );
  assert.deepEqual(statuses, [200, 401, 401]);
});

const base32 = (text) => {
  let bits = "";
  for (const c of text) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
};
/** The code of a step of 30 seconds; steps later than now are taken too, and each but once. */
function codeOf(secret, later = 0) {
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac("sha1", base32(secret)).update(step).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("my account: one-time codes, recovery codes, sessions, password", async () => {
  const tia = "tia@host.example";
  await operator("POST", "/operator/v1/persons", { email: tia, password });
  const [other, page] = [await at(tia), await at(tia, "/account")];
  await check(page, "account");
  const totp = page.getByRole("region", { name: "One-time codes" });
  await totp.getByLabel("Password").fill("not it at all");
  await press(totp, "Set up an app");
  await totp.locator(".field-error").waitFor();
  await totp.getByLabel("Password").fill(password);
  await press(totp, "Set up an app");
  await totp.getByRole("img", { name: /QR code/ }).waitFor();
  await check(page, "account-totp");
  const secret = await totp.locator(".secret code").innerText();
  await totp.getByLabel("One-time code").fill("000000");
  await press(totp, "Turn on");
  await totp.locator(".field-error").waitFor();
  await totp.getByLabel("One-time code").fill(codeOf(secret));
  await press(totp, "Turn on");
  await totp.locator(".recovery code").first().waitFor();
  const codes = await totp.locator(".recovery code").allInnerTexts();
  assert.equal(codes.length, 10);
  await check(page, "account-recovery");
  await press(totp, "I have kept them");
  await totp.getByText("They are on").waitFor();

  const sessions = page.getByRole("region", { name: "Sessions" });
  await press(sessions, "End");
  await sessions.getByRole("button", { name: "End" }).waitFor({ state: "detached" });
  const gone = other.getByRole("region", { name: "One-time codes" });
  await gone.getByLabel("Password").fill(password);
  await press(gone, "Set up an app"); // as it was when the page was loaded
  await heading(other, "Sign in");
  await other.getByText("Your session has ended").waitFor();

  await signIn(other, tia);
  await field(other, "One-time code").fill("000000");
  await press(other, "Continue");
  await wrong(other, "One-time code", /not right/);
  await field(other, "One-time code").fill(codes[0]);
  await check(other, "sign-in-code");
  await press(other, "Continue");
  await heading(other, "My account");

  await fill(page.getByRole("region", { name: "Password" }), { "Present password": "wrong password", "New password": "another password", "New password again": "another password" });
  await press(page, "Change password");
  await page.getByRole("region", { name: "Password" }).locator(".field-error").waitFor();
  await field(page, "Present password").fill(password);
  await fill(page, { "New password": "another password", "New password again": "another password" });
  await press(page, "Change password");
  await page.getByText("Changed.").waitFor();
  await totp.getByLabel("Password").fill("another password");
  await press(totp, "Turn off");
  await totp.getByRole("button", { name: "Set up an app" }).waitFor();
});

test("tenants are made, found, suspended with a reason, resumed, and removed by their name", async () => {
  const page = await at(op, "/tenants");
  await press(page, "New tenant");
  await press(dialog(page), "Make");
  await wrong(page, "Name", /Fill this in/);
  await wrong(page, "Domain", /Fill this in/);
  await check(page, "tenant-new-wrong");
  await fill(dialog(page), { Name: "alpha", Domain: "tea.example" });
  await press(dialog(page), "Make");
  await dialog(page).getByText(/alpha/).first().waitFor();
  await dialog(page).locator(".form-error, .field-error").first().waitFor();
  await fill(dialog(page), { Name: "tea", Domain: "tea.example", Title: "The Tea Shop", Origins: "no origin" });
  await press(dialog(page), "Make");
  await wrong(page, "Origins", /origin/);
  await fill(dialog(page), { Origins: "https://tea.example" });
  await press(dialog(page), "Make");
  await dialog(page).getByText("This is shown only now").waitFor();
  assert.match(await dialog(page).innerText(), /sk_\w+[\s\S]*ss_\w+/);
  await check(page, "tenant-made");
  await press(dialog(page), "I have kept it");
  await heading(page, "tea");
  await check(page, "tenant");

  await press(page, "Suspend");
  await press(dialog(page), "Suspend");
  await wrong(page, "Reason", /Fill this in/);
  await check(page, "tenant-suspend");
  await fill(dialog(page), { Reason: "The bill is open." });
  await press(dialog(page), "Suspend");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await page.getByText("The bill is open.").first().waitFor();

  await to(page, "Tenants");
  await field(page, "State").selectOption("suspended");
  await page.getByRole("link", { name: /^tea/ }).waitFor();
  await page.getByRole("link", { name: "alpha" }).waitFor({ state: "detached" });
  await field(page, "State").selectOption("");
  await field(page, "Search").fill("TEA SHOP");
  await page.getByRole("link", { name: "alpha" }).waitFor({ state: "detached" });
  await field(page, "Search").fill("nothing like it");
  await page.getByText("No tenant is like that.").waitFor();
  await check(page, "tenants-none");
  await field(page, "Search").fill("tea");
  await page.getByRole("link", { name: /^tea/ }).click();
  await press(page, "Resume");
  await page.getByRole("button", { name: "Suspend" }).waitFor();

  await field(page, "Title").fill("Tea and more");
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
  assert.equal((await operator("GET", "/operator/v1/tenants/tea")).title, "Tea and more");

  await press(page, "Remove");
  await field(page, "Type tea to confirm").fill("alpha");
  await press(page, "Remove for ever");
  await wrong(page, "Type tea to confirm", /not the name/);
  await check(page, "tenant-remove");
  await field(page, "Type tea to confirm").fill("tea");
  await press(page, "Remove for ever");
  await heading(page, "Tenants");
  await assert.rejects(operator("GET", "/operator/v1/tenants/tea"), /404/);
  assert.equal((await operator("GET", "/operator/v1/tenants/alpha")).suspended, false, "nothing happened to the others");
});

test("plans, resellers, people and the audit", async () => {
  const page = await at(op, "/plans");
  await press(page, "New plan");
  await press(dialog(page), "Save");
  await wrong(page, "Name", /Fill this in/);
  await fill(dialog(page), { Name: "Not a name!", Accounts: "many" });
  await press(dialog(page), "Save");
  await wrong(page, "Accounts", /whole number/);
  await fill(dialog(page), { Accounts: "50" });
  await press(dialog(page), "Save");
  await wrong(page, "Name", /./);
  await check(page, "plan-new");
  await fill(dialog(page), { Name: "little" });
  await press(dialog(page), "Save");
  await dialog(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "little" }).click();
  await fill(dialog(page), { Accounts: "-2" });
  await press(dialog(page), "Save");
  await wrong(page, "Accounts", /./);
  await fill(dialog(page), { Accounts: "60" });
  await press(dialog(page), "Save");
  await dialog(page).waitFor({ state: "detached" });
  assert.equal((await operator("GET", "/operator/v1/plans/little")).limits.accounts, 60);
  await check(page, "plans");

  await to(page, "Resellers");
  await press(page, "New reseller");
  await fill(dialog(page), { Name: "Acme!", "Tenants at most": "x" });
  await press(dialog(page), "Make");
  await wrong(page, "Name", /small letters/);
  await wrong(page, "Tenants at most", /whole number/);
  await check(page, "reseller-new");
  await fill(dialog(page), { Name: "acme", Title: "Acme Chat", "Tenants at most": "5" });
  await press(dialog(page), "Make");
  await dialog(page).getByText("This is shown only now").waitFor();
  assert.match(await dialog(page).innerText(), /rk_\w+/);
  await press(dialog(page), "I have kept it");
  await heading(page, "acme");
  await check(page, "reseller");
  await fill(page, { Colour: "green", "Support address": "help@acme.example" });
  await press(page, "Save");
  await wrong(page, "Colour", /six of/);
  await fill(page, { Colour: "#225588" });
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
  await press(page, "Change allotment");
  await fill(dialog(page), { "Tenants at most": "7" });
  await check(page, "reseller-allotment");
  await press(dialog(page), "Save");
  await dialog(page).waitFor({ state: "detached" });
  await page.getByText("0 of 7").waitFor();
  await press(page, "Suspend");
  await fill(dialog(page), { Reason: "No answer." });
  await press(dialog(page), "Suspend");
  await press(page, "Resume");
  await page.getByRole("button", { name: "Suspend" }).waitFor();

  await to(page, "People");
  await check(page, "people");
  await press(page, "New person");
  await fill(dialog(page), { "E-mail address": op, "New password": password, "New password again": password });
  await press(dialog(page), "Make");
  await wrong(page, "E-mail address", /already/);
  await check(page, "person-new");
  await fill(dialog(page), { "E-mail address": "pia@host.example", Name: "Pia" });
  await press(dialog(page), "Make");
  await heading(page, "pia@host.example");
  await fill(page, { "Of which tenant or reseller": "nowhere" });
  await press(page, "Give role");
  await wrong(page, "Of which tenant or reseller", /no tenant/);
  await fill(page, { "Of which tenant or reseller": "alpha" });
  await press(page, "Give role");
  await page.getByRole("cell", { name: "Owner: alpha" }).waitFor();
  await check(page, "person");
  await press(page, "Take away");
  await page.getByText("None yet").waitFor();
  await press(page, "Remove");
  await fill(dialog(page), { "Type pia@host.example to confirm": "pia@host.example" });
  await press(page, "Remove for ever");
  await heading(page, "People");
  await assert.rejects(operator("GET", "/operator/v1/persons/pia@host.example"), /404/);

  await to(page, "Audit");
  await page.getByText("person.create").first().waitFor();
  await check(page, "audit");
  await fill(page, { Tenant: "nowhere" });
  await press(page, "Show");
  await wrong(page, "Tenant", /no tenant/);
});

test("a tenant opened as its owner is marked on each page, and in its audit", async () => {
  const page = await at(op, "/site/alpha/users");
  await heading(page, "There is nothing here");
  await page.goto(`${base}/tenants/alpha`);
  await press(page, "Open as the owner");
  await page.getByRole("status").getByText("You see alpha as its owner does.").waitFor();
  await heading(page, "alpha");
  await check(page, "as-owner");
  await to(page, "Users");
  await heading(page, "Users");
  await page.getByText("You see alpha as its owner does.").waitFor();
  await page.goto(`${base}/site/beta/users`);
  await heading(page, "There is nothing here");
  const { lines } = await operator("GET", "/operator/v1/audit?tenant=alpha");
  assert.ok(lines.some(({ action, actor }) => action === "tenant.open" && actor === `person:${op}`));
  assert.ok(!(await operator("GET", "/operator/v1/audit?tenant=beta")).lines.some(({ action }) => action === "tenant.open"));
});
