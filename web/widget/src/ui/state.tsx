// The connection's state in words. Nothing is said while all is well, nor about interruptions too short to matter.
import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { pageNow } from "../core/clock.ts";
import { useChanges, useHeld, useNow, useUi } from "./context.ts";
import { Gate } from "./gate.tsx";
import { Notice } from "./notice.tsx";

/** The browser says at once that the network is gone; the connection finds out later. */
function useOffline(): boolean {
  useChanges(
    useCallback((changed) => {
      for (const name of ["online", "offline"]) addEventListener(name, changed);
      return () => ["online", "offline"].forEach((name) => removeEventListener(name, changed));
    }, []),
  );
  return !navigator.onLine;
}

export function ConnectionState(): JSX.Element {
  const { chat, t, isOpen } = useUi();
  const { phase, reason, retryAt, failures } = chat.status;
  const offline = useOffline();
  const troubled = useHeld(phase !== "online", 900);
  useNow(1_000, isOpen && phase === "waiting"); // counts down
  const seconds = Math.max(0, Math.ceil(((retryAt ?? 0) - pageNow()) / 1000));
  let words = "";
  if (chat.stopped)
    words = ""; // see Stopped
  else if (offline) words = t("noInternet");
  else if (troubled && phase === "waiting") words = reason === "busy" ? t("busy") : seconds > 2 ? t("lostIn", { n: seconds }) : t("lost");
  else if (troubled) words = failures > 0 ? t("lost") : t("connecting");
  return (
    <div class={`state ${words ? "" : "state-empty"}`}>
      {words && <span>{words}</span>}
      {words && !offline && phase === "waiting" && seconds > 2 && (
        <button type="button" class="link" onClick={() => chat.link.retryNow()}>
          {t("tryNow")}
        </button>
      )}
    </div>
  );
}

/** Why nothing can be written any more, in place of the composer or (`alone`) of everything. */
export function Stopped({ alone }: { alone?: boolean }): JSX.Element {
  const { chat, t } = useUi();
  const { reason, detail } = chat.status;
  const again = (label: string): JSX.Element => (
    <button type="button" class="primary" onClick={() => chat.link.retryNow()}>
      {label}
    </button>
  );
  const words =
    reason === "disabled"
      ? ({ icon: "alert", title: t("suspendedTitle"), text: detail || t("suspended"), children: again(t("retry")) } as const)
      : reason === "replaced"
        ? ({ icon: "alert", title: t("replaced"), children: again(t("useHere")) } as const)
        : reason === "refused"
          ? ({ icon: "alert", title: t("refused") } as const)
          : ({ icon: "lock", title: t("guestsTitle"), text: t("signedOut") } as const);
  return alone ? <Notice alert {...words} /> : <Gate {...words} />;
}
