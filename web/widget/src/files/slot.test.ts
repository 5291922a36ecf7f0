import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { IqError, type Link } from "../core/link.ts";
import { parse } from "../core/xml.ts";
import { askSlot, type UploadError } from "./slot.ts";

const host = "upload.a.test";
const file = { name: "a.png", size: 5, type: "image/png" };
const answering = (xml: string): Link => ({ iq: async () => parse(`<iq xmlns="jabber:client">${xml}</iq>`) }) as unknown as Link;
const refusing = (condition: string, inner = ""): Link => {
  const error = parse(`<error xmlns="jabber:client">${inner}</error>`);
  return { iq: async () => Promise.reject(new IqError(condition, "", error)) } as unknown as Link;
};
const slot = (put: string, get: string, headers = ""): Link =>
  answering(`<slot xmlns="urn:xmpp:http:upload:0"><put url="${put}">${headers}</put><get url="${get}"/></slot>`);

test("a slot: where to send and with which headers; no others than XEP-0363 allows, and no line breaks in them", async () => {
  const header = (name: string, value: string): string => `<header name="${name}">${value}</header>`;
  const link = slot(
    "https://up.test/1",
    "https://up.test/1",
    header("Authorization", "Bearer\n x") + header("Host", "spy") + header("cookie", "a=b"),
  );
  const { put, headers } = await askSlot(link, host, file);
  assert.equal(put, "https://up.test/1");
  assert.deepEqual(headers, [
    ["Authorization", "Bearer x"],
    ["cookie", "a=b"],
  ]);
});

test("a slot at an address that is not safe is none", async () => {
  for (const bad of ["javascript:x", "http://up.test/1", ""]) {
    for (const link of [slot(bad, "https://up.test/1"), slot("https://up.test/1", bad)])
      await assert.rejects(askSlot(link, host, file), { refusal: "other" });
  }
  await assert.rejects(askSlot(answering("<slot xmlns='urn:xmpp:http:upload:0'/>"), host, file), { refusal: "other" });
});

test("why a slot is refused", async () => {
  const large = "<file-too-large xmlns='urn:xmpp:http:upload:0'><max-file-size>1000</max-file-size></file-too-large>";
  const told = await askSlot(refusing("not-acceptable", large), host, file).catch((error: UploadError) => error);
  assert.deepEqual([(told as UploadError).refusal, (told as UploadError).bytesMax], ["large", 1000]);
  const reasons: [Link, string][] = [
    [refusing("resource-constraint"), "full"],
    [refusing("resource-constraint", "<retry xmlns='urn:xmpp:http:upload:0' stamp='x'/>"), "busy"],
    [refusing("forbidden"), "forbidden"],
    [refusing("remote-server-timeout"), "lost"],
    [refusing("not-acceptable"), "other"],
  ];
  for (const [link, refusal] of reasons) await assert.rejects(askSlot(link, host, file), { refusal });
});
