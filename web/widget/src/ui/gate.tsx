// In place of the composer when nothing can be written: why, and what can be done.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { useUi } from "./context.ts";
import { roomError } from "./errors.ts";
import { Icon, type IconName } from "./icons.tsx";

const final = ["banned", "forbidden", "destroyed", "gone", "removed", "registration-required"];

export function Gate({
  icon,
  title,
  text,
  children,
}: {
  icon: IconName;
  title: string;
  text?: ComponentChildren;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="gate">
      <p role="alert">
        <Icon name={icon} />
        <span>
          <strong>{title}</strong>
          {text && <span>{text}</span>}
        </span>
      </p>
      {children}
    </div>
  );
}

/** For a room that we are not in. */
export function RoomGate({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t, chat } = useUi();
  const [password, setPassword] = useState("");
  const { phase, error, errorText } = conversation.room!;
  const asksPassword = error === "not-authorized";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        chat.join(conversation, asksPassword ? password : undefined);
      }}
    >
      <Gate
        icon={asksPassword ? "lock" : "alert"}
        title={phase === "failed" ? t("roomFailed") : t("roomLeft")}
        text={
          <>
            {error && t(roomError(error))}
            {errorText && <span class="muted">{errorText}</span>}
          </>
        }
      >
        {asksPassword && (
          <input
            type="password"
            autoComplete="off"
            aria-label={t("password")}
            placeholder={t("password")}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {!final.includes(error ?? "") && (
          <button type="submit" class="primary">
            {asksPassword ? t("enter") : t("join")}
          </button>
        )}
      </Gate>
    </form>
  );
}
