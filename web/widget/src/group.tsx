// The calls of rooms, loaded with the first of them and rendered beside those of two.
import { render } from "preact";
import { Group } from "./calls/group/group.ts";
import groupCss from "./calls/group/ui/group.css";
import { GroupViews } from "./calls/group/ui/views.tsx";
import type { Chat } from "./chat/chat.ts";
import type { Shell } from "./loader/shell.ts";
import { addStyles } from "./loader/styles.ts";
import { containEvents } from "./ui/contain.ts";

const styled = new WeakSet<ShadowRoot>();

/** `busy`: the user is in a call with one person. */
export function startGroup(chat: Chat, shell: Shell, beside: HTMLElement, busy: () => boolean): Group {
  const group = new Group(chat, busy);
  if (!styled.has(shell.shadow)) addStyles(shell.shadow, groupCss);
  styled.add(shell.shadow);
  const place = document.createElement("div");
  beside.after(place);
  place.className = "calls";
  const release = containEvents(place);
  render(<GroupViews group={group} chat={chat} shell={shell} />, place);
  group.on("phase", ({ room, video, phase, reason }) =>
    shell.tell("call", { id: room, room, phase, video, outgoing: true, ...(reason && { reason }) }),
  );
  chat.on("stop", ({ final }) => {
    if (!final) return;
    release();
    render(null, place);
    place.remove();
  });
  return group;
}
