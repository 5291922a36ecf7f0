// The words of the bubble, which stands on the page before the chat is loaded.
import { type Table, plural } from "./table.ts";

const en = {
  open: "Open chat",
  close: "Close chat",
  openUnread: plural("Open chat, {n} unread message", "Open chat, {n} unread messages"),
  loading: "Opening the chat…",
};

const zh: Table<typeof en> = {
  open: "打开聊天",
  close: "关闭聊天",
  openUnread: plural("打开聊天，{n} 条未读消息", "打开聊天，{n} 条未读消息"),
  loading: "正在打开聊天…",
};

export const bubbleStrings = { en, zh };
