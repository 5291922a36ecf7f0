// The panel's tests share these: people of the panel, a browser that is at it, words for what they do, and what must be so of each page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before } from "node:test";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { config, timeoutMs } from "./harness.mjs";

export const base = `${config.origin}/panel`;
export const password = "a long password";
const dist = process.env.TEAHOUSE_BROWSER_DIST;
const pictures = process.env.TEAHOUSE_PANEL_PICTURES;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A call with the operator's key. */
export async function operator(method, path, body) {
  const headers = { authorization: `Bearer ${config.panel.key}`, "content-type": "application/json" };
  const answer = await fetch(config.origin + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

/** Makes somebody with these roles. */
export async function person(email, ...roles) {
  await operator("POST", "/operator/v1/persons", { email, password, name: email.split("@")[0] });
  for (const role of roles) await operator("PUT", `/operator/v1/persons/${email}/role`, role);
}

let browser;
const contexts = new Set();
export function setUp(begin, { args = [] } = {}) {
  before(async () => {
    const always = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...always, ...args] });
    await begin?.();
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts.clear();
  });
  after(() => browser?.close());
}

const types = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };
/** The panel's files from the folder that one works on, under the server's policy. */
async function serveFrom(folder, route) {
  const { pathname } = new URL(route.request().url());
  const file = /\.\w+$/.test(pathname) ? pathname : "/panel/index.html";
  const { headers } = await fetch(config.origin + (file.endsWith("preview.html") ? file : "/panel"));
  const policy = headers.get("content-security-policy");
  await route.fulfill({ path: folder + file, headers: { "content-type": types[file.split(".").pop()], "content-security-policy": policy } });
}

/** A browser of its own at this address of the panel. What goes wrong in it is in `page.troubles`. */
export async function open(path = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 860 }, locale: "en-GB", ...options });
  contexts.add(context);
  if (dist) await context.route(new RegExp(`^${config.origin}/panel`), (route) => serveFrom(dist, route));
  const page = await context.newPage();
  page.setDefaultTimeout(timeoutMs);
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    if (/Content Security Policy|TrustedScript/.test(text) || (message.type() === "error" && !/Failed to load resource/.test(text))) page.troubles.push(text);
  });
  await page.goto(path.startsWith("http") ? path : `${base}${path}`);
  return page;
}

/** A select whose label stands around it is found by its role: the label's text has the options too. */
export const field = (page, label) => page.getByLabel(label, { exact: true }).or(page.getByRole("combobox", { name: label, exact: true }));
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(value);
}
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const heading = (page, name) => page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
export const dialog = (page) => page.getByRole("dialog");
export const to = (page, name) => page.getByRole("link", { name, exact: true }).first().click();
/** What is said to be wrong with a field. */
export async function wrong(page, label, pattern) {
  const id = await field(page, label).and(page.locator('[aria-invalid="true"]')).getAttribute("id");
  assert.match(await page.locator(`[id="${id}-error"]`).innerText(), pattern, label);
}

export async function signIn(page, email, secret = password) {
  await fill(page, { "E-mail address": email, Password: secret });
  await press(page, "Sign in");
}
/** Somebody who has signed in, at this address. */
export async function at(email, path = "", options = {}) {
  const page = await open(path, options);
  await signIn(page, email);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

const wait = (page) => page.waitForFunction(() => !document.querySelector(".wait"));
async function audit(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axeSource, allowUnsafeEvalBlockedByCSP: true });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run({ exclude: [["iframe"]] }, { iframes: false });
    return violations.map((v) => `${v.id}: ${v.help} — ${v.nodes.map((n) => `${n.target.flat().join(" ")} (${n.any.map((a) => a.message).join("; ")})`).join(" | ")}`);
  });
  await session.detach();
  assert.deepEqual(found, [], name);
}

/** What must be so of every page: nothing for axe to find (unless another look of it was audited), no scroll bar across, no trouble. */
export async function check(page, name, { audits = true } = {}) {
  await wait(page);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: !(await dialog(page).count()) });
  if (audits) await audit(page, name);
  const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= width, `${name} is ${wide} wide, in a window of ${width}`);
  assert.deepEqual(page.troubles, [], name);
}
