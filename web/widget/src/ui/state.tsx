// The connection's state in words. Nothing is said while all is well, nor about interruptions too short to matter.
import type { JSX } from "preact";
import { useHeld, useNow, useUi } from "./context.ts";

export function ConnectionState(): JSX.Element {
  const { chat, t, isOpen } = useUi();
  const { phase, reason, retryAt, failures } = chat.status;
  const troubled = useHeld(phase !== "online", phase === "stopped" ? 0 : 900);
  const now = useNow(1_000, isOpen && phase === "waiting");
  const seconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000));
  let words = "";
  let action: { label: string; run(): void } | null = null;
  if (troubled && phase === "stopped") {
    words = t(reason === "disabled" ? "disabled" : reason === "replaced" ? "replaced" : reason === "refused" ? "refused" : "signedOut");
    if (reason === "replaced") action = { label: t("useHere"), run: () => chat.link.retryNow() };
  } else if (troubled && !navigator.onLine) {
    words = t("noInternet");
  } else if (troubled && phase === "waiting") {
    words = reason === "busy" ? t("busy") : seconds > 2 ? t("lostIn", { n: seconds }) : t("lost");
    if (seconds > 2) action = { label: t("tryNow"), run: () => chat.link.retryNow() };
  } else if (troubled) {
    words = failures > 0 ? t("lost") : t("connecting");
  }
  return (
    <div class={`state ${words ? "" : "state-empty"} ${phase === "stopped" ? "state-stopped" : ""}`}>
      {words && (
        <>
          <span>{words}</span>
          {action && (
            <button type="button" class="link" onClick={action.run}>
              {action.label}
            </button>
          )}
        </>
      )}
    </div>
  );
}
