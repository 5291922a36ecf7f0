// Files: attached, pasted and dropped; on their way; refused; shown to those they are for, and to nobody else.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as h from "./harness.mjs";
import { file, png, wav } from "./pictures.mjs";
import { slixmpp } from "./slixmpp.mjs";

const { alpha, beta } = h;
// Of this file alone.
const may = { id: "may", name: "May Lin" }, ned = { id: "ned-files", name: "Ned Fox" };
const rob = { id: "rob", name: "Rob Dale" }, sue = { id: "sue", name: "Sue Hart" }; // they have no files yet

h.setUp({ alpha: [may, ned, rob, sue], beta: [may, ned] });

const input = (page) => page.locator('input[type="file"]');
const chosen = (page) => page.locator(".chosen li");
const send = (page) => page.getByRole("button", { name: "Send", exact: true }).click();
const loaded = (page, name) => page.getByRole("button", { name: `Open picture ${name}` }).locator("img.loaded").waitFor();
const named = (name) => `${h.unique(name).replace(" ", "-")}`;
const text = (words) => file(`${named("note")}.txt`, "text/plain", Buffer.from(words));
const isUpload = (request) => request.method() === "PUT" && request.url().includes("/upload/");

async function open(tenant, user, attributes, options) {
  const page = await h.openPage(await h.newContext(options), h.signedIn(tenant, user, attributes), { open: attributes.mode !== "page" });
  await h.ready(page);
  return page;
}
async function pair(options) {
  return [await open(alpha, may, { to: ned.id }, options), await open(alpha, ned, { to: may.id })];
}
/** The last message that went over this page's socket with an element of this name. */
function listen(page, name) {
  const frames = [];
  for (const socket of page.sockets) socket.on("framesent", ({ payload }) => String(payload).includes(`<${name}`) && frames.push(String(payload)));
  return frames;
}

test("a picture is attached and sent: with its facts and a thumbnail, without what its file tells of its maker; nobody else gets it", async () => {
  const [a, b] = await pair();
  const elsewhere = await open(beta, ned, { to: may.id });
  const frames = listen(a, "file-sharing");
  const name = `${named("hills")}.png`;
  const picture = png(640, 480, undefined, "GPS 52N 13E");
  await input(a).setInputFiles(file(name, "image/png", picture));
  await chosen(a).waitFor();
  await send(a);
  await loaded(b, name);
  await loaded(a, name);
  assert.equal(await chosen(a).count(), 0);
  const { width, height } = await b.getByRole("button", { name: `Open picture ${name}` }).boundingBox();
  assert.deepEqual([width, height], [280, 210]);

  const [xml] = frames;
  const url = /<x xmlns="jabber:x:oob"><url>([^<]+)</.exec(xml)[1];
  assert.ok(xml.includes(`<body>${url}</body>`) && xml.includes(`target="${url}"`));
  for (const fact of ["<media-type>image/png</media-type>", `<name>${name}</name>`, "<width>640</width>", "<height>480</height>"]) assert.ok(xml.includes(fact), fact);
  const thumb = /<thumbnail [^>]*uri="(data:image\/jpeg;base64,[^"]+)"/.exec(xml)[1];
  assert.ok(thumb.length < 3 * 1024, `the thumbnail has ${thumb.length} characters`);
  const kept = Buffer.from(await (await fetch(url)).arrayBuffer());
  assert.deepEqual(kept, png(640, 480));
  assert.ok(xml.includes(`algo="sha-256">${createHash("sha256").update(kept).digest("base64")}<`));

  assert.equal(await elsewhere.locator(".picture, .file-card").count(), 0);
  assert.ok(!(await h.shown(elsewhere)).includes(name));
  for (const page of [a, b]) assert.deepEqual(page.troubles, []);
});

