// Files between their choice and their message: those that are chosen, above the field; those on their way, below the messages.
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { kindOf } from "../core/file.ts";
import { uploadsOf, type Chosen, type Objection, type Upload } from "../files/uploads.ts";
import { Bitmap } from "./bitmap.tsx";
import { useChanges, useUi } from "./context.ts";
import { boxStyle } from "./file.tsx";
import { bytesText, kindIcons, refusalText } from "./file-words.ts";
import { Icon } from "./icons.tsx";

/** Files that are pasted; none where they only picture the text that was copied with them, as office programs do. */
function pasted(data: DataTransfer): File[] {
  const isPictured = ["text/plain", "text/html"].every((type) => data.types.includes(type));
  return isPictured ? [] : [...data.files];
}

export interface Attaching {
  can: boolean;
  chosen: Chosen[];
  objection: Objection | null;
  /** Files are being dragged over the conversation. */
  dragging: boolean;
  add(files: File[]): void;
  /** The objection has been read. */
  forget(): void;
  /** The element in which files may be pasted and dropped. */
  place(element: HTMLElement | null): void;
}

/** `may`: something can be written here at all. */
export function useAttaching(conversation: Conversation, may: boolean): Attaching {
  const uploads = uploadsOf(useUi().chat);
  useChanges(useCallback((changed) => uploads.on("change", changed), [uploads]));
  const [objection, setObjection] = useState<Objection | null>(null);
  const [dragging, setDragging] = useState(0);
  const [element, place] = useState<HTMLElement | null>(null);
  const can = may && uploads.can;
  const add = (files: File[]): void => {
    if (files.length === 0) return;
    setObjection(null);
    void uploads.choose(conversation, files).then(setObjection);
  };
  useEffect(() => {
    if (!dragging) return;
    const timer = setTimeout(() => setDragging(0), 700); // browsers say twice a second that it goes on, and not always that it has ended
    return () => clearTimeout(timer);
  }, [dragging]);
  useEffect(() => {
    if (!element || !can) return;
    const listen = (name: string, take: (data: DataTransfer) => boolean): (() => void) => {
      const listener = (event: Event): void => {
        const { detail } = event as CustomEvent<DataTransfer | null>;
        if (detail && take(detail)) event.preventDefault();
      };
      element.addEventListener(name, listener);
      return () => element.removeEventListener(name, listener);
    };
    const release = [
      listen("chat-paste", (data) => {
        const files = pasted(data);
        add(files);
        return files.length > 0;
      }),
      listen("chat-dragover", () => {
        setDragging((n) => n + 1);
        return true;
      }),
      listen("chat-drop", (data) => {
        setDragging(0);
        add([...data.files]);
        return true;
      }),
    ];
    return () => release.forEach((end) => end());
  }, [element, can, conversation]);
  return { can, chosen: uploads.chosenFor(conversation), objection, dragging: dragging > 0, add, forget: () => setObjection(null), place };
}

/** What is chosen and not yet sent. */
export function ChosenFiles({ conversation, chosen }: { conversation: Conversation; chosen: Chosen[] }): JSX.Element {
  const { chat, t, language } = useUi();
  return (
    <ul class="chosen" aria-label={t("attached")}>
      {chosen.map(({ id, name, file, picture }) => (
        <li key={id} class={picture ? "chosen-picture" : ""} title={name}>
          {picture ? (
            <Bitmap bitmap={picture.preview} />
          ) : (
            <span class="file-icon">
              <Icon name={kindIcons[kindOf({ url: "", name, type: file.type })]} />
            </span>
          )}
          <span class={picture ? "hidden" : "file-words"}>
            <bdi class="file-name">{name}</bdi>
            <span class="file-size">{bytesText(file.size, language.locale)}</span>
          </span>
          <button
            type="button"
            class="chosen-remove"
            aria-label={t("attachRemove", { name })}
            title={t("attachRemove", { name })}
            onClick={() => uploadsOf(chat).unchoose(conversation, id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The files on their way, as messages to come. */
export function OutgoingFiles({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const uploads = uploadsOf(useUi().chat);
  useChanges(useCallback((changed) => uploads.on("progress", changed), [uploads]));
  const all = uploads.of(conversation);
  if (all.length === 0) return null;
  return (
    <li class="group own">
      <div class="stack">
        {all.map((upload) => (
          <Outgoing key={upload.id} upload={upload} />
        ))}
      </div>
    </li>
  );
}

function Outgoing({ upload }: { upload: Upload }): JSX.Element {
  const ui = useUi();
  const { chat, t, language } = ui;
  const uploads = uploadsOf(chat);
  const { id, name, file, picture, state, sent } = upload;
  const total = file.size;
  const bytes = (count: number): string => bytesText(count, language.locale);
  const words = state === "waiting" ? t("fileWaiting") : t("fileProgress", { sent: bytes(Math.min(sent, total)), total: bytes(total) });
  const failed = state === "failed";
  const cancel = (
    <button
      type="button"
      class="outgoing-cancel"
      aria-label={t("fileCancel", { name })}
      title={t("fileCancel", { name })}
      onClick={() => uploads.cancel(id)}
    >
      <Ring part={sent / total} />
      <Icon name="close" />
    </button>
  );
  return (
    <div class={`line ${failed ? "line-failed" : ""}`}>
      {picture ? (
        <div class="picture outgoing" style={boxStyle(picture)}>
          <Bitmap bitmap={picture.preview} />
          {!failed && cancel}
          {!failed && <span class="outgoing-words">{words}</span>}
        </div>
      ) : (
        <div class="file-card outgoing">
          {failed ? (
            <span class="file-icon">
              <Icon name={kindIcons[kindOf({ url: "", name, type: file.type })]} />
            </span>
          ) : (
            cancel
          )}
          <span class="file-words">
            <bdi class="file-name">{name}</bdi>
            <span class="file-size">{failed ? bytes(total) : words}</span>
          </span>
        </div>
      )}
      {!failed && <progress class="hidden" max={total} value={Math.min(sent, total)} aria-label={t("fileSending", { name })} />}
      {failed && (
        <div class="failed" role="alert">
          <span>{refusalText(upload, ui)}</span>
          <button type="button" class="link" onClick={() => uploads.retry(id)}>
            {t("retry")}
          </button>
          <button type="button" class="link" onClick={() => uploads.cancel(id)}>
            {t("discard")}
          </button>
        </div>
      )}
    </div>
  );
}

const turn = 2 * Math.PI * 16;

function Ring({ part }: { part: number }): JSX.Element {
  return (
    <svg class="ring" viewBox="0 0 36 36" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true">
      <circle cx="18" cy="18" r="16" opacity="0.3" />
      <circle cx="18" cy="18" r="16" stroke-dasharray={`${Math.max(0.03, Math.min(1, part)) * turn} ${turn}`} transform="rotate(-90 18 18)" />
    </svg>
  );
}
