// Pages whose own scripts give the browser's functions another meaning, before the widget is loaded or after.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as h from "./harness.mjs";

const { alpha } = h;
// Of this file alone.
const joy = { id: "joy", name: "Joy Park" }, ken = { id: "ken", name: "Ken Ode" };

h.setUp({ alpha: [joy, ken] });

/** As Prototype 1.6.0 and datejs have it, and what hand-made helpers of their time add. */
function oldLibraries() {
  const { stringify } = JSON;
  const quote = (value) => `"${String(value).replace(/"/g, '\\"')}"`;
  Array.prototype.toJSON = function () { return `[${this.map((item) => stringify(item)).join(", ")}]`; };
  String.prototype.toJSON = function () { return quote(this); };
  Number.prototype.toJSON = function () { return isFinite(this) ? this.toString() : "null"; };
  Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
  Array.prototype.entries = Array.prototype.toArray = function () { return [].concat(this); };
  Array.prototype.map = Array.prototype.collect = function (iterator, context) {
    const results = [];
    for (let i = 0; i < this.length; i++) results.push((iterator || ((x) => x)).call(context, this[i], i));
    return results;
  };
  Array.prototype.find = Array.prototype.detect = function (iterator, context) {
    for (let i = 0; i < this.length; i++) if (iterator.call(context, this[i], i)) return this[i];
  };
  Array.from = (iterable) => {
    if (!iterable) return [];
    if (iterable.toArray) return iterable.toArray();
    let length = iterable.length || 0;
    const results = new Array(length);
    while (length--) results[length] = iterable[length];
    return results;
  };
  Element.prototype.scrollTo = function () { window.scrolled = true; };
  Element.prototype.remove = function () { this.parentNode.removeChild(this); return this; };
  Date.parse = (text) => (text ? new Date(text) : null);
  Object.prototype.extend = function () {};
  Array.prototype.last = function () { return this[this.length - 1]; };
}

/** Whatever is called from now on by the names that everybody uses is not what it was. */
function hostileScripts() {
  const fail = function () { window.called = true; throw new Error("The page has its own."); };
  for (const name of ["fetch", "WebSocket", "BroadcastChannel", "Promise", "Map", "Set", "Date", "URL", "DOMParser", "TextEncoder", "TextDecoder", "setTimeout", "clearTimeout",
    "setInterval", "clearInterval", "queueMicrotask", "requestAnimationFrame", "matchMedia", "atob", "btoa", "ResizeObserver", "KeyboardEvent", "CSSStyleSheet"]) window[name] = fail;
  for (const [namespace, names] of [[JSON, ["parse", "stringify"]], [Object, ["entries", "keys", "values", "fromEntries", "assign"]], [Math, ["random", "max", "min", "round", "ceil"]],
    [Array, ["from"]]]) for (const name of names) namespace[name] = fail;
  for (const kind of ["localStorage", "sessionStorage"]) Object.defineProperty(window, kind, { get: fail });
}

test("the chat works, keeps and resumes on a page with libraries of twenty years ago", async () => {
  const context = await h.newContext();
  await context.addInitScript(oldLibraries);
  const said = h.unique('with "quotes" before'), away = h.unique("while away"), later = h.unique("after a reload");
  const page = await h.openPage(context, h.signedIn(alpha, joy, { to: ken.id }));
  const other = await h.openPage(await h.newContext(), h.signedIn(alpha, ken, { to: joy.id }));
  for (const each of [page, other]) await h.ready(each);
  await h.say(page, said);
  await h.delivered(page, said);
  const frames = [];
  page.on("websocket", (socket) => socket.on("framereceived", (f) => frames.push(String(f.payload))));
  await page.goto("about:blank");
  await h.say(other, away);
  await h.delivered(other, away);
  await page.goto(h.signedIn(alpha, joy, { to: ken.id }));
  await h.opened(page);
  for (const text of [said, away]) await h.sees(page, text);
  assert.ok(frames.some((f) => f.includes("<resumed")), "the session was not resumed");
  await h.say(page, later);
  await h.sees(other, later);
  const tab = await h.openPage(context, h.signedIn(alpha, joy, { to: ken.id }));
  await h.sees(tab, later);
  assert.equal(tab.sockets.length, 0, "the second tab has a connection of its own");
  assert.deepEqual([...page.troubles, ...tab.troubles], []);
  assert.equal(await page.evaluate(() => window.scrolled), undefined);
});

test("what the page's scripts replace once w.js is loaded does not reach the chat, nor what is loaded later", async () => {
  const page = await h.openPage(await h.newContext(), h.pageUrl(alpha, { to: ken.id }), { open: false });
  const other = await h.openPage(await h.newContext(), h.signedIn(alpha, ken));
  await h.ready(other);
  await page.getByRole("button", { name: "Open chat" }).waitFor();
  await page.evaluate(hostileScripts);
  await page.getByRole("button", { name: "Open chat" }).click();
  await page.locator(".state-empty").waitFor({ state: "attached" });
  const said = h.unique("nevertheless");
  await h.say(page, said);
  await h.delivered(page, said);
  await other.getByRole("button", { name: /Back to conversations/ }).click();
  await other.locator(".item", { hasText: said }).waitFor();
  assert.deepEqual(page.troubles, []);
});
