// w.js: what the page names. Puts the bubble (or the inline place, or the page) there, answers `teahouse()` calls, and loads the rest when
// it is needed. A classic script, so that one line without type="module" is enough; the rest are ES modules beside it.
import { loadSite, Problem, type Site } from "../core/api.ts";
import { openStorage } from "../core/storage.ts";
import { Bubble } from "./bubble.ts";
import css from "./bubble.css";
import { readSettings, type Settings } from "./settings.ts";
import { addStyles } from "./styles.ts";
import type { CoreModule, Failure, Shell, UiModule } from "./shell.ts";

declare const CORE_FILE: string;
declare const UI_FILE: string;

type Call = [command: string, ...rest: unknown[]];
interface Queue {
  (...call: Call): void;
  q?: ArrayLike<unknown>[];
  loaded?: boolean;
}
const retryMs = 4_000;
const retryMsMax = 60_000;
type Target = { to?: string; room?: string };

class Widget implements Shell {
  readonly root = document.createElement("div");
  readonly shadow: ShadowRoot;
  readonly language;
  chat?: Shell["chat"];
  site?: Site;
  failure?: Failure;
  isOpen = false;
  private readonly host = document.createElement("teahouse-chat");
  private readonly bubble: Bubble | null;
  private readonly listeners = new Set<() => void>();
  private readonly handlers: [event: string, handler: (value?: unknown) => void][] = [];
  private starting: Promise<void> | null = null;
  private ui: ReturnType<UiModule["mount"]> | null = null;
  private unread = 0;
  private failures = 0;
  private retryTimer = 0;
  private returnFocus: HTMLElement | null = null;

  constructor(
    readonly settings: Settings,
    place: HTMLScriptElement,
  ) {
    const { mode, theme } = settings;
    this.language = settings.language;
    const { host, root, language } = this;
    this.shadow = host.attachShadow({ mode: "open" });
    addStyles(this.shadow, css);
    host.dataset.mode = mode;
    root.className = "root";
    root.dataset.mode = mode;
    for (const element of [host, root]) {
      element.dir = language.dir;
      element.lang = language.locale;
    }
    this.followTheme(theme);
    this.bubble = mode === "bubble" ? new Bubble(language, () => (this.isOpen ? this.close() : void this.open())) : null;
    if (this.bubble) root.append(this.bubble.button);
    this.shadow.append(root);
    if (mode === "inline" && place.parentNode && place.parentNode !== document.head) place.after(host);
    else document.body.append(host);
    this.begin();
  }

  call([command, ...rest]: Call): void {
    switch (command) {
      case "open":
        return void this.open(rest[0] as Target | undefined);
      case "close":
        return this.close();
      case "logout":
        return this.logout();
      case "on":
        if (typeof rest[0] === "string" && typeof rest[1] === "function") this.handlers.push([rest[0], rest[1] as () => void]);
        return;
      default:
        console.warn(`teahouse: there is no "${String(command)}". Use open, close, logout or on.`);
    }
  }