test("several files of all kinds go to a room in their order, under a strict CSP with Trusted Types", async () => {
  const room = named("files");
  const a = await open(alpha, may, { room, types: true });
  const b = await open(alpha, ned, { room, types: true });
  const names = ["1.txt", "2.png", "3.pdf"].map((name) => `${named("many")}-${name}`);
  const [types, bodies] = [["text/plain", "image/png", "application/pdf"], [Buffer.from("one"), png(60, 40), Buffer.from("%PDF-1.7 three")]];
  await input(a).setInputFiles(names.map((name, i) => file(name, types[i], bodies[i])));
  await chosen(a).nth(2).waitFor();
  await a.getByRole("button", { name: `Remove ${names[0]}` }).click();
  await h.field(a).fill("Here they are");
  await send(a);
  await b.getByRole("link", { name: `Download ${names[2]}` }).waitFor();
  const order = await h.inShadow(b, (root) => [...root.querySelectorAll(".line")].map((line) => line.textContent || line.querySelector(".picture")?.ariaLabel));
  assert.equal(order.length, 3);
  for (const [i, words] of ["Here they are", names[1], names[2]].entries()) assert.ok(order[i].includes(words), order[i]);
  const link = b.getByRole("link", { name: `Download ${names[2]}` });
  assert.deepEqual(await link.evaluate((e) => [e.rel, e.target]), ["noopener noreferrer nofollow ugc", "_blank"]);
  assert.equal(await (await fetch(await link.getAttribute("href"))).text(), "%PDF-1.7 three");
  for (const page of [a, b]) {
    assert.deepEqual(page.troubles, []);
    assert.ok(!(await h.shown(page)).includes(names[0]));
  }
});

test("a guest's sound has the browser's own player, and takes nothing from the network before it plays; a film that is none is a card", async () => {
  const b = await open(alpha, ned, {});
  const a = await h.openPage(await h.newContext(), h.pageUrl(alpha));
  await h.ready(a);
  const asked = [];
  b.on("request", (request) => request.url().includes("/upload/") && asked.push(new URL(request.url()).pathname.split("/").at(-1)));
  const [bell, film] = [`${named("bell")}.wav`, `${named("film")}.mp4`];
  await input(a).setInputFiles([file(bell, "audio/wav", wav(1)), file(film, "video/mp4", Buffer.from("no film"))]);
  await chosen(a).nth(1).waitFor();
  await send(a);
  const card = b.getByRole("link", { name: `Download ${film}` });
  await card.getByText("It can't be shown here.").waitFor();
  const sound = b.locator(".sound", { hasText: bell });
  await sound.getByText("WAV · 7.9 kB").waitFor();
  assert.deepEqual([...new Set(asked)], [film]);
  assert.ok(await sound.locator("audio").evaluate((audio) => audio.controls && new Promise((resolve) => {
    audio.onended = () => resolve(audio.currentTime > 0);
    audio.play();
  })));
  assert.deepEqual(a.troubles, []);
});

/** Gives the focused element, or this one, an event with these files, as the browser does. */
function give(page, selector, type, items) {
  return h.inShadow(page, (root, { selector, type, items }) => {
    const data = new DataTransfer();
    for (const { name, mimeType, bytes, text } of items) {
      if (text !== undefined) data.items.add(text, mimeType);
      else data.items.add(new File([Uint8Array.from(bytes)], name, { type: mimeType }));
    }
    const options = { bubbles: true, composed: true, cancelable: true };
    const event = type === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: data }) : new DragEvent(type, { ...options, dataTransfer: data });
    root.querySelector(selector).dispatchEvent(event);
    return event.defaultPrevented;
  }, { selector, type, items });
}
const given = ({ name, mimeType, buffer }) => ({ name, mimeType, bytes: [...buffer] });

test("a picture is pasted; text that brings its own picture along stays text; the page's scripts hear of neither", async () => {
  const [a, b] = await pair();
  await a.evaluate(() => ["paste", "drop", "dragover"].forEach((type) => addEventListener(type, () => (window.heard = true), true)));
  const picture = given(file("image.png", "image/png", png(50, 50)));
  assert.equal(await give(a, "textarea", "paste", [{ mimeType: "text/plain", text: "A1" }, { mimeType: "text/html", text: "<b>A1</b>" }, picture]), false);
  assert.equal(await give(a, "textarea", "paste", [picture]), true);
  await chosen(a).waitFor();
  await h.field(a).press("Enter");
  await b.getByRole("button", { name: /^Open picture image-\d{8}-\d{6}\.png$/ }).locator("img.loaded").waitFor();
  assert.equal(await a.evaluate(() => window.heard), undefined);
});

