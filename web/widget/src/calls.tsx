// The lazily loaded calls; those of rooms are loaded with the first of them.
import type { Calls } from "./chat/calling.ts";
import type { Chat } from "./chat/chat.ts";
import { startCentre } from "./calls/start.tsx";
import type { Shell } from "./loader/shell.ts";

export function startCalls(chat: Chat, shell: Shell): Calls {
  return startCentre(chat, shell, async (beside, busy) => (await import("./group.tsx")).startGroup(chat, shell, beside, busy));
}
