// Calls, rendered beside the chat into the loader's shadow root.
import { render } from "preact";
import type { Chat } from "../chat/chat.ts";
import type { Shell } from "../loader/shell.ts";
import { addStyles } from "../loader/styles.ts";
import { containEvents } from "../ui/contain.ts";
import { Centre } from "./centre.ts";
import type { Group } from "./group/group.ts";
import callsCss from "./ui/calls.css";
import { CallViews } from "./ui/views.tsx";

/** `loadGroup`: brings calls of rooms. `beside`: where those of two are shown. */
export type LoadGroup = (beside: HTMLElement, busy: () => boolean) => Promise<Group>;

const styled = new WeakSet<ShadowRoot>();

export function startCentre(chat: Chat, shell: Shell, loadGroup: LoadGroup): Centre {
  if (!styled.has(shell.shadow)) addStyles(shell.shadow, callsCss);
  styled.add(shell.shadow);
  const place = document.createElement("div");
  place.className = "calls";
  shell.root.append(place);
  const release = containEvents(place);
  const centre: Centre = new Centre(chat, shell.settings.tone, () => loadGroup(place, () => centre.busy));
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