test("files are dropped on the conversation, at most ten at once; dropped on the list they open nowhere", async () => {
  const a = await open(alpha, may, { mode: "page", to: ned.id });
  const one = given(file("one.txt", "text/plain", Buffer.from("1")));
  // Browsers say it again and again; the page forgets it where they stop.
  do assert.equal(await give(a, ".scroller", "dragover", [one]), true);
  while (!(await a.getByText("Drop files here to send them").isVisible()));
  assert.equal(await give(a, ".scroller", "drop", Array.from({ length: 12 }, () => one)), true);
  await a.getByRole("alert").getByText("At most 10 files can be sent at once.").waitFor();
  assert.equal(await chosen(a).count(), 10);
  assert.equal(await a.getByText("Drop files here to send them").count(), 0);
  assert.equal(await give(a, ".list", "drop", [one]), true);
  assert.equal(await chosen(a).count(), 10);
});

test("a file that is too large or empty is refused before it is sent, in words with the plan's limit", async () => {
  const a = await open(alpha, may, { to: ned.id });
  const asked = [];
  a.on("request", (request) => isUpload(request) && asked.push(request.url()));
  const folder = mkdtempSync(join(tmpdir(), "teahouse-files-"));
  try {
    const path = join(folder, "film.mp4");
    writeFileSync(path, "");
    truncateSync(path, 130 * 2 ** 20);
    await input(a).setInputFiles(path);
    await a.getByRole("alert").getByText("film.mp4 is too large: it has 130 MB, and a file may have at most 100 MB here.").waitFor();
    await input(a).setInputFiles(file("void.txt", "text/plain", Buffer.alloc(0)));
    await a.getByRole("alert").getByText("void.txt is empty.").waitFor();
    assert.equal(await chosen(a).count(), 0);
    assert.deepEqual(asked, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a plan's own limits: what is too large is told with them; without room it waits until its user tries again", { skip: !h.config.small }, async () => {
  const { small } = h.config;
  for (const { id, name } of [may, ned]) await h.api(small, "PUT", `/v1/users/${id}`, { name });
  const a = await open(small, may, { to: ned.id });
  const b = await open(small, ned, { to: may.id });
  const [first, second] = [1, 2].map((n) => file(`${named("half")}.bin`, "", Buffer.alloc(900, n)));
  await input(a).setInputFiles(file("large.bin", "", Buffer.alloc(1500)));
  await a.getByRole("alert").getByText("large.bin is too large: it has 1.5 kB, and a file may have at most 1,000 bytes here.").waitFor();
  await input(a).setInputFiles([first, second]);
  await chosen(a).nth(1).waitFor();
  await send(a);
  await b.getByRole("link", { name: `Download ${first.name}` }).waitFor();
  await a.getByText("Not sent. There is no more room for files in this chat.").waitFor();
  const { files } = await h.api(small, "GET", "/v1/files");
  await h.api(small, "DELETE", `/v1/files/${files[0].id}`);
  await a.getByRole("button", { name: "Try again" }).click();
  await b.getByRole("link", { name: `Download ${second.name}` }).waitFor();
  assert.deepEqual(a.troubles, []);
});

test("how far a file has got is shown; cancelled, it goes to nobody", async () => {
  const [a, b] = await pair();
  const session = await a.context().newCDPSession(a);
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 });
  const name = `${named("large")}.bin`;
  await input(a).setInputFiles(file(name, "application/octet-stream", Buffer.alloc(4 * 2 ** 20, 7)));
  await chosen(a).waitFor();
  await send(a);
  await a.getByText(/ of 4\sMB$/).waitFor();
  const progress = a.getByRole("progressbar", { name: `Sending ${name}` });
  assert.ok(Number(await progress.getAttribute("value")) < 4 * 2 ** 20);
  const failed = a.waitForEvent("requestfailed", { predicate: isUpload });
  await a.getByRole("button", { name: `Cancel ${name}` }).click();
  await failed;
  await progress.waitFor({ state: "detached" });
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  const after = h.unique("after it");
  await h.say(a, after);
  await h.sees(b, after);
  for (const page of [a, b]) assert.ok(!(await h.shown(page)).includes(name));
  assert.deepEqual(a.troubles, []);
});

