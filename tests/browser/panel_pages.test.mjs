// The panel's pages that show more than a form: usage over time, a user with devices and erasure, a room with what was said, the check of tokens, domains, the
// server's health. Two owners, of whom each sees their own site alone.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { config } from "./harness.mjs";
import { at, base, check, dialog, field, fill, heading, operator, person, press, setUp, to, wrong } from "./panel.mjs";

const [ivy, jon, op] = ["ivy@pages.example", "jon@pages.example", "op@pages.example"];
/** Sites of their own: what other files have done at theirs would be counted here. */
let inn, mill;
async function makeSite(name) {
  const { site, api_key: key, signing_secret: secret } = await operator("POST", "/operator/v1/tenants", { name, domain: `${name}.example`, origins: [config.pages] });
  return { site, key, secret };
}
setUp(async () => {
  inn = await makeSite("inn");
  mill = await makeSite("mill");
  await person(ivy, { role: "owner", tenant: "inn" });
  await person(jon, { role: "owner", tenant: "mill" });
  await person(op, { role: "operator" });
}, { args: ["--host-resolver-rules=MAP inn.example 127.0.0.1", "--ignore-certificate-errors"] });

/** A call with a site's key. */
async function site(tenant, method, path, body) {
  const headers = { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" };
  return fetch(config.origin + path, { method, headers, body: body && JSON.stringify(body) });
}

test("usage over 30 days is drawn, and read by mouse, by keys and as a table", async () => {
  for (const id of ["pia", "quo"]) await site(inn, "PUT", `/v1/users/${id}`, {});
  for (const text of ["one", "two", "three"]) assert.equal((await site(inn, "POST", "/v1/messages", { to: "user:pia", from: "user:quo", text })).status, 201);
  const page = await at(ivy, "/site/inn/usage");
  const plot = page.getByRole("slider", { name: "Messages", exact: true });
  await plot.waitFor();
  assert.equal(await page.locator(".plot").first().locator("rect").count(), 30);
  const text = () => plot.getAttribute("aria-valuetext");
  assert.ok(Number((await text()).match(/: (\d+)$/)[1]) >= 3, await text());
  await plot.focus();
  const today = await plot.getAttribute("aria-valuenow");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await plot.getAttribute("aria-valuenow"), String(Number(today) - 1));
  assert.match(await text(), /: 0$/);
  await page.keyboard.press("Home");
  assert.equal(await plot.getAttribute("aria-valuenow"), "1");
  await page.keyboard.press("End");
  assert.equal(await plot.getAttribute("aria-valuenow"), today);
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + 2, box.y + 20);
  assert.equal(await plot.getAttribute("aria-valuenow"), "1");
  await page.getByText("The numbers as a table").click();
  await page.getByRole("columnheader", { name: "Day (UTC)" }).waitFor();
  await check(page, "usage-plots");
  await page.getByRole("combobox", { name: "Which time" }).selectOption("hour");
  await page.waitForFunction(() => document.querySelector(".plot")?.querySelectorAll("rect").length === 24);
  const saved = page.waitForEvent("download");
  await press(page, "Save as a table (CSV)");
  assert.equal((await saved).suggestedFilename(), "inn-hours.csv");
  await check(page, "usage-hours", { audits: false });
  const other = await at(jon, "/site/mill/usage");
  assert.match(await other.getByRole("slider", { name: "Messages", exact: true }).getAttribute("aria-valuetext"), /: 0$/, "the other site has none of it");
});

test("a limit is a line, and a warning from 80 percent on", async () => {
  await operator("PUT", "/operator/v1/plans/narrow", { accounts: 5, rooms: 1 });
  const made = await operator("POST", "/operator/v1/tenants", { name: "narrow", domain: "narrow.example", plan: "narrow" });
  for (const id of ["a", "b", "c", "d"]) assert.equal((await site({ key: made.api_key }, "PUT", `/v1/users/${id}`, {})).status, 201);
  assert.equal((await site({ key: made.api_key }, "PUT", "/v1/rooms/only", {})).status, 201);
  await person("kim@pages.example", { role: "owner", tenant: "narrow" });
  const page = await at("kim@pages.example", "/site/narrow/usage");
  await page.getByText("Accounts: 80 % of 5 is used.").waitFor();
  await page.getByText("Rooms: all of 1 is used. What is over it is refused.").waitFor();
  await check(page, "usage-warnings");
  await to(page, "Start");
  await page.getByText("Rooms: used up.").waitFor();
  await page.getByText("Accounts: nearly used up.").waitFor();
  await check(page, "start-troubles");
});

