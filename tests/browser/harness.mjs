// What the browser tests share: the server under test (from the environment, see README.md), a little site that embeds the widget under a
// strict CSP, Chromium, and words for what a user does and sees.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before } from "node:test";
import { chromium } from "playwright-core";

const file = process.env.TEAHOUSE_BROWSER_CONFIG;
if (!file) {
  console.error("Set TEAHOUSE_BROWSER_CONFIG to the JSON file that tests/browser/README.md describes.");
  process.exit(2);
}
export const config = JSON.parse(readFileSync(file, "utf8"));
export const [alpha, beta] = config.tenants;
export const timeoutMs = Number(process.env.TEAHOUSE_BROWSER_TIMEOUT_MS ?? 30_000); // more on a machine that does much else

const b64 = (text) => Buffer.from(text).toString("base64url");
/** A site token, as the webmaster's own page would make it. */
export function token(tenant, user, claims = {}) {
  const payload = { iss: tenant.site, sub: user.id, name: user.name, exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  const data = `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify(payload))}`;
  return `${data}.${createHmac("sha256", tenant.secret).update(data).digest("base64url")}`;
}

/** The same, given a little later. */
export const laterToken = (tenant, user) => token(tenant, user, { exp: Math.floor(Date.now() / 1000) + 3600 + ++later });
let later = 0;

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
/** The site's CSP: no inline styles, no inline script, no eval, no blob:. `types` adds Trusted Types. */
export function policy(types) {
  const socket = config.websocket ?? config.origin.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "base-uri 'none'",
    `script-src ${config.origin}`,
    "worker-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${config.origin} ${socket}`,
    `img-src 'self' ${config.origin}`,
    `media-src ${config.origin}`,
    ...(types ? ["require-trusted-types-for 'script'", "trusted-types teahouse"] : []),
  ].join("; ");
}

// A page whose own style sheet tries hard to break whatever is put into it.
const hostileCss = `
* { font: italic 40px/3 serif !important; letter-spacing: 9px !important; }
div, button, input, textarea, section, ul, li, teahouse-chat { display: none !important; position: static !important; color: red !important;
  background: yellow !important; transform: rotate(3deg) !important; float: right !important; margin: 40px !important; }
`;

// A page that makes its body the frame of all that is fixed in it, and clips it.
const framingCss = "body { filter: grayscale(0); transform: translateX(0); overflow: hidden; height: 300px; }";