const headers = { "access-control-allow-origin": "*" };
for (const [why, answer, words] of [
  ["the network is lost", (route) => route.abort(), "Not sent. The connection was lost."],
  ["the plan is full", (route) => route.fulfill({ status: 403, headers }), "Not sent. There is no more room for files in this chat."],
]) {
  test(`${why}: it is said, the files behind it go on, and the user tries again or gives up`, async () => {
    const [a, b] = await pair();
    const [lost, next, dropped] = [text("first"), text("second"), text("third")];
    let fails = true;
    await a.route(isUploadUrl(lost, dropped), (route) => (fails && route.request().method() === "PUT" ? answer(route) : route.continue()));
    await input(a).setInputFiles([lost, dropped, next]);
    await chosen(a).nth(2).waitFor();
    await send(a);
    const link = (page, { name }) => page.getByRole("link", { name: `Download ${name}` });
    await link(b, next).waitFor();
    const line = ({ name }) => a.locator(".line-failed", { hasText: name });
    for (const each of [lost, dropped]) await line(each).getByText(words).waitFor();
    fails = false;
    await line(dropped).getByRole("button", { name: "Delete" }).click();
    await line(lost).getByRole("button", { name: "Try again" }).click();
    await link(b, lost).waitFor();
    assert.equal(await (await fetch(await link(b, lost).getAttribute("href"))).text(), "first");
    for (const page of [a, b]) assert.ok(!(await h.shown(page)).includes(dropped.name));
  });
}
function isUploadUrl(...files) {
  return (url) => files.some(({ name }) => url.pathname.endsWith(`/${name}`));
}

test("the viewer: by keyboard from picture to picture, and back to where one was; Escape closes it alone", async () => {
  const [a, b] = await pair();
  const names = ["east", "west"].map((name) => `${named(name)}.png`);
  await input(a).setInputFiles([file(names[0], "image/png", png(800, 300)), file(names[1], "image/png", png(300, 800, [[250, 170, 120], [90, 60, 110]]))]);
  await chosen(a).nth(1).waitFor();
  await send(a);
  for (const name of names) await loaded(b, name);
  const first = b.getByRole("button", { name: `Open picture ${names[0]}` });
  await first.focus();
  await b.keyboard.press("Enter");
  const viewer = b.getByRole("dialog", { name: "Pictures" });
  await viewer.locator(`img[alt="${names[0]}"]`).waitFor();
  assert.deepEqual(await viewer.evaluate((e) => [e.matches(":modal"), e.clientWidth, e.clientHeight]), [true, 1100, 800]);
  await b.keyboard.press("ArrowRight");
  await viewer.locator(`img[alt="${names[1]}"]`).waitFor();
  const { y, height } = await viewer.locator("img").boundingBox();
  assert.ok(y >= 0 && y + height <= 800, `it stands from ${y}, ${height} high`);
  await b.keyboard.press("ArrowRight"); // there is none behind
  await viewer.locator(`img[alt="${names[1]}"]`).waitFor();
  for (let i = 0; i < 6; i++) {
    await b.keyboard.press("Tab");
    assert.ok(await viewer.evaluate((e) => e.contains(e.getRootNode().activeElement)), "the focus has left the dialog");
  }
  await b.keyboard.press("ArrowLeft");
  await viewer.locator(`img[alt="${names[0]}"]`).waitFor();
  assert.deepEqual(await h.audit(b), []);
  await b.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
  assert.ok(await first.evaluate((e) => e.getRootNode().activeElement === e), "the focus is not where it was");
  assert.ok(await b.locator(".panel").isVisible());
  await first.click();
  await viewer.waitFor();
  await b.evaluate(() => window.teahouse("close"));
  await viewer.waitFor({ state: "detached" });
  await b.getByRole("link", { name: "A link of the page" }).click(); // the page is not left inert
});

