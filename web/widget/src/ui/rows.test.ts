import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../chat/model.ts";
import { makeRows } from "./message.tsx";

const at = (hours: number, minutes: number, day = 3) => new Date(2025, 2, day, hours, minutes).getTime();
const message = (id: string, author: string, time: number): Message => ({ id, author, nick: "", own: author === "me", time, body: id });
const shape = (messages: Message[], after: number | null = null) =>
  makeRows(messages, after).map((r) => (r.kind === "group" ? r.group.messages.map((m) => m.id).join("+") : r.kind));

test("groups by author and time, divides days", () => {
  const messages = [
    message("a", "bo", at(23, 50)),
    message("b", "bo", at(23, 53)),
    message("c", "bo", at(23, 59)),
    message("d", "bo", at(0, 1, 4)),
    message("e", "me", at(0, 2, 4)),
  ];
  assert.deepEqual(shape(messages), ["day", "a+b", "c", "day", "d", "e"]);
});

test("the line stands before the first message of others after the mark, once", () => {
  const messages = [message("a", "bo", at(9, 0)), message("b", "me", at(9, 1)), message("c", "bo", at(9, 2)), message("d", "bo", at(9, 3))];
  assert.deepEqual(shape(messages, at(9, 0)), ["day", "a", "b", "unread", "c+d"]);
  assert.deepEqual(shape(messages, at(9, 5)), ["day", "a", "b", "c+d"]);
});
