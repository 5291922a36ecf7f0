// What conversations and people are called, in the user's language where the name is nobody's own choice.
import type { Chat } from "../chat/chat.ts";
import type { Conversation } from "../chat/model.ts";
import { localpart, resourcepart, userId } from "../core/jid.ts";
import type { ChatStrings } from "../strings/chat.ts";
import type { Translate } from "../strings/table.ts";

/** A guest who has not chosen a name: the server gives him one in English (src/api/widget.cc), and a room may number it once more. */
const unnamedGuest = /^Guest (\d{4}(?: \d)?)$/;

/** `t` knows how unnamed guests are called. */
export function personName(name: string, t: (key: "guestNumber", values: { n: string }) => string): string {
  const number = unnamedGuest.exec(name)?.[1];
  return number ? t("guestNumber", { n: number }) : name;
}

/** Whether to say beside the name that this is a guest: he may call himself what he likes. */
export function isMarkedGuest(jid: string | undefined, name: string): boolean {
  return jid !== undefined && localpart(jid).startsWith("guest-") && !unnamedGuest.test(name);
}

/** What the site itself sends comes from its bare domain, and can't be answered. */
export function isFromSite(chat: Chat, { jid }: Conversation): boolean {
  return jid === chat.options.site.domain;
}

export function conversationName(chat: Chat, conversation: Conversation, t: Translate<Pick<ChatStrings, "lobby" | "guestNumber">>): string {
  const { jid, room, name } = conversation;
  const { site } = chat.options;
  if (isFromSite(chat, conversation)) return site.name;
  const nick = resourcepart(jid);
  if (!room) return personName(nick ? chat.store.occupantName(jid, nick) : chat.store.personName(jid), t);
  if (name) return name;
  if (site.lobby && jid === `${site.lobby}@${site.rooms}`) return t("lobby");
  const id = userId(jid);
  const words = id.replace(/[-_]+/g, " ").trim() || id;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