test("users are searched, and one is opened, changed, and erased by the name that is typed", async () => {
  for (const [id, name] of [["rob/7", "Robin Hood"], ["<b>x</b>", "Bold"]]) await site(inn, "PUT", `/v1/users/${encodeURIComponent(id)}`, { name });
  await site(mill, "PUT", "/v1/users/robert", { name: "Robin of the other site" });
  const page = await at(ivy, "/site/inn/users");
  await field(page, "Search").fill("ROBIN");
  await page.getByRole("link", { name: /rob\/7/ }).waitFor();
  await page.getByRole("link", { name: "pia" }).waitFor({ state: "detached" });
  assert.equal(await page.getByText("of the other site").count(), 0);
  await field(page, "Search").fill("100%");
  await page.getByText("No user is like that.").waitFor();
  await check(page, "users-none");
  await field(page, "Search").fill("<b>");
  await page.getByRole("link", { name: /<b>x<\/b>/ }).click();
  await heading(page, "<b>x</b>");
  await page.goBack();
  await field(page, "Search").fill("robin");
  await page.getByRole("link", { name: /rob\/7/ }).click();
  await heading(page, "rob/7");
  await fill(page, { "Password for XMPP clients": "x" });
  await press(page, "Save");
  await page.getByText("Saved.").or(page.locator(".field-error")).first().waitFor();
  await field(page, "Role").selectOption("moderator");
  await press(page, "Save");
  await page.getByText("Moderator", { exact: true }).first().waitFor();
  await check(page, "user-moderator");
  await press(page, "Erase");
  await field(page, "Type rob/7 to confirm").fill("rob/8");
  await press(page, "Remove for ever");
  await wrong(page, "Type rob/7 to confirm", /not the name/);
  await check(page, "user-erase");
  await field(page, "Type rob/7 to confirm").fill("rob/7");
  await press(page, "Remove for ever");
  await heading(page, "Users");
  assert.equal((await site(inn, "GET", "/v1/users/rob%2F7")).status, 404);
  assert.equal((await site(mill, "GET", "/v1/users/robert")).status, 200, "the other site's is there");
  await page.goto(`${base}/site/inn/users/nobody`);
  await page.getByRole("alert").waitFor();
  await page.goto(`${base}/site/mill/users/robert`);
  await heading(page, "There is nothing here");
});

test("the relay of calls is reached, by each way to it, or said not to be", async () => {
  const page = await at(ivy, "/site/inn/users/pia");
  await press(page, "Test calls");
  await page.locator(".ways .tag").first().waitFor();
  await page.getByText("One moment…").waitFor({ state: "detached" });
  const told = await page.locator(".ways").innerText();
  assert.match(told, /turn:inn\.example:\d+\?transport=tcp\s+Reached/);
  assert.match(told, /turns:inn\.example:\d+\?transport=tcp\s+Reached/);
  assert.match(told, /transport=udp\s+(Reached|Not reached\s+No address came)/);
  await check(page, "user-calls");
});

