import { FakeSocket, settle } from "../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamFailure } from "./failures.ts";
import { Frames } from "./frames.ts";
import { attribute } from "./xml.ts";

function setUp() {
  const taken: string[] = [];
  const ends: StreamFailure[] = [];
  const socket = new FakeSocket("ws://a.test/xmpp");
  const frames = new Frames(socket as unknown as WebSocket, {
    heard: () => {},
    take: (element) => taken.push(attribute(element, "id")),
    fail: (failure) => ends.push(failure),
  });
  return { socket, frames, taken, ends };
}
const frame = (id: string) => `<message xmlns="jabber:client" id="${id}"/>`;
const error = (inner: string) => `<error xmlns="http://etherx.jabber.org/streams">${inner}</error>`;

test("frames are awaited one by one; those that come before they are wait", async () => {
  const { socket, frames, taken } = setUp();
  await socket.say(frame("1"));
  await socket.say(frame("2"));
  assert.equal(attribute(await frames.next(), "id"), "1");
  assert.equal(attribute(await frames.next(), "id"), "2");
  const third = frames.next();
  await socket.say(frame("3"));
  assert.equal(attribute(await third, "id"), "3");
  assert.deepEqual(taken, []);
});

test("from the begin on they are taken, first those that waited", async () => {
  const { socket, frames, taken } = setUp();
  await socket.say(frame("1"));
  frames.begin();
  await socket.say(frame("2"));
  assert.deepEqual(taken, ["1", "2"]);
});

test("whatever ends a stream is told with its reason", async () => {
  const streams = 'xmlns="urn:ietf:params:xml:ns:xmpp-streams"';
  for (const [said, condition, message] of [
    [error(`<conflict ${streams}/><text ${streams}>Elsewhere.</text>`), "stream:conflict", "Elsewhere."],
    [error(`<text ${streams}>Why?</text>`), "stream:undefined-condition", "Why?"],
    [
      error(`<policy-violation ${streams}/><account-disabled xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`),
      "stream:account-disabled",
      "stream:account-disabled",
    ],
    ['<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>', "closed", "closed"],
    ["<not-well", "not-well-formed", "not-well-formed"],
  ]) {
    const { socket, ends } = setUp();
    await socket.say(said!);
    assert.deepEqual(
      ends.map((end) => [end.condition, end.message]),
      [[condition, message]],
    );
  }
});

test("a connection that cannot be opened, or is gone, has ended", async () => {
  const { socket, frames, ends } = setUp();
  socket.onopen = null;
  const opened = assert.rejects(frames.opened, { condition: "closed" });
  await socket.drop();
  await opened;
  assert.equal(ends.length, 1);
});

test("dropped, it hears nothing more, and who awaits a frame is told", async () => {
  const { socket, frames, taken, ends } = setUp();
  const awaited = assert.rejects(frames.next(), { condition: "closed" });
  const { onmessage } = socket;
  frames.drop();
  await awaited;
  assert.ok(socket.closed);
  assert.ok(onmessage && !socket.onmessage);
  frames.write({ name: "a", attributes: {}, children: [] } as never);
  await settle();
  assert.ok(socket.quiet);
  assert.deepEqual([taken, ends], [[], []]);
});
