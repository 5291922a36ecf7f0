// What the loader and the lazily loaded parts know of each other. Types only: the two sides are built as separate files.
import type { Calls } from "../chat/calling.ts";
import type { Chat } from "../chat/chat.ts";
import type { Site } from "../core/api.ts";
import type { OpenStorage } from "../core/storage.ts";
import type { Language } from "../strings/table.ts";
import type { Settings } from "./settings.ts";

/**
 * Why there is no chat. The last four may pass and are tried again, after `retryMs` if that is known. `leaving`: the token URL still names
 * the user who has logged out.
 */
export interface Failure {
  kind: "not-allowed" | "guests" | "signed-out" | "unknown-site" | "suspended" | "busy" | "unreachable" | "leaving";
  text?: string;
  retryMs?: number;
}
export type Target = { to?: string; room?: string };

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
  /** Somebody has come into the chat, so it may take the focus. False while it is there only because the page was loaded. */
  entered: boolean;
  /** Where to go, until that has been done; without `to` and `room`: to what is new. */
  target?: Target;
  listen(changed: () => void): () => void;
  close(): void;
  retry(): void;
  /** Tells the page. */
  tell(event: string, value?: unknown): void;
}

export interface CoreModule {
  /** `left`: the scopes of users whom the token URL may not name. */
  startChat(settings: Settings, site: Site, open: OpenStorage, left: Set<string>): Promise<Chat>;
  describeFailure(error: unknown): Failure;
}

export interface CallsModule {
  /** Mounts beside the chat what shows calls. */
  startCalls(chat: Chat, shell: Shell): Calls;
}

export interface UiModule {
  /** Returns what takes it away again. */
  mount(shell: Shell): () => void;
}