const pages = new URL(config.pages ?? "http://127.0.0.1:15390");
let server;
/** Serves /page?…: the attributes of the script tag are the query's parameters. Closed by `close`. The tenants' users can be written to. */
async function openSite() {
  for (const tenant of [alpha, beta]) for (const { id, name } of tenant.users) await api(tenant, "PUT", `/v1/users/${id}`, { name });
  server = createServer((request, response) => {
    const url = new URL(request.url, pages);
    const query = url.searchParams;
    if (url.pathname === "/hostile.css") return response.writeHead(200, { "content-type": "text/css" }).end(hostileCss);
    if (url.pathname === "/framing.css") return response.writeHead(200, { "content-type": "text/css" }).end(framingCss);
    if (url.pathname === "/teahouse-push.js") {
      return worker().then((text) => response.writeHead(200, { "content-type": "text/javascript" }).end(text));
    }
    if (url.pathname === "/favicon.ico") return response.writeHead(204).end();
    if (url.pathname === "/token") {
      const printed = tokens.get(query.get("for"));
      const status = printed === null ? 401 : printed === false ? 204 : 200;
      return response.writeHead(status, { "content-type": "text/plain" }).end(printed || undefined);
    }
    if (url.pathname !== "/page") return response.writeHead(404).end();
    const attributes = [...query].filter(([k]) => k.startsWith("data-")).map(([k, v]) => ` ${k}="${escape(v)}"`).join("");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy(query.has("types")) });
    response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${["hostile", "framing"].map((name) => (query.has(name) ? `<link rel="stylesheet" href="/${name}.css">` : "")).join("")}</head>
<body><main><h1>A page</h1><p><a href="#x">A link of the page</a></p>
${query.has("section") ? `<section id="teahouse">Tea, in a house</section>` : ""}
${query.has("empty") ? "" : `<script async crossorigin src="${config.origin}/w.js"${attributes}${query.has("module") ? ` type="module"` : ""}></script>`}</main></body></html>`);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(Number(pages.port), pages.hostname, resolve));
}
/** What /token?for=… answers; null: 401; false: 204. */
export const tokens = new Map();

/** The widget's files from this folder instead of the server's, while one works on them. */
const dist = process.env.TEAHOUSE_BROWSER_DIST;
const moduleHeaders = { "content-type": "text/javascript; charset=utf-8", "access-control-allow-origin": "*" };

/** The text of w.js. */
export const loader = async () => (dist ? readFileSync(`${dist}/w.js`, "utf8") : (await fetch(`${config.origin}/w.js`)).text());

/** The worker of notifications, as a site's owner copies it. */
const worker = async () => {
  return dist ? readFileSync(`${dist}/w/teahouse-push.js`, "utf8") : (await fetch(`${config.origin}/w/teahouse-push.js`)).text();
};

let browser;
const contexts = new Set();
async function openBrowser({ cachesPages, relays, calm }) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const args = ["--no-sandbox", "--disable-dev-shm-usage", `--use-fake-device-for-media-stream${relays || calm ? "=fps=10" : ""}`];
  if (relays) args.push(`--host-resolver-rules=${[alpha, beta].map(({ domain }) => `MAP ${domain} 127.0.0.1`).join(",")}`, "--ignore-certificate-errors");
  browser = await chromium.launch({ executablePath, args, ignoreDefaultArgs: cachesPages ? ["--disable-back-forward-cache"] : [] });
}
async function close() {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve()));
}

/**
 * For all tests of a file: the site, and a browser whose contexts are closed after each test. These users of a tenant are made, so that they can
 * be written to. `cachesPages`: the browser keeps pages for Back. `relays`: it finds the tenants' relay of calls by their domains, and takes its
 * certificate as it is. Its camera has few pictures then, as with `calm`, for many calls at once.
 */
export function setUp({ alpha: people = [], beta: others = [], cachesPages = false, relays = false, calm = false } = {}) {
  before(async () => {
    await openSite();
    await openBrowser({ cachesPages, relays, calm });
    for (const [tenant, users] of [[alpha, people], [beta, others]]) {
      for (const { id, name } of users) await api(tenant, "PUT", `/v1/users/${id}`, { name });
    }
  });
  afterEach(closeContexts);
  after(close);
}

/** The page's body is replaced, and the tag in it runs again, as with Turbo or pjax. */
export function runTag(page, tenant, attributes = {}, type = "") {
  const data = Object.entries({ site: tenant.site, ...attributes });
  return page.evaluate(
    ([src, type, data]) => {
      const body = document.createElement("body");
      const script = document.createElement("script");
      script.src = src;
      script.type = type;
      for (const [key, value] of data) script.setAttribute(`data-${key}`, value);
      const loaded = new Promise((resolve) => (script.onload = resolve));
      body.append(document.createElement("main"));
      body.firstChild.append(script);
      document.body.replaceWith(body);
      return loaded;
    },
    [`${config.origin}/w.js`, type, data],
  );
}
/** All that the chat shows, as text. */
export const shown = (page) => page.evaluate(() => document.querySelector("teahouse-chat")?.shadowRoot.textContent ?? "");

/** One user's browser: its own storage. Pages in it are tabs. */
export async function newContext(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  contexts.add(context);
  if (dist) {
    await context.route(new RegExp(`^${config.origin}/w(\\.js|/)`), (route) => {
      const path = dist + new URL(route.request().url()).pathname;
      return existsSync(path) ? route.fulfill({ path, headers: moduleHeaders }) : route.fulfill({ status: 404 });
    });
  }
  return context;
}
/** Logs everybody out first: a page that just goes away leaves a session to be resumed, and an account may have only so many. */
export async function closeContexts() {
  for (const context of contexts) {
    for (const page of context.pages()) await page.evaluate(() => window.teahouse?.("logout")).catch(() => {});
    await context.close();
  }
  contexts.clear();
}

export function pageUrl(tenant, attributes = {}) {
  const { types, hostile, framing, section, module, empty, ...data } = attributes;
  const query = new URLSearchParams({ "data-site": tenant.site });
  for (const [key, value] of Object.entries(data)) query.set(`data-${key}`, value);
  for (const [name, wanted] of Object.entries({ types, hostile, framing, section, module, empty })) if (wanted) query.set(name, "1");
  return `${pages.origin}/page?${query}`;
}

/** A page with the widget in it. What goes wrong in it (errors, CSP refusals) is collected in `page.troubles`. */
export async function openPage(context, url, { open = true } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(timeoutMs);
  page.troubles = [];
  page.sockets = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/.test(message.text())) page.troubles.push(message.text());
    if (process.env.TEAHOUSE_BROWSER_DEBUG) console.log(`[page] ${message.type()}: ${message.text()}`);
  });
  page.on("websocket", (socket) => {
    page.sockets.push(socket);
    if (!process.env.TEAHOUSE_BROWSER_DEBUG) return;
    socket.on("framesent", (f) => console.log(`[${page.sockets.length}] > ${f.payload}`));
    socket.on("framereceived", (f) => console.log(`[${page.sockets.length}] < ${f.payload}`));
  });
  await page.goto(url);
  if (open) await openChat(page);
  const { searchParams } = new URL(url);
  const [to, room] = [searchParams.get("data-to"), searchParams.get("data-room")];
  if (open && (to || room)) await go(page, { to, room }); // not first to what is unread
  return page;
}
export const signedIn = (tenant, user, attributes = {}) => pageUrl(tenant, { token: token(tenant, user), ...attributes });

/** Where the last page of this tab had the chat open, it opens by itself. */
export const opened = (page) => page.locator(".panel").waitFor();
export async function openChat(page) {
  await page.getByRole("button", { name: /Open chat|打开聊天/ }).click();
  await opened(page);
}
/** Opens the chat, once its button says that so many messages are unread; an error tells what it says. */
export async function openUnread(page, count) {
  const name = `Open chat, ${count} unread message${count === 1 ? "" : "s"}`;
  await page.getByRole("button", { name }).click().catch(async (error) => {
    const [says] = await page.getByRole("button", { name: /Open chat/ }).evaluateAll((all) => all.map((button) => button.ariaLabel));
    throw new Error(`the chat's button says '${says}', not '${name}'`, { cause: error });
  });
  await opened(page);
}
/** Opens this conversation, and waits until it is the one that is shown: a frame draws it, the next comes after that. */
export function go(page, target) {
  return page.evaluate(async (where) => {
    window.teahouse("open", where);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
  }, target);
}
export const field = (page) => page.locator("textarea");
export async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}
/** Waits until a message with this text is shown. */
export function sees(page, text) {
  return page.locator(".text", { hasText: text }).first().waitFor();
}
export function bodies(page) {
  return page.locator(".text").allInnerTexts();
}
/** Waits until our message has got at least this far. */
export function delivered(page, text, state = "sent") {
  const reached = { sent: ["sent", "delivered", "seen"], delivered: ["delivered", "seen"], seen: ["seen"] }[state];
  const which = reached.map((s) => `.delivery-${s}`).join(", ");
  return page.locator(".group.own", { hasText: text }).filter({ has: page.locator(which) }).first().waitFor();
}
export async function ready(page) {
  await page.waitForFunction(() => {
    const root = document.querySelector("teahouse-chat")?.shadowRoot;
    return root?.querySelector("textarea") && !root.querySelector(".skeleton") && root.querySelector(".state-empty");
  });
}
export const inShadow = (page, fn, argument) => page.evaluate(`(${fn})(document.querySelector("teahouse-chat").shadowRoot, ${JSON.stringify(argument)})`);
/** Waits until every transition that ends by itself has ended. */
export const settled = (page) =>
  inShadow(page, (root) =>
    Promise.all(
      root.getAnimations().map((a) => (a.effect?.getComputedTiming().iterations === Infinity ? null : a.finished.catch(() => {}))),
    ).then(() => {}),
  );
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What axe finds wrong in the chat for people who can't see it, or only with difficulty. */
export async function audit(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axeSource, allowUnsafeEvalBlockedByCSP: true });
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document.querySelector("teahouse-chat"), { rules: { region: { enabled: false } } });
    return violations.map((v) => `${v.id}: ${v.help} — ${v.nodes.map((n) => `${n.target.flat().join(" ")} (${n.any.map((a) => a.message).join("; ")})`).join(" | ")}`);
  });
}
/** Restarts the server under test with the command the configuration names. */
export async function restart() {
  const { restart: how } = config;
  if (how?.startsWith("http")) await fetch(how);
  else if (how) {
    const { execFileSync } = await import("node:child_process");
    execFileSync("/bin/sh", ["-c", how], { stdio: "inherit" });
  }
}
/** A call of the tenant's own server; the answer's JSON, where it has any. */
export async function api(tenant, method, path, body) {
  const headers = { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" };
  const answer = await fetch(config.origin + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}
/** Suspends a tenant with a reason, or (without) resumes it. */
export const suspend = (tenant, reason) => fetch(`${config.operator}?${new URLSearchParams({ name: tenant.name, reason: reason ?? "" })}`);
export const unique = (text) => `${text} ${Math.random().toString(36).slice(2, 8)}`;
