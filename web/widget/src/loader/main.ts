// w.js: what the page names. Puts the bubble (or the inline place, or the page) there, answers `teahouse()` calls, and loads the rest when
// it is needed. A classic script, so that one line without type="module" is enough; the rest are ES modules beside it.
import { loadSite, Problem, type Site } from "../core/api.ts";
import { openStorage, type Storage } from "../core/storage.ts";
import { Bubble } from "./bubble.ts";
import css from "./bubble.css";
import { makeNotice } from "./notice.ts";
import { readSettings, type Settings } from "./settings.ts";
import type { CoreModule, Failure, Shell, Target, UiModule } from "./shell.ts";
import { addStyles } from "./styles.ts";
import { bubbleStrings } from "../strings/bubble.ts";
import { translator } from "../strings/table.ts";

declare const CORE_FILE: string;
declare const UI_FILE: string;

type Call = [command: string, ...rest: unknown[]];
interface Queue {
  (...call: Call): void;
  q?: ArrayLike<unknown>[];
  /** The script has run again, here. */
  again?(script: HTMLScriptElement): void;
}
const retryMs = 3_000;
const retryMsMax = 60_000;
const passing: readonly Failure["kind"][] = ["suspended", "busy", "unreachable"];

class Widget implements Shell {
  readonly root = document.createElement("div");
  readonly shadow: ShadowRoot;
  readonly language;
  chat?: Shell["chat"];
  site?: Site;
  failure?: Failure;
  isOpen = false;
  entered = false;
  target?: Target;
  private readonly host = document.createElement("teahouse-chat");
  private readonly bubble: Bubble | null;
  private readonly listeners = new Set<() => void>();
  private readonly handlers: [event: string, handler: (value?: unknown) => void][] = [];
  /** Whether the chat is open is kept over page loads. */
  private readonly page: Storage;
  private starting: Promise<void> | null = null;
  private mounted: Promise<void> | null = null;
  /** Counts the users: what began for one who has logged out is not for the next. */
  private visit = 0;
  /** Counts what connect() has begun; the last one alone comes to something. */
  private attempt = 0;
  private notice: HTMLElement | null = null;
  private loadFailures = 0;
  private unread = 0;
  private failures = 0;
  private retryTimer = 0;
  private returnFocus: HTMLElement | null = null;

  constructor(
    readonly settings: Settings,
    private script: HTMLScriptElement,
  ) {
    const { mode, theme, site } = settings;
    this.page = openStorage("session", `${site}:page`);
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
    root.addEventListener("focusin", () => (this.entered = true));
    this.shadow.append(root);
    this.attach();
    this.begin();
  }

  /** Pages that replace their body (Turbo, pjax) run the script again, elsewhere. */
  again(script: HTMLScriptElement): void {
    if (this.script.isConnected) return console.warn("teahouse: w.js is on this page more than once; only the first is used.");
    this.script = script;
    if (!this.host.isConnected) this.attach();
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
    const fresh = !this.isOpen;
    this.entered = true;
    if (fresh) this.returnFocus = this.shadow.activeElement as HTMLElement | null;
    if (target || (fresh && this.unread > 0)) this.target = target ?? {};
    if (this.failure?.kind === "unreachable") this.retry();
    await this.show();
    if (fresh && this.isOpen) this.tell("open");
  }

  close(): void {
    if (!this.isOpen || !this.bubble) return;
    this.setOpen(false);
    (this.returnFocus ?? this.bubble.button).focus();
    this.tell("close");
  }

  retry(): void {
    clearTimeout(this.retryTimer);
    this.failure = undefined;
    this.starting = null;
    this.changed();
    void this.start();
  }

  private attach(): void {
    const { parentNode } = this.script;
    if (this.settings.mode === "inline" && parentNode && parentNode !== document.head) this.script.after(this.host);
    // Not into the body, whose filters, transforms and overflow would place and clip what is fixed to the window.
    else document.documentElement.append(this.host);
  }

  private begin(): void {
    const { mode, site, token, tokenUrl } = this.settings;
    if (mode !== "bubble" || this.page.get("open")) return void this.show();
    const spoke = openStorage("local", `${site}:guest`).get<boolean>("spoke") === true;
    if (token || tokenUrl || spoke) void this.start();
  }

  private async show(): Promise<void> {
    void this.start();
    this.notice?.remove();
    this.bubble?.setBusy(true);
    try {
      await (this.mounted ??= this.load<UiModule>(UI_FILE).then((ui) => ui.mount(this)));
      this.setOpen(true);
    } catch (error) {
      console.error("teahouse: the chat could not be loaded.", error);
      this.mounted = null;
      this.notice = makeNotice(translator(bubbleStrings, this.language), () => void this.open());
      this.root.prepend(this.notice);
    } finally {
      this.bubble?.setBusy(false);
    }
  }

