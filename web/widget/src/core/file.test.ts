import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanFileName, fileNodes, isSharedFile, kindOf, readFile, safeUrl, thumbCharactersMax, type SharedFile } from "./file.ts";
import { child, el, parse, serialize, text } from "./xml.ts";

const url = "https://im.example/upload/upload.a.test/0190-id/Tea%20house.jpg";
const message = (inner: string): Element => parse(`<message xmlns="jabber:client">${inner}</message>`)!;
const read = (inner: string): SharedFile | undefined => {
  const element = message(inner);
  return readFile(element, text(child(element, "jabber:client", "body")));
};
const oob = (address: string): string => `<body>${address}</body><x xmlns="jabber:x:oob"><url>${address}</url></x>`;
const sharing = (metadata: string, target = url, more = ""): string =>
  `<file-sharing xmlns="urn:xmpp:sfs:0"${more}><file xmlns="urn:xmpp:file:metadata:0">${metadata}</file>` +
  `<sources><url-data xmlns="http://jabber.org/protocol/url-data" target="${target}"/></sources></file-sharing>`;

test("what is written is read, and clients that know only XEP-0066 find the address in the body and beside it", () => {
  const thumb = `data:image/jpeg;base64,${"A".repeat(40)}`;
  const file: SharedFile = { url, name: "Tea <house>.jpg", type: "image/jpeg", size: 3032449, width: 4096, height: 2160, hash: "abc=", thumb };
  const xml = serialize(el("message", { xmlns: "jabber:client" }, el("body", {}, url), ...fileNodes(file)));
  const element = parse(xml)!;
  assert.equal(text(child(child(element, "jabber:x:oob", "x"), "jabber:x:oob", "url")), url);
  const { hash, ...told } = file;
  assert.deepEqual(JSON.parse(JSON.stringify(readFile(element, url))), told);
  assert.match(xml, /<hash xmlns="urn:xmpp:hashes:2" algo="sha-256">abc=<\/hash>/);
  assert.match(xml, /<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:sfs:0"><body\/><\/fallback>/);
  assert.equal(hash, "abc=");
});

test("other clients' files: a plain address is told by its ending; no address is no file", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(read(oob(url)))), { url, name: "Tea house.jpg", type: "image/jpeg" });
  const kinds = { "a.PNG": "picture", "a.webm": "video", "a.opus": "audio", "a.pdf": "other", "a.svg": "other", a: "other", "a.html": "other" };
  for (const [name, kind] of Object.entries(kinds)) assert.equal(kindOf(read(oob(`https://x.test/${name}`))!), kind, name);
  assert.equal(read("<body>hello</body>"), undefined);
  assert.equal(read(sharing("<name>a</name>", "")), undefined);
  assert.equal(read(oob(url).replace(`<body>${url}`, "<body>See this"))!.caption, "See this");
  assert.equal(read(`<body>Nice!</body>${sharing("<name>a.png</name><media-type>image/png</media-type>")}`)!.caption, "Nice!");
  const partly = `<body>Nöß😀! ${url}</body>${sharing("<name>a</name>")}<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:sfs:0"><body start="5" end="${6 + url.length}"/></fallback>`;
  assert.equal(read(partly)!.caption, "Nöß😀!");
  assert.equal(read(sharing("<media-type>image/png</media-type>"))!.name, "Tea house.jpg"); // without a body too
});

test("only https, and http of this machine, is ever an address", () => {
  const bad = [
    "javascript:alert(1)",
    "data:text/html,x",
    "blob:https://a/b",
    "http://a.test/x.png",
    "ftp://a/b",
    "aesgcm://a/b#00",
    "//a/b",
    "https://u:p@a/b",
    "",
    `https://a/${"x".repeat(3000)}`,
  ];
  for (const address of bad) {
    assert.equal(safeUrl(address), undefined, address);
    assert.equal(read(oob(address.replace(/&/g, "&amp;"))), undefined, address);
    assert.ok(!isSharedFile({ url: address, name: "a", type: "" }), address);
  }
  for (const good of [url, "http://127.0.0.1:80/x", "http://localhost:5280/upload/x", "http://[::1]/x"]) assert.ok(safeUrl(good), good);
  assert.equal(safeUrl("https://im.example/upload/upload.a.test/../upload.b.test/x"), "https://im.example/upload/upload.b.test/x");
  assert.equal(read(sharing("<name>a</name>", "javascript:x") + oob(url).replace(/^<body>.*<\/body>/, ""))!.url, url); // the next that is one
});

test("hostile facts are left out", () => {
  const huge = `data:image/png;base64,${"A".repeat(thumbCharactersMax)}`;
  const thumbs = [huge, "data:image/svg+xml;base64,AAAA", "https://spy.test/t.png", "cid:x@bob", "data:image/png;base64,<", "data:image/png,AAAA"];
  for (const uri of thumbs) {
    const file = read(sharing(`<thumbnail xmlns="urn:xmpp:thumbs:1" uri="${uri.replace("<", "&lt;")}"/>`));
    assert.equal(file!.thumb, undefined, uri.slice(0, 40));
  }
  const file = read(
    sharing(
      "<size>-1</size><width>99999999</width><height>1e9</height><length>x</length><media-type>IMAGE/PNG; a=b</media-type><name>../a\u202egpj.exe</name>",
    ),
  )!;
  assert.deepEqual(
    [file.size, file.width, file.height, file.lengthMs, file.type, file.name],
    [undefined, undefined, undefined, undefined, "image/png", ".._agpj.exe"],
  );
  assert.equal(cleanFileName("\n \t"), "");
  for (const none of [".", "..", " .. "]) assert.equal(cleanFileName(none), "");
  assert.equal(cleanFileName(`${"茶".repeat(500)}.tar.gz`), `${"茶".repeat(79)}.gz`);
  assert.equal(new TextEncoder().encode(cleanFileName("😀".repeat(5000))).length, 240);
  assert.equal(kindOf(read(sharing("<media-type>image/png</media-type>", url, " disposition='attachment'"))!), "other");
  assert.equal(kindOf(read(sharing("<media-type>image/svg+xml</media-type><name>a.png</name>"))!), "other");
  assert.ok(!isSharedFile({ url, name: 7, type: "" }) && !isSharedFile(null) && isSharedFile({ url, name: "", type: "" }));
});
