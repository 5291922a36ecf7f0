// What every component may use: the chat, the words, and how to move between views.
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useRef, useState } from "preact/hooks";
import { hasFields, isString, optional } from "../core/check.ts";
import type { Chat } from "../chat/chat.ts";
import type { Message } from "../chat/model.ts";
import type { ChatStrings } from "../strings/chat.ts";
import type { Language, Translate } from "../strings/table.ts";
import type { Clock } from "./time.ts";

export type View = { name: "list" } | { name: "conversation"; jid: string } | { name: "people"; jid: string };

export const isView = (value: unknown): value is View =>
  hasFields<{ name: string; jid?: string }>({ name: isString, jid: optional(isString) })(value) &&
  (value.name === "list" || (value.jid !== undefined && (value.name === "conversation" || value.name === "people")));

export interface Ui {
  chat: Chat;
  t: Translate<ChatStrings>;
  clock: Clock;
  language: Language;
  /** List and conversation side by side. */
  wide: boolean;
  isOpen: boolean;
  /** Focus may go where one writes: somebody has come into the chat, it was not only loaded with the page. */
  mayFocus: boolean;
  /** Only the bubble's panel can be closed. */
  close: (() => void) | null;
  view: View;
  show(view: View): void;
  /** Shows the picture of this message, large. */
  showPicture(message: Message): void;
}

export const UiContext = createContext<Ui>(null as unknown as Ui);
export const useUi = (): Ui => useContext(UiContext);

/** Renders again whenever `listen` announces something: at most once a frame (or, in a hidden page, a moment later). */
export function useChanges(listen: (changed: () => void) => () => void): void {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let waiting = false;
    let live = true;
    const stop = listen(() => {
      if (waiting) return;
      waiting = true;
      const run = (): void => {
        waiting = false;
        if (live) again(0);
      };
      if (document.visibilityState === "hidden") setTimeout(run, 50);
      else requestAnimationFrame(run);
    });
    again(0);
    return () => {
      live = false;
      stop();
    };
  }, [listen]);
}

/** True once `condition` has held for `ms`: short interruptions are not worth a word. */
export function useHeld(condition: boolean, ms: number): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!condition) return setHeld(false);
    const timer = setTimeout(() => setHeld(true), ms);
    return () => clearTimeout(timer);
  }, [condition, ms]);
  return held && condition;
}

/** The moment by the server's clock, renewed every `ms` while `active`. */
export function useNow(ms: number, active = true): number {
  const { chat } = useUi();
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    if (!active) return;
    again(0);
    const timer = setInterval(() => again(0), ms);
    return () => clearInterval(timer);
  }, [ms, active]);
  return chat.now();
}

/** The newest value of something, for listeners that are registered once. */
export function useLatest<T>(value: T): { current: T } {
  const ref = useRef(value);
  ref.current = value;
  return ref;
}
