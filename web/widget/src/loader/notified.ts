// What a click on a notification asks of the page: by a message where a page is open, by the address of one that is opened for it.
import type { Target } from "./shell.ts";

const hashName = "#teahouse=";

/** "user:42", "room:news"; anything else opens the chat alone. */
export function readParty(party: unknown): Target {
  const text = typeof party === "string" ? party : "";
  if (text.startsWith("user:")) return { to: text.slice("user:".length) };
  if (text.startsWith("room:")) return { room: text.slice("room:".length) };
  return {};
}

export function followNotifications(open: (target: Target) => void, signal: AbortSignal): void {
  if (location.hash.startsWith(hashName)) {
    let party = "";
    try {
      party = decodeURIComponent(location.hash.slice(hashName.length));
    } catch {
      // Somebody's own address: the chat is opened, and no more.
    }
    history.replaceState(history.state, "", location.pathname + location.search);
    open(readParty(party));
  }
  if (!("serviceWorker" in navigator)) return;
  const hear = ({ data }: MessageEvent): void => {
    const told = data as { teahouse?: unknown; with?: unknown } | null;
    if (told?.teahouse === "open") open(readParty(told.with));
  };
  navigator.serviceWorker.addEventListener("message", hear, { signal });
  navigator.serviceWorker.startMessages();
}
