// Tells a guest how others see him and lets him change the name.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useUi } from "./context.ts";

const nameCharactersMax = 48;

export function GuestName(): JSX.Element {
  const { t, chat } = useUi();
  const [editing, setEditing] = useState(false);
  const [name, setName] = useState("");
  const [failed, setFailed] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const shown = chat.store.personName(chat.store.me.jid);
  useEffect(() => {
    if (editing) field.current?.select();
  }, [editing]);
  const done = (): void => {
    setEditing(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  const save = async (): Promise<void> => {
    if (!name.trim()) return;
    try {
      await chat.rename(name);
      done();
    } catch {
      setFailed(true);
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
            setName(shown);
            setFailed(false);
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
      {failed && <span role="alert">{t("errorOther")}</span>}
    </form>
  );
}
