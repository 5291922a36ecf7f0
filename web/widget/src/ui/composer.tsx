// Where the user writes, speaks and attaches files. Enter sends, Shift+Enter breaks the line; Enter that ends an input method's composition
// does neither.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isString } from "../core/check.ts";
import { limits, type Conversation } from "../chat/model.ts";
import { canRecord, Recording, type MicrophoneTrouble } from "../files/recording.ts";
import { uploadsOf } from "../files/uploads.ts";
import { ChosenFiles, type Attaching } from "./attaching.tsx";
import { useUi } from "./context.ts";
import { EmojiPicker } from "./emoji.tsx";
import { objectionText } from "./file-words.ts";
import { Icon } from "./icons.tsx";
import { conversationName } from "./names.ts";
import { Recorder } from "./recorder.tsx";

interface ComposerProps {
  conversation: Conversation;
  attaching: Attaching;
  sent(): void;
}

export function Composer({ conversation, attaching, sent }: ComposerProps): JSX.Element {
  const ui = useUi();
  const { t, chat, isOpen, mayFocus, view } = ui;
  const draft = `draft:${conversation.jid}`;
  const [text, setText] = useState(() => chat.session.get(draft, isString) ?? "");
  const [picking, setPicking] = useState(false);
  const [recording, setRecording] = useState<Recording | null>(null);
  const [trouble, setTrouble] = useState<MicrophoneTrouble | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  /** The user is being asked for the microphone. */
  const asking = useRef(false);
  const here = useRef(true);
  const { can, chosen, objection, add } = attaching;
  const excess = [...text].length - limits.bodyCharacters;
  const mayRecord = can && !text.trim() && chosen.length === 0 && canRecord();

  useEffect(() => {
    // On a phone focus would raise the keyboard over what the user came to read.
    if (isOpen && mayFocus && view.name === "conversation" && !matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
  }, [isOpen, view.name]);
  useEffect(
    () => () => {
      here.current = false;
      chat.stopTyping();
    },
    [],
  );

  const change = (next: string): void => {
    setText(next);
    setTrouble(null);
    attaching.forget();
    if (next) chat.session.set(draft, next);
    else chat.session.remove(draft);
    chat.composing(conversation, next);
  };
  const send = (): void => {
    if ((!text.trim() && chosen.length === 0) || excess > 0) return;
    chat.send(conversation, text);
    change("");
    uploadsOf(chat).sendChosen(conversation);
    sent();
  };
  const insert = (emoji: string): void => {
    const box = field.current!;
    const { selectionStart: start, selectionEnd: end } = box;
    change(text.slice(0, start) + emoji + text.slice(end));
    setPicking(false);
    requestAnimationFrame(() => {
      box.focus();
      box.setSelectionRange(start + emoji.length, start + emoji.length);
    });
  };
  const closePicker = (): void => {
    setPicking(false);
    field.current?.focus();
  };
  const record = (): void => {
    if (asking.current) return;
    asking.current = true;
    setTrouble(null);
    Recording.start()
      .then((begun) => (here.current ? setRecording(begun) : begun.close()), setTrouble)
      .finally(() => (asking.current = false));
  };
  const recorded = (): void => {
    setRecording(null);
    requestAnimationFrame(() => field.current?.focus());
  };

  const words = trouble ? t(trouble) : objection ? objectionText(objection, ui) : excess > 0 ? t("tooLong", { n: excess }) : "";
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picking && <EmojiPicker pick={insert} close={closePicker} />}
      {words && (
        <p class="too-long" role="alert">
          {words}
        </p>
      )}
      {chosen.length > 0 && <ChosenFiles conversation={conversation} chosen={chosen} />}
      {recording ? (
        <Recorder
          recording={recording}
          close={recorded}
          send={(file, lengthMs) => {
            uploadsOf(chat).sendVoice(conversation, file, lengthMs);
            sent();
          }}
        />
      ) : (
        <div class="field">
          <button
            type="button"
            class="icon-button emoji-button"
            aria-label={t("emoji")}
            title={t("emoji")}
            aria-expanded={picking}
            aria-haspopup="dialog"
            onClick={() => setPicking(!picking)}
          >
            <Icon name="smile" />
          </button>
          {/* As high as its text: the copy in ::after (composer.css) makes the place, so that nothing is measured or moved. */}
          <div class="grow" data-text={text}>
            <textarea
              ref={field}
              rows={1}
              dir={text ? "auto" : undefined} // what to write stands where the layout begins
              value={text}
              placeholder={t("write")}
              aria-label={`${t("write")}: ${conversationName(chat, conversation, t)}`}
              autoComplete="off"
              enterkeyhint="send"
              onInput={(event) => change(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
                  event.preventDefault();
                  send();
                }
              }}
            />
          </div>
          {can && <AttachButton input={files} add={add} />}
          {mayRecord ? (
            <button type="button" class="icon-button" aria-label={t("record")} title={t("record")} onClick={record}>
              <Icon name="mic" />
            </button>
          ) : (
            <button
              type="submit"
              class="send"
              aria-label={t("send")}
              title={t("send")}
              disabled={(!text.trim() && chosen.length === 0) || excess > 0}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      )}
    </form>
  );
}

function AttachButton({ input, add }: { input: { current: HTMLInputElement | null }; add(files: File[]): void }): JSX.Element {
  const { t } = useUi();
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // the same file may be chosen again
        }}
      />
      <button type="button" class="icon-button" aria-label={t("attach")} title={t("attach")} onClick={() => input.current?.click()}>
        <Icon name="clip" />
      </button>
    </>
  );
}
