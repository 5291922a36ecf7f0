// Somebody else's XMPP client (xmpp.js), to be in the same conversations as the widget.
import { client, xml } from "@xmpp/client";
import WebSocket from "ws";
import * as h from "./harness.mjs";

export { xml };
globalThis.WebSocket ??= WebSocket; // Node 20 has none of its own

/** An ordinary client, logged in with the same site token. Collects the messages it gets. */
export async function xmppClient(tenant, user) {
  const entity = client({
    service: h.config.websocket ?? `${h.config.origin.replace(/^http/, "ws")}/xmpp`,
    domain: tenant.domain,
    username: user.id,
    password: h.token(tenant, user),
  });
  // xmpp.js would choose SCRAM, which knows nothing of tokens.
  entity.prependListener("element", (element) => {
    const mechanisms = element.getChild("mechanisms");
    if (mechanisms) mechanisms.children = mechanisms.children.filter((m) => m.text() === "PLAIN");
  });
  entity.messages = [];
  entity.on("error", () => {});
  entity.on("stanza", (stanza) => stanza.is("message") && entity.messages.push(stanza));
  await entity.start();
  // xmpp.js resets its count of stanzas when <enabled/> is handled, so nothing may arrive before that.
  for (let i = 0; i < 40 && !entity.streamManagement.enabled; i++) await new Promise((r) => setTimeout(r, 50));
  await entity.iqCaller.request(xml("iq", { type: "set" }, xml("enable", { xmlns: "urn:xmpp:carbons:2" })));
  await entity.send(xml("presence"));
  entity.waitFor = async (text) => {
    for (const end = Date.now() + h.timeoutMs; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
      if (entity.messages.some((m) => m.toString().includes(text))) return;
    }
    throw new Error(`The client did not get "${text}".`);
  };
  return entity;
}