test("what was said in a room is read from the newest on, and taken back", async () => {
  await site(inn, "PUT", "/v1/rooms/tavern", { name: "Tavern", members: ["pia"] });
  for (let i = 1; i <= 55; i++) await site(inn, "POST", "/v1/messages", { to: "room:tavern", from: "user:pia", text: `said ${i}` });
  await site(inn, "POST", "/v1/messages", { to: "room:tavern", from: "user:pia", text: "<img src=x onerror=alert(1)>" });
  await site(mill, "PUT", "/v1/rooms/tavern", { name: "Another tavern" });
  await site(mill, "POST", "/v1/messages", { to: "room:tavern", text: "of the other site" });
  const page = await at(ivy, "/site/inn/rooms");
  await page.getByRole("link", { name: /tavern/ }).click();
  await heading(page, "tavern");
  const said = page.getByRole("region", { name: "Messages" });
  await said.getByText("<img src=x onerror=alert(1)>").waitFor();
  assert.match(await said.locator("tbody tr").nth(1).innerText(), /said 55/);
  assert.equal(await said.getByText("said 1", { exact: true }).count(), 0);
  await press(said, "Show more");
  await said.getByText("said 1", { exact: true }).waitFor();
  assert.equal(await page.getByText("of the other site").count(), 0);
  await said.getByRole("row", { name: /said 55/ }).getByRole("button", { name: "Take back" }).click();
  await fill(dialog(page), { Reason: "Be kind." });
  await check(page, "room-take-back");
  await press(dialog(page), "Take back");
  await said.locator("tbody").getByText("said 55").waitFor({ state: "detached" });
  const { messages } = await (await site(inn, "GET", "/v1/rooms/tavern/messages?limit=200")).json();
  assert.ok(!messages.some(({ text }) => text === "said 55"));
  await fill(page, { Subject: "Ale" });
  await page.getByLabel("Only members speak").check();
  await press(page.getByRole("region", { name: "Settings" }), "Save");
  await page.getByText("Saved.").waitFor();
  const room = await (await site(inn, "GET", "/v1/rooms/tavern")).json();
  assert.deepEqual([room.subject, room.moderated, room.name], ["Ale", true, "Tavern"]);
  assert.equal((await (await site(mill, "GET", "/v1/rooms/tavern")).json()).subject, "");
  const members = page.getByRole("region", { name: "Members" });
  await press(members, "Ban");
  await members.getByRole("cell", { name: "Banned" }).waitFor();
  await check(page, "room-messages");
  await press(members, "Let in again");
  await press(page, "Remove");
  await field(page, "Type tavern to confirm").fill("tavern");
  await press(page, "Remove for ever");
  await heading(page, "Rooms");
  assert.equal((await site(inn, "GET", "/v1/rooms/tavern")).status, 404);
  assert.equal((await site(mill, "GET", "/v1/rooms/tavern")).status, 200);
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function sign(tenant, more = {}, header = { alg: "HS256" }, secret = tenant.secret) {
  const claims = { iss: tenant.site, sub: "pia", exp: Math.floor(Date.now() / 1000) + 600, ...more };
  const data = `${part(header)}.${part(claims)}`;
  return `${data}.${createHmac("sha256", secret).update(data).digest("base64url")}`;
}

test("a token that is pasted is checked step by step", async () => {
  const page = await at(ivy, "/site/inn/tokens");
  await press(page, "Check");
  await wrong(page, "Token", /Fill this in/);
  await check(page, "tokens");
  const states = async (token, origin = "") => {
    await fill(page, { Token: token, "The page's origin": origin });
    const answered = page.waitForResponse((response) => response.url().endsWith("/v1/tokens/check"));
    await press(page, "Check");
    await answered;
    await page.locator(".checks").waitFor();
    return page.locator(".checks > li").evaluateAll((rows) => rows.map((row) => row.dataset.state[0]).join(""));
  };
  assert.equal(await states(sign(inn), config.pages), "ggggggggg");
  await page.getByText("This token signs its user in.").waitFor();
  await check(page, "tokens-good");
  assert.equal(await states(` {"token": "${sign(inn)}"}`), "gggggggg");
  assert.equal(await states(sign(inn), "https://elsewhere.example"), "ggggggggw");
  assert.equal(await states(sign(inn, { exp: 1_700_000_000 })), "ggggwgug");
  await page.getByText(/ran out/).waitFor();
  assert.equal(await states(sign(inn, {}, { alg: "none" })), "gwguggug");
  assert.equal(await states(sign(inn, {}, { alg: "HS256" }, mill.secret)), "gggwggug");
  assert.equal(await states(sign(mill)), "ggwwggug");
  assert.ok(!(await page.locator("main").innerText()).includes(mill.site), "the other site is not named");
  await check(page, "tokens-bad");
  assert.equal(await states("<script>alert(1)</script>"), "wuuuuuuu");
  assert.equal(await states(inn.secret), "wuuuuuuu");
  await page.getByText(/This is a secret/).waitFor();
});

test("domains are claimed, with their records to copy, checked and given up", async () => {
  const page = await at(ivy, "/site/inn/domains");
  await page.getByText("No domains of your own yet.").waitFor();
  await press(page, "Claim");
  await wrong(page, "Domain", /Fill this in/);
  await fill(page, { Domain: "not a domain" });
  await press(page, "Claim");
  await wrong(page, "Domain", /./);
  await check(page, "domains-none");
  await fill(page, { Domain: "chat.pages.example" });
  await press(page, "Claim");
  const own = page.getByRole("region", { name: "chat.pages.example" });
  await own.getByText("Not proved yet").waitFor();
  await own.getByRole("cell", { name: "The proof" }).first().waitFor();
  await check(page, "domains");
  await to(page, "Start");
  await page.getByText("chat.pages.example is not proved yet.").waitFor();
  const other = await at(jon, "/site/mill/domains");
  await other.getByText("No domains of your own yet.").waitFor();
  await to(page, "Domains");
  await press(page.getByRole("region", { name: "chat.pages.example" }), "Give up");
  await press(dialog(page), "Give up");
  await page.getByText("No domains of your own yet.").waitFor();
});

test("the operator sees how the server is, what its tenants have to do, and where a test mail went", async () => {
  const page = await at(op, "/health");
  await page.getByText("It is well").waitFor();
  await press(page.getByRole("region", { name: "Load of tenants" }), "Show");
  await page.getByRole("region", { name: "Load of tenants" }).getByRole("link", { name: "narrow" }).waitFor();
  await press(page.getByRole("region", { name: "Certificates" }), "Show");
  await press(page, "Send a test mail");
  await wrong(page, "To", /Fill this in/);
  await fill(page, { To: "olga@host.example" });
  await press(page, "Send a test mail");
  await page.getByText(/^The mail server has taken it: /).waitFor();
  assert.match(await (await fetch(`${config.mail}?to=olga@host.example`)).text(), /\S/);
  await page.getByText("The numbers as a table").click();
  await page.getByText("teahouse_muc_rooms", { exact: true }).waitFor();
  await check(page, "health");
  await page.goto(`${base}/tenants/inn`);
  await page.getByRole("slider", { name: "Messages", exact: true }).waitFor();
  await check(page, "tenant-usage");
  const owner = await at(ivy, "/health");
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await owner.getByText("It is well").count(), 0);
});
