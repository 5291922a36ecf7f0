// What the loader and the lazily loaded parts know of each other. Types only: the two sides are built as separate files.
import type { Chat } from "../chat/chat.ts";
import type { Site } from "../core/api.ts";
import type { Language } from "../strings/table.ts";
import type { Settings } from "./settings.ts";

export type Failure =
  | { kind: "not-allowed" | "suspended" | "guests" | "unknown-site"; text?: string }
  | { kind: "unreachable"; text?: string };

export interface Shell {
  settings: Settings;
  language: Language;
  root: HTMLElement;
  shadow: ShadowRoot;
  /** Undefined until the chat is there; then it or the reason why not is announced to `listen`. */
  chat?: Chat;
  site?: Site;
  failure?: Failure;
  isOpen: boolean;
  listen(changed: () => void): () => void;
  close(): void;
  again(): void;
}

export interface CoreModule {
  startChat(settings: Settings, site: Site): Promise<Chat>;
  describeFailure(error: unknown): Failure;
}

export interface UiModule {
  mount(shell: Shell): { open(target?: { to?: string; room?: string }): void };
}
