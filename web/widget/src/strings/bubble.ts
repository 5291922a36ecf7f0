// The words of the bubble, which stands on the page before the chat is loaded.
import { type Table, plural } from "./table.ts";

const en = {
  open: "Open chat",
  close: "Hide chat",
  openUnread: plural("Open chat, {n} unread message", "Open chat, {n} unread messages"),
  unreachable: "The chat can't be reached.",
  retry: "Try again",
};

const zh: Table<typeof en> = {
  open: "打开聊天",
  close: "收起聊天",
  openUnread: plural("打开聊天，{n} 条未读消息", "打开聊天，{n} 条未读消息"),
  unreachable: "无法连接聊天服务。",
  retry: "重试",
};

export const bubbleStrings = { en, zh };
