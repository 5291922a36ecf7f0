// The lazily loaded calls, rendered beside the chat into the loader's shadow root.
import { render } from "preact";
import type { Calls } from "./chat/calling.ts";
import type { Chat } from "./chat/chat.ts";
import { Centre } from "./calls/centre.ts";
import { CallViews } from "./calls/ui/views.tsx";
import callsCss from "./calls/ui/calls.css";
import type { Shell } from "./loader/shell.ts";
import { addStyles } from "./loader/styles.ts";
import { containEvents } from "./ui/contain.ts";

const styled = new WeakSet<ShadowRoot>();

export function startCalls(chat: Chat, shell: Shell): Calls {
  if (!styled.has(shell.shadow)) addStyles(shell.shadow, callsCss);
  styled.add(shell.shadow);
  const place = document.createElement("div");
  place.className = "calls";
  shell.root.append(place);
  const release = containEvents(place);
  const centre: Centre = new Centre(chat, shell.settings.tone, async () => {
    const { startGroup } = await import("./group.tsx");
    return startGroup(chat, shell, place, () => centre.busy);
  });
  render(<CallViews centre={centre} chat={chat} shell={shell} />, place);
  centre.on("phase", ({ phase, with: jid, sid, role, video, end }) =>
    shell.tell("call", { id: sid, with: jid, phase, video, outgoing: role === "initiator", ...(end && { endedBy: end.by, reason: end.reason }) }),
  );
  chat.on("stop", ({ final }) => {
    if (!final) return; // a page that is back goes on with it
    release();
    render(null, place);
    place.remove();
  });
  return centre;
}
