import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat } from "../chat/chat.ts";
import type { Conversation } from "../chat/model.ts";
import { chatStrings } from "../strings/chat.ts";
import { chooseLanguage, translator } from "../strings/table.ts";
import { conversationName, isMarkedGuest, personName } from "./names.ts";

const en = translator(chatStrings, chooseLanguage("en"));
const zh = translator(chatStrings, chooseLanguage("zh"));
const site = { domain: "a.test", rooms: "rooms.a.test", lobby: "lobby", name: "A Shop" };
const chat = { options: { site }, store: { personName: (jid: string) => (jid.startsWith("guest-") ? "Guest 9075" : "Bo Chen") } } as unknown as Chat;
const named = (jid: string, room = false, name = "", t = en) => conversationName(chat, { jid, name, room: room ? {} : null } as Conversation, t);

test("rooms: the name they were given, the lobby in the user's language, else their id as words", () => {
  assert.equal(named("support-eu@rooms.a.test", true, "customer Support"), "customer Support");
  assert.equal(named("support-eu@rooms.a.test", true), "Support eu");
  assert.equal(named("tea\\20\\26\\20cake@rooms.a.test", true), "Tea & cake");
  assert.equal(named("\\40\\40@rooms.a.test", true), "@@");
  assert.equal(named("==f0=9f=8d=b5=20tea@rooms.a.test", true), "🍵 tea");
  assert.deepEqual([named("lobby@rooms.a.test", true), named("lobby@rooms.a.test", true, "", zh)], ["Lobby", "大厅"]);
  assert.equal(named("lobby@rooms.a.test", true, "The counter", zh), "The counter");
});

test("people: their name; the site is called by its title; a guest without a name in the user's language", () => {
  assert.equal(named("bo@a.test"), "Bo Chen");
  assert.equal(named("a.test"), "A Shop");
  assert.deepEqual([named("guest-x@a.test"), named("guest-x@a.test", false, "", zh)], ["Guest 9075", "访客 9075"]);
  assert.deepEqual([personName("Guest 9075 2", zh), personName("Guestbook 1000", zh)], ["访客 9075 2", "Guestbook 1000"]);
});

test("a guest who calls himself like somebody is marked, where his address is known", () => {
  assert.ok(isMarkedGuest("guest-x@a.test/w", "Tom"));
  assert.ok(!isMarkedGuest("guest-x@a.test/w", "Guest 9075"), "his name says it");
  assert.ok(!isMarkedGuest("tom@a.test/w", "Tom"));
  assert.ok(!isMarkedGuest(undefined, "Tom"));
});
