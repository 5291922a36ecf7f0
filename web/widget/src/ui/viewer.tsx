// Pictures, as large as the window: a dialog over the whole page. Escape closes it, arrows go to the pictures before and after.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Conversation, Message } from "../chat/model.ts";
import { kindOf } from "../core/file.ts";
import { useUi } from "./context.ts";
import { mayLoad } from "./file.tsx";
import { activeIn, trapTab } from "./focus.ts";
import { Icon } from "./icons.tsx";
import { personName } from "./names.ts";

interface ViewerProps {
  conversation: Conversation;
  /** With which to begin. */
  first: Message;
  close(): void;
}

export function Viewer({ conversation, first, close }: ViewerProps): JSX.Element {
  const { chat, t, clock, language } = useUi();
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState(first.file!.url);
  const pictures = conversation.messages.filter(({ file }) => file && kindOf(file) === "picture" && mayLoad(chat, file));
  const at = pictures.findIndex(({ file }) => file!.url === shown);
  const message = pictures[at] ?? first;
  const file = message.file!;

  useEffect(() => {
    const box = dialog.current!;
    const before = activeIn(box);
    box.showModal();
    box.focus();
    return () => {
      box.close();
      before?.focus();
    };
  }, []);
  const go = (to: number): void => {
    const next = pictures[Math.min(pictures.length - 1, Math.max(0, to))];
    if (next) setShown(next.file!.url);
  };
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const forward = language.dir === "rtl" ? -1 : 1;
    const steps: Record<string, number> = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: pictures.length - 1 };
    const to = steps[event.key];
    if (event.key === "Escape") close();
    else if (to !== undefined) go(to);
    else return trapTab(event, dialog.current!);
    event.preventDefault();
  };
  const who = message.own ? t("you") : personName(chat.store.authorName(conversation, message), t);
  return (
    <dialog
      ref={dialog}
      class="viewer"
      tabIndex={-1}
      aria-label={t("pictureViewer")}
      onKeyDown={press}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <header>
        <p aria-live="polite">
          <bdi class="viewer-name">{file.name}</bdi>
          <span>
            {[pictures.length > 1 && t("pictureOf", { n: at + 1, all: pictures.length }), who, clock.full(message.time)].filter(Boolean).join(" · ")}
          </span>
        </p>
        <a
          class="icon-button"
          href={file.url}
          target="_blank"
          rel="noopener noreferrer nofollow ugc"
          aria-label={t("pictureNewTab")}
          title={t("pictureNewTab")}
        >
          <Icon name="outside" />
        </a>
        <button type="button" class="icon-button" aria-label={t("pictureClose")} title={t("pictureClose")} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: beside the picture, where there is nothing */}
      <div class="viewer-picture" onClick={(event) => event.target === event.currentTarget && close()}>
        <img key={file.url} src={file.url} alt={file.name} referrerpolicy="no-referrer" draggable={false} />
      </div>
      {pictures.length > 1 &&
        ([-1, 1] as const).map((step) => {
          const [label, icon, place] = step < 0 ? (["pictureBefore", "back", "before"] as const) : (["pictureNext", "next", "next"] as const);
          return (
            // Never gone or disabled: it may have the focus.
            <button
              key={step}
              type="button"
              class={`icon-button viewer-${place}`}
              aria-label={t(label)}
              title={t(label)}
              aria-disabled={!pictures[at + step]}
              onClick={() => go(at + step)}
            >
              <Icon name={icon} />
            </button>
          );
        })}
    </dialog>
  );
}
