// Tells a guest how others see him and lets him change the name.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { IqError } from "../core/link.ts";
import { useUi } from "./context.ts";
import { roomError } from "./errors.ts";
import { personName } from "./names.ts";

const nameCharactersMax = 48;

export function GuestName({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t, chat } = useUi();
  const [editing, setEditing] = useState(false);
  const [name, setName] = useState("");
  const [error, setError] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // In a room it may have been numbered, to differ from others.
  const { room } = conversation;
  const own = personName(chat.store.me.name, t);
  const shown = room?.nick ? personName(chat.store.occupantName(conversation.jid, room.nick), t) : own;
  useEffect(() => {
    if (editing) field.current?.select();
  }, [editing]);
  const done = (): void => {
    setEditing(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  const save = async (): Promise<void> => {
    try {
      if (name.trim() && name !== own) await chat.rename(name);
      done();
    } catch (failure) {
      setError(failure instanceof IqError ? failure.condition : "");
    }
  };
  if (!editing) {
    return (
      <p class="guest">
        <span>{t("appearAs", { name: shown })}</span>
        <button
          type="button"
          class="link"
          ref={button}
          onClick={() => {
            setName(own);
            setError(undefined);
            setEditing(true);
          }}
        >
          {t("changeName")}
        </button>
      </p>
    );
  }
  return (
    <form
      class="guest"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        done();
      }}
    >
      <input
        ref={field}
        value={name}
        maxLength={nameCharactersMax}
        aria-label={t("yourName")}
        autoComplete="nickname"
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="link">
        {t("save")}
      </button>
      <button type="button" class="link" onClick={done}>
        {t("cancel")}
      </button>
      {error !== undefined && (
        <span class="guest-error" role="alert">
          {t(roomError(error))}
        </span>
      )}
    </form>
  );
}