  listen(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  async open(target?: Target): Promise<void> {
    void this.start();
    this.bubble?.setBusy(true);
    try {
      const fresh = !this.isOpen;
      if (fresh) this.returnFocus = this.shadow.activeElement as HTMLElement | null;
      this.ui ??= (await this.load<UiModule>(UI_FILE)).mount(this);
      this.setOpen(true);
      this.ui.open(target);
      if (fresh) this.tell("open");
    } catch (error) {
      console.error("teahouse: the chat could not be loaded.", error);
    } finally {
      this.bubble?.setBusy(false);
    }
  }

  close(): void {
    if (!this.isOpen || !this.bubble) return;
    this.setOpen(false);
    (this.returnFocus ?? this.bubble.button).focus();
    this.tell("close");
  }

  again(): void {
    clearTimeout(this.retryTimer);
    this.failure = undefined;
    this.starting = null;
    this.changed();
    void this.start();
  }

  private begin(): void {
    const { mode, site, token, tokenUrl } = this.settings;
    if (mode !== "bubble") return void this.open();
    const spoke = openStorage("local", `${site}:guest`).get<boolean>("spoke") === true;
    if (token || tokenUrl || spoke) void this.start();
  }

  private start(): Promise<void> {
    this.starting ??= this.connect();
    return this.starting;
  }

  private async connect(): Promise<void> {
    const { origin, site: id, token, tokenUrl } = this.settings;
    const core = this.load<CoreModule>(CORE_FILE);
    core.catch(() => {});
    try {
      this.site ??= await loadSite(origin, id);
      const { notice, guests } = this.site;
      if (notice?.kind === "suspended") return this.fail({ kind: "suspended", text: notice.text });
      if (!guests && !token && !tokenUrl) return this.fail({ kind: "guests" });
      this.chat = await (await core).startChat(this.settings, this.site);
    } catch (error) {
      if (error instanceof Problem) return this.failByProblem(error);
      console.error("teahouse:", error);
      const describe = await core.then((c) => c.describeFailure).catch(() => null);
      return this.fail(describe?.(error) ?? { kind: "unreachable" });
    }
    const { store } = this.chat;
    store.on("change", () => this.count());
    store.on("incoming", ({ conversation, message }) => {
      this.tell("message", { from: message.nick || store.personName(message.author), in: conversation.jid, text: message.body });
    });
    this.chat.on("status", ({ phase }) => this.tell("state", phase));
    this.chat.on("logout", () => this.forget());
    this.count();
    this.changed();
  }

  private failByProblem(problem: Problem): void {
    console.error(`teahouse: ${problem.message}`);
    if (problem.code === "tenant-suspended") return this.fail({ kind: "suspended", text: problem.detail });
    if (problem.status === 403) return this.fail({ kind: "not-allowed", text: problem.message });
    if (problem.status === 404) return this.fail({ kind: "unknown-site", text: problem.message });
    this.fail({ kind: "unreachable", text: problem.message });
  }

  private fail(failure: Failure): void {
    this.failure = failure;
    this.changed();
    if (failure.kind !== "unreachable") return;
    const waitMs = Math.min(retryMsMax, retryMs * 2 ** this.failures++) * (0.5 + Math.random());
    this.retryTimer = setTimeout(() => this.again(), waitMs) as unknown as number;
  }

  private logout(): void {
    this.chat?.logout();
    this.forget();
  }

  private forget(): void {
    openStorage("local", `${this.settings.site}:guest`).clear();
    this.chat = undefined;
    this.failure = this.settings.token || this.settings.tokenUrl ? { kind: "guests" } : undefined;
    this.starting = null;
    this.bubble?.setUnread(0);
    this.close();
    this.changed();
  }

  private load<T>(file: string): Promise<T> {
    return import(/* @vite-ignore */ new URL(file, this.settings.base).href) as Promise<T>;
  }

  private setOpen(open: boolean): void {
    this.isOpen = open;
    this.root.toggleAttribute("data-open", open);
    this.bubble?.setOpen(open);
    this.changed();
  }

  private count(): void {
    const unread = this.chat?.store.unread() ?? 0;
    if (unread === this.unread) return;
    this.unread = unread;
    this.bubble?.setUnread(unread);
    this.tell("unread", unread);
  }

  private followTheme(theme: Settings["theme"]): void {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      this.root.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    };
    apply();
    dark.addEventListener?.("change", apply);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private tell(event: string, value?: unknown): void {
    for (const [name, handler] of this.handlers) {
      if (name !== event) continue;
      try {
        handler(value);
      } catch (error) {
        console.error("teahouse:", error);
      }
    }
  }
}

function main(): void {
  const script = document.currentScript as HTMLScriptElement | null;
  const page = window as unknown as { teahouse?: Queue };
  if (!script || page.teahouse?.loaded) return console.warn("teahouse: w.js is on this page more than once; only the first is used.");
  const settings = readSettings(script);
  if (!settings) return;
  const waiting = page.teahouse?.q ?? [];
  let widget: Widget | null = null;
  const early: Call[] = [];
  const queue: Queue = (...call) => (widget ? widget.call(call) : void early.push(call));
  queue.loaded = true;
  page.teahouse = queue;
  const begin = (): void => {
    widget = new Widget(settings, script);
    for (const call of [...Array.from(waiting, (c) => Array.from(c) as Call), ...early]) widget.call(call);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
}

main();
