// In place of the composer when we are not in the room: why, and what can be done.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { useUi } from "./context.ts";
import { roomError } from "./errors.ts";
import { Icon } from "./icons.tsx";

const final = ["banned", "forbidden", "destroyed", "gone", "removed", "registration-required"];

export function RoomGate({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t, chat } = useUi();
  const [password, setPassword] = useState("");
  const { phase, error, errorText } = conversation.room!;
  const asksPassword = error === "not-authorized";
  return (
    <form
      class="gate"
      onSubmit={(event) => {
        event.preventDefault();
        chat.join(conversation, asksPassword ? password : undefined);
      }}
    >
      <p role="alert">
        <Icon name={asksPassword ? "lock" : "alert"} />
        <span>
          <strong>{phase === "failed" ? t("roomFailed") : t("roomLeft")}</strong>
          {error && <span>{t(roomError(error))}</span>}
          {errorText && <span class="muted">{errorText}</span>}
        </span>
      </p>
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
    </form>
  );
}
