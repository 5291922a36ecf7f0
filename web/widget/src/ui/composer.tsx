// Where the user writes. Enter sends, Shift+Enter breaks the line; Enter that ends an input method's composition does neither.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isString } from "../core/check.ts";
import { limits, type Conversation } from "../chat/model.ts";
import { useUi } from "./context.ts";
import { EmojiPicker } from "./emoji.tsx";
import { Icon } from "./icons.tsx";
import { conversationName } from "./names.ts";

export function Composer({ conversation, sent }: { conversation: Conversation; sent(): void }): JSX.Element {
  const { t, chat, isOpen, mayFocus, view } = useUi();
  const draft = `draft:${conversation.jid}`;
  const [text, setText] = useState(() => chat.session.get(draft, isString) ?? "");
  const [picking, setPicking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const excess = [...text].length - limits.bodyCharacters;
  const name = conversationName(chat, conversation, t);

  useEffect(() => {
    // On a phone focus would raise the keyboard over what the user came to read.
    if (isOpen && mayFocus && view.name === "conversation" && !matchMedia("(pointer: coarse)").matches) field.current?.focus({ preventScroll: true });
  }, [isOpen, view.name]);
  useEffect(() => () => chat.stopTyping(), []);

  const change = (next: string): void => {
    setText(next);
    if (next) chat.session.set(draft, next);
    else chat.session.remove(draft);
    chat.composing(conversation, next);
  };
  const send = (): void => {
    if (!text.trim() || excess > 0) return;
    chat.send(conversation, text);
    change("");
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

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picking && <EmojiPicker pick={insert} close={closePicker} />}
      {excess > 0 && (
        <p class="too-long" role="alert">
          {t("tooLong", { n: excess })}
        </p>
      )}
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
            dir="auto"
            value={text}
            placeholder={t("write")}
            aria-label={`${t("write")}: ${name}`}
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
        <button type="submit" class="send" aria-label={t("send")} title={t("send")} disabled={!text.trim() || excess > 0}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
