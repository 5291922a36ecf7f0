import "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../core/clock.ts";
import { Storages } from "../core/storage.ts";
import { parse } from "../core/xml.ts";
import { Messages } from "./messages.ts";
import { readMessage } from "./reading.ts";
import { Store } from "./store.ts";

const read = (inner: string, attributes = 'from="bo@a.test/x" to="ann@a.test" type="chat" id="1"') =>
  readMessage(parse(`<message xmlns="jabber:client" ${attributes}>${inner}</message>`)!);

function setUp() {
  const store = new Store(new Storages().open("local", `test${Math.random()}`));
  store.me = { jid: "ann@a.test", name: "Ann", since: 0 };
  return { store, messages: new Messages(store, new ServerClock()) };
}

test("reads what a message says", () => {
  const r = read(
    '<body>Hi</body><composing xmlns="http://jabber.org/protocol/chatstates"/><request xmlns="urn:xmpp:receipts"/>' +
      '<markable xmlns="urn:xmpp:chat-markers:0"/><origin-id xmlns="urn:xmpp:sid:0" id="o"/>' +
      '<stanza-id xmlns="urn:xmpp:sid:0" by="ann@a.test" id="s"/><delay xmlns="urn:xmpp:delay" stamp="2025-01-02T03:04:05Z"/>',
  );
  assert.deepEqual(
    [r.body, r.chatState, r.wantsReceipt, r.markable, r.originId, r.stanzaIds, r.time],
    ["Hi", "composing", true, true, "o", [{ by: "ann@a.test", id: "s" }], Date.UTC(2025, 0, 2, 3, 4, 5)],
  );
  assert.equal(read('<error type="cancel"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>').error?.condition, "forbidden");
});

test("a body in another namespace is no body", () => {
  assert.equal(read('<body xmlns="urn:evil">x</body>').body, "");
});

test("only our own archive's and the room's ids are believed", () => {
  const { store, messages } = setUp();
  const forged = read('<body>x</body><stanza-id xmlns="urn:xmpp:sid:0" by="bo@a.test" id="forged"/>');
  assert.equal(messages.apply(forged, { from: "live" })!.message!.archiveId, undefined);
  const room = store.conversation("r@rooms.a.test", true);
  room.room!.nick = "Ann";
  const said = read(
    '<body>y</body><stanza-id xmlns="urn:xmpp:sid:0" by="r@rooms.a.test" id="true"/>',
    'from="r@rooms.a.test/Bo" type="groupchat" id="2"',
  );
  assert.equal(messages.apply(said, { from: "live" })!.message!.archiveId, "true");
});

test("our own words come back from a room as our own, by occupant id where there is one", () => {
  const { store, messages } = setUp();
  const room = store.conversation("r@rooms.a.test", true).room!;
  Object.assign(room, { nick: "Ann", occupantId: "me" });
  const from = (nick: string, occupant: string) =>
    messages.apply(
      read(
        `<body>${nick}${occupant}</body><occupant-id xmlns="urn:xmpp:occupant-id:0" id="${occupant}"/>`,
        `from="r@rooms.a.test/${nick}" type="groupchat" id="${nick}${occupant}"`,
      ),
      { from: "live" },
    )!.message!.own;
  assert.equal(from("Ann", "me"), true);
  assert.equal(from("Old nick", "me"), true);
  assert.equal(from("Ann", "somebody who took the name"), false);
});

test("a stranger can't move another conversation's receipts", () => {
  const { store, messages } = setUp();
  const c = store.conversation("bo@a.test");
  store.insert(c, { id: "m", author: "me", nick: "", own: true, time: 1, body: "x", delivery: "sent" });
  messages.apply(read('<displayed xmlns="urn:xmpp:chat-markers:0" id="m"/>', 'from="eve@a.test/x" to="ann@a.test" type="chat"'), { from: "live" });
  assert.equal(c.messages[0]!.delivery, "sent");
  messages.apply(read('<displayed xmlns="urn:xmpp:chat-markers:0" id="m"/>'), { from: "live" });
  assert.equal(c.messages[0]!.delivery, "seen");
});

test("what our other client displayed is read here too", () => {
  const { store, messages } = setUp();
  messages.apply(read("<body>x</body>"), { from: "live" });
  const c = store.conversation("bo@a.test");
  assert.equal(c.unread, 1);
  messages.apply(read('<displayed xmlns="urn:xmpp:chat-markers:0" id="1"/>', 'from="ann@a.test/phone" to="bo@a.test" type="chat"'), {
    from: "carbon",
  });
  assert.equal(c.unread, 0);
});

test("a room we did not enter can't put words into a conversation", () => {
  const { store, messages } = setUp();
  assert.equal(messages.apply(read("<body>x</body>", 'from="other@rooms.a.test/Eve" type="groupchat"'), { from: "live" }), null);
  assert.equal(store.conversations.size, 0);
});

test("white space alone is no message, and a headline is no part of a conversation", () => {
  const { store, messages } = setUp();
  for (const reading of [read("<body> \n\t </body>"), read("<body>News</body>", 'from="bo@a.test/x" to="ann@a.test" type="headline" id="2"')]) {
    assert.equal(messages.apply(reading, { from: "live" })?.message, undefined);
  }
  assert.deepEqual(store.list(), []);
  assert.equal(messages.apply(read("<body> Hi </body>"), { from: "live" })?.message?.body, " Hi ");
});

