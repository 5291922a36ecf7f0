// @xmpp/client logs in, joins a room, talks to another user, and loses and resumes its connection. What it does is told by the
// environment: SERVICE, DOMAIN, USER, PASSWORD, PEER (who answers its message), ROOM. It prints a line for each thing that worked.
import { client, jid, xml } from "@xmpp/client";

const { SERVICE, DOMAIN, USER, PASSWORD, PEER, ROOM } = process.env;
const me = client({ service: SERVICE, domain: DOMAIN, username: USER, password: PASSWORD, resource: "node" });
me.timeout = 60_000;  // its own 2 s are little for a busy machine
const waiting = [];

/** The first stanza from now on that is wanted. */
function next(wanted) {
  return new Promise((resolve) => waiting.push({ wanted, resolve }));
}
me.on("stanza", (stanza) => {
  for (const entry of waiting.filter((w) => w.wanted(stanza))) {
    waiting.splice(waiting.indexOf(entry), 1);
    entry.resolve(stanza);
  }
});
me.on("error", (error) => {
  if (error.code === "ECONNRESET" || error.name === "TimeoutError") return;
  console.error(error);
});
// Shown by the test when something goes wrong.
me.on("status", (status) => console.log(`status ${status}`));
for (const [event, sign] of [["input", "<"], ["output", ">"]]) {
  me.on(event, (text) => console.log(`${new Date().toISOString()} ${sign} ${text}`));
}
function done(what) {
  console.log(`done ${what}`);
}
const body = (text) => (stanza) => stanza.is("message") && stanza.getChildText("body") === text;

const online = new Promise((resolve) => me.on("online", resolve));
await me.start();
const address = await online;
if (address.bare().toString() !== `${USER}@${DOMAIN}`) throw new Error(`bound as ${address}`);
done("login");

const self = next((s) => s.is("presence") && s.attrs.from === address.toString());
await me.send(xml("presence"));
await self;
done("presence");

const answer = await me.iqCaller.request(xml("iq", { type: "get", to: DOMAIN }, xml("ping", "urn:xmpp:ping")));
if (answer.attrs.type !== "result") throw new Error(`ping: ${answer}`);
done("ping");

const reply = next(body("echo: from node"));
await me.send(xml("message", { to: PEER, type: "chat" }, xml("body", {}, "from node")));
if (!jid((await reply).attrs.from).bare().equals(jid(PEER))) throw new Error("the echo is from somebody else");
done("chat");

const joined = next((s) => s.is("message") && s.attrs.type === "groupchat" && s.getChild("subject"));
await me.send(xml("presence", { to: `${ROOM}/node` }, xml("x", "http://jabber.org/protocol/muc")));
await joined;
const said = next((s) => s.attrs.type === "groupchat" && body("echo: to the room")(s));
await me.send(xml("message", { to: ROOM, type: "groupchat" }, xml("body", {}, "to the room")));
await said;
done("room");

const unavailable = next((s) => s.is("presence") && s.attrs.type === "unavailable" && s.attrs.from === `${ROOM}/node`);
await me.send(xml("presence", { to: `${ROOM}/node`, type: "unavailable" }));
await unavailable;
const again = new Promise((resolve) => {
  me.once("online", () => resolve("a new session"));
  me.on("element", (element) => element.is("resumed", "urn:xmpp:sm:3") && setImmediate(resolve, "the old session"));
});
me.socket.destroy?.() ?? me.socket.end();
await again;
const back = next(body("echo: back again"));
await me.send(xml("message", { to: PEER, type: "chat" }, xml("body", {}, "back again")));
await back;
done("reconnect");

await me.stop();
done("stop");
process.exit(0);
