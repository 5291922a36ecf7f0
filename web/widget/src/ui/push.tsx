// The user's switch: notifications while no page with the chat is open. The browser asks for its permission when it is turned on, never before.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Push, PushState } from "../chat/push.ts";
import { useUi } from "./context.ts";
import { Icon } from "./icons.tsx";

export function PushSwitch({ push }: { push: Push }): JSX.Element | null {
  const { t, chat } = useUi();
  const [state, setState] = useState<PushState>();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  useEffect(() => void push.state().then(setState, () => {}), [push]);
  const change = async (work: () => Promise<PushState>): Promise<void> => {
    setBusy(true);
    setFailed(false);
    try {
      setState(await work());
    } catch (error) {
      console.error("teahouse: notifications could not be set.", error);
      setFailed(true);
    }
    setBusy(false);
  };
  if (!state) return null;
  const on = state === "on";
  const stopped = busy || chat.status.phase !== "online";
  return (
    <div class="push">
      <Icon name="bell" />
      <div class="push-choices">
        <label>
          <input
            type="checkbox"
            role="switch"
            aria-checked={on}
            checked={on}
            disabled={stopped || state === "denied"}
            onClick={(event) => {
              event.preventDefault(); // it shows what is so, once it is
              void change(() => (on ? push.turnOff() : push.turnOn(false)));
            }}
          />
          {t("notifyMe")}
        </label>
        {on && (
          <label>
            <input
              type="checkbox"
              checked={push.showsText}
              disabled={stopped}
              onClick={(event) => {
                event.preventDefault();
                void change(() => push.turnOn(!push.showsText));
              }}
            />
            {t("notifyText")}
          </label>
        )}
        {state === "denied" && <p role="status">{t("notifyDenied")}</p>}
        {failed && <p role="alert">{t("notifyFailed")}</p>}
      </div>
    </div>
  );
}