test("a room's message keeps its author's name as it is written, and only where that is the author's nick", () => {
  const { store, messages } = setUp();
  const conversation = store.conversation("tea@rooms.a.test", true);
  conversation.synced = true;
  const say = (nick: string, written: string, id: string) => {
    const name = `<nick xmlns="http://jabber.org/protocol/nick">${written}</nick>`;
    messages.apply(read(`<body>hi</body>${name}`, `from="tea@rooms.a.test/${nick}" type="groupchat" id="${id}"`), {
      from: "archive",
      archiveId: id,
      time: 1,
    });
    return store.authorName(conversation, conversation.messages.at(-1)!);
  };
  assert.equal(say("Anna ❤", "Anna ❤️", "1"), "Anna ❤️");
  assert.equal(say("Mallory", "Anna ❤️", "2"), "Mallory");
  assert.equal(say("Anna ❤ 2", "Anna ❤️", "3"), "Anna ❤️ 2");
  assert.equal(say("Bo", "x".repeat(100_000), "4"), "Bo");
  store.restore(JSON.parse(JSON.stringify(store.snapshot())));
  const [first] = store.conversations.get("tea@rooms.a.test")!.messages;
  assert.equal(store.authorName(conversation, first!), "Anna ❤️");
});

const roomSays = (inner: string, nick = "", id = "9") => read(inner, `from="r@rooms.a.test${nick && `/${nick}`}" type="groupchat" id="${id}"`);
const occupant = (id: string) => `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="${id}"/>`;
const archived = (id: string) => `<stanza-id xmlns="urn:xmpp:sid:0" by="r@rooms.a.test" id="${id}"/>`;
const retract = (id: string, inner = "") => `<retract xmlns="urn:xmpp:message-retract:1" id="${id}">${inner}</retract>`;
const moderated = '<moderated xmlns="urn:xmpp:message-moderate:1" by="r@rooms.a.test/Mod"/><reason>Ads</reason>';

test("in a room, the room and the author take a message back, and nobody else", () => {
  const { store, messages } = setUp();
  const room = store.conversation("r@rooms.a.test", true);
  Object.assign(room.room!, { nick: "Ann", occupantId: "me" });
  const other = store.conversation("q@rooms.a.test", true);
  for (const id of ["a1", "a2"]) messages.apply(roomSays(`<body>${id}</body>${occupant("bo")}${archived(id)}`, "Bo", id), { from: "live" });
  const shown = () => room.messages.map((m) => m.body);
  messages.apply(roomSays(retract("a1", moderated) + occupant("eve"), "Eve"), { from: "live" });
  messages.apply(roomSays(retract("a1") + occupant("eve"), "Bo"), { from: "live" });
  messages.apply(roomSays(retract("a1")), { from: "live" });
  messages.apply(read(retract("a1", moderated), 'from="q@rooms.a.test" type="groupchat" id="9"'), { from: "live" });
  assert.deepEqual(shown(), ["a1", "a2"]);
  messages.apply(roomSays(retract("a1", moderated)), { from: "live" });
  assert.deepEqual(shown(), ["", "a2"]);
  assert.deepEqual(room.messages[0]!.retracted, { moderated: true, reason: "Ads" });
  messages.apply(roomSays(`${retract("a2")}<body>fallback</body>${occupant("bo")}`, "Bo"), { from: "archive" });
  assert.deepEqual([shown(), room.messages.length, other.messages.length], [["", ""], 2, 0]);
  assert.deepEqual(room.messages[1]!.retracted, { moderated: false, reason: "" });
});

test("between two, each takes back what is theirs", () => {
  const { store, messages } = setUp();
  messages.apply(read("<body>theirs</body>", 'from="bo@a.test/x" to="ann@a.test" type="chat" id="1"'), { from: "live" });
  messages.apply(read("<body>mine</body>", 'from="ann@a.test/y" to="bo@a.test" type="chat" id="2"'), { from: "carbon" });
  const list = store.conversations.get("bo@a.test")!.messages;
  messages.apply(read(retract("2"), 'from="bo@a.test/x" to="ann@a.test" type="chat" id="3"'), { from: "live" });
  messages.apply(read(retract("1"), 'from="cy@a.test/x" to="ann@a.test" type="chat" id="4"'), { from: "live" });
  assert.deepEqual(
    store.conversations.get("bo@a.test")!.messages.map((m) => m.body),
    ["theirs", "mine"],
  );
  messages.apply(read(retract("1"), 'from="bo@a.test/x" to="ann@a.test" type="chat" id="5"'), { from: "live" });
  messages.apply(read(retract("2"), 'from="ann@a.test/y" to="bo@a.test" type="chat" id="6"'), { from: "carbon" });
  assert.deepEqual(
    list.map((m) => m.body),
    ["", ""],
  );
});

test("a file is taken back with its message", () => {
  const { store, messages } = setUp();
  const url = "https://im.test/a.png";
  messages.apply(read(`<body>${url}</body><x xmlns="jabber:x:oob"><url>${url}</url></x>`), { from: "live" });
  const list = store.conversations.get("bo@a.test")!.messages;
  assert.equal(list[0]!.file!.url, url);
  messages.apply(read(retract("1"), 'from="bo@a.test/x" to="ann@a.test" type="chat" id="2"'), { from: "live" });
  assert.deepEqual([list[0]!.body, list[0]!.file], ["", undefined]);
});
