// Converse.js, as a site's owner installs it: its files from npm beside a page that starts it, on a little server of its own. And words for
// what its users do.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as h from "./harness.mjs";

const dist = fileURLToPath(new URL("node_modules/converse.js/dist/", import.meta.url));
const types = { ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

const page = (settings) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Converse</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="converse.min.css"></head><body class="converse-fullscreen"><script type="module">
import "./converse.min.js";
converse.initialize(${JSON.stringify(settings)});
</script></body></html>`;

/** Its settings by the way that it is to take. */
function settings(way) {
  const websocket = h.config.websocket ?? `${h.config.origin.replace(/^http/, "ws")}/xmpp`;
  return {
    view_mode: "fullscreen", i18n: "en", assets_path: ".", loglevel: process.env.TEAHOUSE_BROWSER_DEBUG ? "debug" : "warn",
    play_sounds: false, show_desktop_notifications: false, discover_connection_methods: false, autocomplete_providers_url: "",
    ...(way === "bosh" ? { bosh_service_url: `${h.config.origin}/http-bind` } : { websocket_url: websocket }),
  };
}

let server;
export async function openSite() {
  server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://site").pathname;
    if (path === "/websocket" || path === "/bosh") {
      return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(settings(path.slice(1))));
    }
    try {
      const bytes = await readFile(join(dist, normalize(path)));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
}
export async function closeSite() {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A user's browser with Converse in it, signed in by its form. */
export async function signIn(jid, password, way = "websocket") {
  const context = await h.newContext();
  await context.route(/^https:\/\/conversejs\.org\//, (route) => route.abort()); // its makers' pictures beside the form
  const page = await context.newPage();
  page.setDefaultTimeout(h.timeoutMs);
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("console", (m) => process.env.TEAHOUSE_BROWSER_DEBUG && console.log(`[${jid}] ${m.type()}: ${m.text()}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/${way}`);
  await page.locator("input[name=jid]").fill(jid);
  await page.locator("input[name=password]").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("converse-user-profile").waitFor();
  return page;
}

/** One of the things in the menu beside a heading. */
async function choose(page, section, what) {
  await page.locator(`${section} .controlbox-heading ~ converse-dropdown button`).click();
  await page.locator(`${section} .dropdown-item`, { hasText: what }).click();
}
export async function addContact(page, jid) {
  await choose(page, "#converse-roster", "Add a contact");
  const form = page.locator("form.add-xmpp-contact");
  await form.locator("input[name=jid]").fill(jid);
  await form.getByRole("button", { name: "Add" }).click();
  await form.waitFor({ state: "hidden" });
}
const contact = (page, jid) => page.locator("converse-roster-contact", { has: page.locator(`[data-jid="${jid}"]`) }).first(); // also among the unread
export async function acceptContact(page, jid) {
  await contact(page, jid).locator("converse-dropdown button").click();
  await contact(page, jid).locator(".accept-xmpp-request").click();
  const form = page.locator("converse-accept-contact-request-modal form");
  await form.getByRole("button", { name: "Accept" }).click();
  await form.waitFor({ state: "hidden" });
}
/** Adds a picture to the profile. */
export async function setPicture(page, picture) {
  await page.locator(".show-profile").click();
  const form = page.locator("converse-profile-modal form.converse-form--modal");
  await form.locator("input[name=avatar_image]").setInputFiles(picture);
  await form.getByRole("button", { name: "Save and close" }).click();
  await form.waitFor({ state: "hidden" });
}
/** Waits until this contact has this picture. */
export function seesPictureOf(page, jid, { mimeType, buffer }) {
  return contact(page, jid).locator(`converse-avatar image[href="data:${mimeType};base64,${buffer.toString("base64")}"]`).waitFor();
}
export const attach = (page, picture) => page.locator("input.fileupload").setInputFiles(picture);
/** Waits until a picture that was attached is shown, and has come. */
export async function seesAttached(page, name) {
  const picture = page.locator(`converse-chat-message-body img[src$="/${name}"]`);
  await picture.waitFor();
  await picture.evaluate((image) => image.decode());
}
/** By the details of the contact. */
export async function block(page, jid) {
  await contact(page, jid).locator("converse-dropdown button").click();
  await contact(page, jid).locator(".dropdown-item", { hasText: "Details" }).click();
  const details = page.locator("converse-user-details-modal");
  await details.getByRole("tab", { name: "Edit" }).click();
  await details.getByRole("button", { name: "Add to blocklist" }).click();
  await page.locator("converse-confirm-modal").getByRole("button", { name: "Confirm" }).click();
  await isGone(page, jid);
}
export const isGone = (page, jid) => contact(page, jid).waitFor({ state: "detached" });
export const isOnline = (page, jid) => contact(page, jid).locator(".contact-name--online").waitFor();
export async function openChat(page, jid) {
  await contact(page, jid).locator(".open-chat").click();
  await page.locator("converse-chat .chat-textarea").waitFor();
}
/** Makes or enters a room by its address. */
export async function enterRoom(page, room, nick) {
  await choose(page, "#chatrooms", "Add groupchat");
  const form = page.locator("form.add-chatroom");
  await form.locator("input[name=chatroom]").fill(room);
  await form.locator("input[name=nickname]").fill(nick);
  await form.getByRole("button", { name: "Join" }).click();
  await form.waitFor({ state: "hidden" });
  await page.locator("converse-muc .chat-textarea").waitFor();
}
/** One that is among their bookmarks, so that it was entered at sign-in. */
export async function openRoom(page, room) {
  await page.locator(`converse-rooms-list .open-room[data-room-jid="${room}"]`).click();
  await page.locator("converse-muc .chat-textarea").waitFor();
}
export const seesOccupant = (page, nick) => page.locator("converse-muc-sidebar .occupant-nick", { hasText: nick }).waitFor();
export async function say(page, text) {
  await page.locator(".chat-textarea").fill(text);
  await page.locator(".chat-textarea").press("Enter");
}
/** Comes back as after F5: nothing is asked, and the conversation that was open is shown. */
export async function reload(page) {
  await page.reload();
  await page.locator("converse-user-profile").waitFor();
  await page.locator(".chat-textarea").waitFor();
}
export const isRefused = (page, text) => page.locator("converse-chat-message", { hasText: text }).locator(".chat-msg__error").waitFor();
export const sees = (page, text) => page.locator("converse-chat-message-body", { hasText: text }).first().waitFor();
export const bodies = (page) => page.locator("converse-chat-message-body").allInnerTexts();