  private start(): Promise<void> {
    this.starting ??= this.connect();
    return this.starting;
  }

  private async connect(): Promise<void> {
    const { origin, site: id, token, tokenUrl } = this.settings;
    const { visit } = this;
    const attempt = ++this.attempt;
    const core = this.load<CoreModule>(CORE_FILE);
    core.catch(() => {});
    try {
      this.site ??= await loadSite(origin, id);
      if (attempt !== this.attempt) return;
      const { notice, guests } = this.site;
      if (notice?.kind === "suspended") return this.fail({ kind: "suspended", text: notice.text, retryMs: retryMsMax });
      if (!guests && !token && !tokenUrl) return this.fail({ kind: "guests" });
      const chat = await (await core).startChat(this.settings, this.site);
      if (visit !== this.visit) return chat.logout(false);
      if (attempt !== this.attempt) return chat.stop();
      this.chat = chat;
    } catch (error) {
      if (attempt !== this.attempt) return;
      console.error(`teahouse: ${(error as Error).message}`);
      if (error instanceof Problem) return this.failByProblem(error);
      const describe = await core.then((c) => c.describeFailure).catch(() => null);
      if (attempt !== this.attempt) return;
      return this.fail(describe?.(error) ?? { kind: "unreachable" });
    }
    this.failure = undefined;
    const { store } = this.chat;
    store.on("change", () => this.count());
    store.on("incoming", ({ conversation, message }) => {
      this.tell("message", { from: message.nick || store.personName(message.author), in: conversation.jid, text: message.body });
    });
    this.chat.on("status", ({ phase, detail }) => {
      if (phase === "stopped" && detail) console.error(`teahouse: ${detail}`); // for the webmaster; the user reads it in his own words
      this.tell("state", phase);
    });
    this.chat.on("logout", () => this.forget());
    this.count();
    this.changed();
  }

  private failByProblem({ status, code, detail, message, retryAfterS }: Problem): void {
    if (code === "tenant-suspended") return this.fail({ kind: "suspended", text: detail, retryMs: retryMsMax });
    if (status === 403) return this.fail({ kind: "not-allowed", text: message });
    if (status === 404) return this.fail({ kind: "unknown-site", text: message });
    this.fail({ kind: status === 429 ? "busy" : "unreachable", text: message, retryMs: retryAfterS * 1000 || undefined });
  }

  private fail(failure: Failure): void {
    this.failure = failure;
    this.changed();
    if (!passing.includes(failure.kind)) return;
    const waitMs = failure.retryMs ?? Math.min(retryMsMax, retryMs * 2 ** this.failures++);
    // Until it has gone well the failure stays, so that nothing flickers.
    this.retryTimer = setTimeout(() => void (this.starting = this.connect()), waitMs * (1 + Math.random() / 2)) as unknown as number;
  }

  private logout(): void {
    this.chat?.logout();
    this.forget();
  }

  private forget(): void {
    const { site, token, tokenUrl } = this.settings;
    const named = Boolean(token || tokenUrl);
    clearTimeout(this.retryTimer);
    this.visit++;
    this.attempt++;
    this.chat = undefined;
    // The page still has the token of who has just left: only another page begins again for him.
    this.failure = named ? { kind: "signed-out" } : undefined;
    this.starting = named ? Promise.resolve() : null;
    this.count();
    this.close();
    for (const kind of ["local", "session"] as const) openStorage(kind, site).clear();
    this.changed();
    if (this.isOpen) void this.start();
  }

  private load<T>(file: string): Promise<T> {
    // A module that could not be loaded stays so under its address, for as long as the page lives.
    const { href } = new URL(this.loadFailures > 0 ? `${file}#${this.loadFailures}` : file, this.settings.base);
    const module = import(/* @vite-ignore */ href) as Promise<T>;
    module.catch(() => this.loadFailures++);
    return module;
  }

  private setOpen(open: boolean): void {
    this.isOpen = open;
    this.page.set("open", open);
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
  if (!script) return;
  if (page.teahouse?.again) return page.teahouse.again(script);
  const settings = readSettings(script);
  if (!settings) return;
  const waiting = page.teahouse?.q ?? [];
  let widget: Widget | null = null;
  const early: Call[] = [];
  const queue: Queue = (...call) => (widget ? widget.call(call) : void early.push(call));
  queue.again = (next) => widget?.again(next);
  page.teahouse = queue;
  const begin = (): void => {
    widget = new Widget(settings, script);
    for (const call of [...Array.from(waiting, (c) => Array.from(c) as Call), ...early]) widget.call(call);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
}

main();