test("an ordinary client's files are shown; what lies elsewhere is asked for only by a click; bad addresses are text", async () => {
  const context = await h.newContext();
  const a = await h.openPage(context, h.signedIn(alpha, rob, { to: sue.id }));
  await h.ready(a);
  const pagesOrigin = new URL(a.url()).origin;
  const asked = [];
  a.on("request", (request) => request.url().includes("spied") && asked.push(request.url()));
  await context.route(/spied/, (route) => (route.request().url().includes("gone") ? route.fulfill({ status: 404 }) : route.fulfill({ body: png(90, 60), contentType: "image/png" })));
  const client = await slixmpp(alpha, sue);
  try {
    const to = `${rob.id}@${alpha.domain}`;
    for (const address of [`${pagesOrigin}/spied.png`, `${pagesOrigin}/spied-gone.jpg`, "https://files.example/report.pdf", "javascript:alert(1)//x.png"]) await client.share(to, address);
    await h.sees(a, "javascript:alert(1)//x.png");
    await a.getByRole("link", { name: "Download report.pdf" }).waitFor();
    assert.equal(await a.locator("img[src], video, audio").count(), 0);
    assert.deepEqual(asked, []);
    const cards = a.locator(".elsewhere");
    await cards.first().getByText(`This is on ${new URL(pagesOrigin).host}.`).waitFor();
    await cards.first().getByRole("button", { name: "Show" }).click();
    await loaded(a, "spied.png");
    await cards.first().getByRole("button", { name: "Show" }).click();
    await a.getByText("It can't be shown here.").waitFor();
    assert.equal(asked.length, 2);
    assert.deepEqual(await h.audit(a), []);
  } finally {
    await client.stop();
  }
});

test("a client that knows only addresses gets one; the list and a closed chat say what came", async () => {
  const a = await open(alpha, may, { to: ned.id });
  const client = await slixmpp(alpha, ned);
  const stranger = await slixmpp(beta, ned);
  try {
    const note = text("for all clients");
    await input(a).setInputFiles(note);
    await chosen(a).waitFor();
    await send(a);
    const { body, xml } = await client.gets(note.name);
    assert.equal(await (await fetch(body)).text(), "for all clients");
    assert.ok(xml.includes("jabber:x:oob"));
    await a.getByRole("button", { name: "Back to conversations" }).click();
    await a.locator(".item", { hasText: `You: File: ${note.name}` }).waitFor();
    assert.equal(stranger.messages.length, 0);
  } finally {
    await client.stop();
    await stranger.stop();
  }
});

/** A context whose pages note what they ask the server's hosts, and whether a file stands as on another host, be it for a moment. */
async function watchedContext() {
  const context = await h.newContext();
  const asked = [];
  context.on("page", (page) => page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => payload.includes("disco#") && asked.push(payload))));
  await context.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function attachShadow(options) {
      const root = attach.call(this, options);
      new MutationObserver(() => root.querySelector(".elsewhere") && (window.sawElsewhere = true)).observe(root, { childList: true, subtree: true });
      return root;
    };
  });
  return { context, asked };
}

test("on a first visit the site's files are its own from the first moment, and no host is searched for them", async () => {
  const [a] = await pair();
  const name = `${named("first")}.png`;
  await input(a).setInputFiles(file(name, "image/png", png(400, 300)));
  await chosen(a).waitFor();
  await send(a);
  await loaded(a, name);
  await h.delivered(a, "");
  const { context, asked } = await watchedContext();
  const b = await h.openPage(context, h.signedIn(alpha, ned, { to: may.id }));
  await h.ready(b);
  await loaded(b, name);
  await input(b).waitFor({ state: "attached" });
  assert.equal(await b.evaluate(() => window.sawElsewhere ?? false), false);
  assert.deepEqual(asked, []);
  assert.deepEqual(b.troubles, []);
});

test("files survive a reload, and are searched for nowhere but on the own host", async () => {
  const [a, b] = await pair();
  const name = `${named("again")}.png`;
  await input(a).setInputFiles(file(name, "image/png", png(400, 300)));
  await chosen(a).waitFor();
  await send(a);
  await loaded(b, name);
  await b.reload();
  await h.opened(b);
  await loaded(b, name);
  assert.deepEqual(await h.audit(b), []);
  assert.deepEqual(b.troubles, []);
});
