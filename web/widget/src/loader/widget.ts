// The chat's place on the page: its element, the bubble, and whether it is open. Who chats in it is a Visit.
import { isBoolean } from "../core/check.ts";
import { unsubscribe } from "../core/registration.ts";
import { clearOtherUsers, forgetTokens, userScope, type OpenStorage, type Storage, type Storages } from "../core/storage.ts";
import { bubbleStrings } from "../strings/bubble.ts";
import { translator } from "../strings/table.ts";
import { Bubble } from "./bubble.ts";
import css from "./bubble.css";
import type { Files } from "./files.ts";
import { makeNotice } from "./notice.ts";
import { followNotifications } from "./notified.ts";
import { isSamePlace, userOf, type Settings } from "./settings.ts";
import type { CallsModule, Shell, Target, UiModule } from "./shell.ts";
import { addStyles } from "./styles.ts";
import { Visit, type VisitHost } from "./visit.ts";

declare const UI_FILE: string;
declare const CALLS_FILE: string;

/** What other pages stored just before this one came back reaches it a moment later (browsers keep each process a copy of the storage). */
const storedLateMs = 5_000;
/** Most of it within this time, in which a page that is back shows nothing. */
const settleMs = 100;

/** What outlives a widget: other settings or another version may put a new one in its place. */
export interface Page {
  storages: Storages;
  files: Files;
  /** Tokens of users who have left: the page may show them again (a copy kept for Back), and they count no more. */
  leftTokens: Set<string>;
  /** The same where a token URL names the user. */
  leftUsers: Set<string>;
  tell(event: string, value?: unknown): void;
}

export class Widget implements Shell, VisitHost {
  readonly root = document.createElement("div");
  readonly shadow: ShadowRoot;
  readonly language;
  readonly storage: OpenStorage;
  isOpen = false;
  entered = false;
  target?: Target;
  /** It is open, or will be when it is loaded. */
  wanted = false;
  private readonly host = document.createElement("teahouse-chat");
  private readonly bubble: Bubble | null;
  private readonly listeners = new Set<() => void>();
  /** Whether the chat is open is kept over page loads. */
  private readonly kept: Storage;
  private visit: Visit;
  private mounted: Promise<() => void> | null = null;
  private gone = false;
  private notice: HTMLElement | null = null;
  private unread = 0;
  private returnFocus: HTMLElement | null = null;
  /** The page or the user has asked for it to be opened, and is told when it is. */
  private opening = false;
  private readonly followers = new AbortController();
  private backAt = -Infinity;
  private settling = 0;
  /** Whom the page wants to be called. */
  private calling: { to: string; video: boolean } | null = null;

  constructor(
    public settings: Settings,
    private script: HTMLScriptElement,
    private readonly page: Page,
    /** The page may be a copy that the browser kept for Back. */
    copied: boolean,
  ) {
    const { mode, site } = settings;
    this.storage = page.storages.open;
    this.kept = this.storage("session", `${site}:page`);
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
    this.bubble = mode === "bubble" ? new Bubble(language, () => (this.isOpen ? this.close() : void this.open())) : null;
    if (this.bubble) root.append(this.bubble.button);
    root.addEventListener("focusin", () => (this.entered = true));
    this.shadow.append(root);
    if (copied) this.backAt = performance.now();
    this.visit = this.makeVisit(copied);
    this.followPage();
    this.attach();
    if (mode !== "bubble" || this.kept.get("open", isBoolean)) void this.openPanel();
    else if (this.visit.mayHaveUnread) this.visit.start();
  }

  get leftUsers(): Set<string> {
    return this.page.leftUsers;
  }

  get chat(): Shell["chat"] {
    return this.visit.chat;
  }

  get site(): Shell["site"] {
    return this.visit.site;
  }

  get failure(): Shell["failure"] {
    return this.visit.failure;
  }

  /** The tag ran again. False if another widget is needed for what it says now. */
  turn(script: HTMLScriptElement, settings: Settings): boolean {
    if (!isSamePlace(settings, this.settings)) return false;
    const moved = !this.script.isConnected;
    this.script = script;
    this.settings = settings;
    if (moved || !this.host.isConnected) this.attach();
    if (this.visit.isOf(settings)) this.visit.renew(settings);
    else this.change(settings);
    return true;
  }

  /** Makes place for another widget. The session goes on there if it is for the same user. */
  end(next: Settings | null): void {
    this.gone = true;
    this.followers.abort();
    const same = next !== null && next.site === this.settings.site && (this.visit.isOf(next) || userOf(next) === undefined);
    this.visit.end(same ? "left" : "followed");
    if (!same) this.leaveTokens(this.visit);
    void this.mounted?.then(
      (unmount) => unmount(),
      () => {},
    );
    this.host.remove();
  }

  listen(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  async open(target?: Target): Promise<void> {
    const fresh = !this.isOpen;
    this.entered = true;
    if (fresh) this.returnFocus = this.shadow.activeElement as HTMLElement | null;
    this.opening = fresh;
    if (target || (fresh && this.unread > 0)) this.target = target ?? {};
    if (this.failure?.kind === "unreachable") this.retry();
    await this.openPanel();
    if (this.opening && this.isOpen) this.tell("open");
    this.opening = false;
  }

  /** Also while its files are on their way. */
  close(): void {
    if (!this.wanted || !this.bubble) return;
    const { isOpen } = this;
    this.setOpen(false);
    if (!isOpen) return;
    (this.returnFocus ?? this.bubble.button).focus();
    this.tell("close");
  }

  retry(): void {
    this.visit.retry();
  }

  /** Calls this user, as soon as there is a chat. REQUIRES: the visitor has just clicked. */
  call(to: string | undefined, video: boolean): void {
    if (!to || this.settings.calls === "off") {
      return console.warn(`teahouse: ${to ? 'calls are off: the script tag needs data-calls="audio" or "video"' : "call needs {to: a user's id}"}.`);
    }
    this.calling = { to, video };
    this.visit.start();
    this.changed();
  }

  logout(): void {
    this.loggedOut(this.visit, true);
    if (this.settings.push) void unsubscribe(this.settings.push).catch(() => {});
    for (const kind of ["local", "session"] as const) this.storage(kind, this.settings.site).clear();
    this.visit.noteUser(null);
  }

  loggedOut(visit: Visit, tellOthers = false): void {
    visit.end("logged out", tellOthers);
    this.leaveTokens(visit);
    this.visit = new Visit(this.settings, this);
    // The page still has the token: only another page, or the tag with another token, begins again.
    if (visit.named) this.visit.signOut();
    this.count();
    this.close();
    this.changed();
    if (this.wanted) this.visit.start();
  }

  changed(): void {
    this.followCalls();
    this.count();
    for (const listener of this.listeners) listener();
  }

  count(): void {
    const unread = this.chat?.store.unread() ?? 0;
    if (unread === this.unread) return;
    this.unread = unread;
    this.bubble?.setUnread(unread);
    this.tell("unread", unread);
  }

  tell(event: string, value?: unknown): void {
    this.page.tell(event, value);
  }

  load<T>(file: string): Promise<T> {
    return this.page.files.load(file);
  }

  /** The bundle of calls is loaded when there is one. */
  private followCalls(): void {
    const { chat, calling } = this;
    if (!chat || this.settings.calls === "off") return;
    chat.calling.load = () => this.load<CallsModule>(CALLS_FILE).then((module) => module.startCalls(chat, this));
    if (!calling) return;
    this.calling = null;
    void chat.named.learn(calling).then(() => {
      if (chat.named.usable(calling).to) chat.calling.call(chat.named.person(calling.to).jid, calling.video);
    });
  }

  private leaveTokens(visit: Visit): void {
    for (const token of visit.tokens) this.page.leftTokens.add(token);
  }

  /** Another user, or nobody: the last one leaves nothing here. Where only the token URL knows who it is, the session may go on. */
  private change(settings: Settings): void {
    const known = userOf(settings) !== undefined;
    this.visit.end(known ? "followed" : "left");
    if (known) this.leaveTokens(this.visit);
    this.target = undefined;
    this.visit = this.makeVisit(false);
    this.changed();
    if (this.wanted || this.visit.mayHaveUnread) this.visit.start();
  }

  private makeVisit(copied: boolean): Visit {
    const { settings, page } = this;
    const visit = new Visit(settings, this);
    const user = userOf(settings);
    const outdated = copied && visit.newest !== null && visit.newest !== user;
    if (settings.token && (page.leftTokens.has(settings.token) || outdated)) visit.signOut();
    else if (user !== undefined) visit.noteUser(user);
    if (user === null) forgetTokens(this.storage, settings.site);
    if (user) clearOtherUsers(this.storage, settings.site, userScope(settings.site, user));
    return visit;
  }

  private async openPanel(): Promise<void> {
    this.wanted = true;
    this.visit.start();
    this.notice?.remove();
    this.bubble?.setBusy(true);
    try {
      await (this.mounted ??= this.load<UiModule>(UI_FILE).then((ui) => ui.mount(this)));
      if (this.wanted && !this.gone) this.setOpen(true);
    } catch (error) {
      this.mounted = null;
      if (!this.wanted || this.gone) return;
      console.error("teahouse: the chat could not be loaded.", error);
      this.notice?.remove();
      this.notice = makeNotice(translator(bubbleStrings, this.language), () => void this.open());
      this.root.prepend(this.notice);
      this.bubble?.setBusy(false);
    }
  }

  private attach(): void {
    const { script, host } = this;
    const { parentNode } = script;
    if (this.settings.mode === "inline" && parentNode && parentNode !== document.head) script.after(host);
    // Not into the body, whose filters, transforms and overflow would place and clip what is fixed to the window.
    else document.documentElement.append(host);
    // A page that keeps copies of its body (Turbo) kept one of the element too, which is empty.
    for (const copy of document.querySelectorAll("teahouse-chat")) if (!copy.shadowRoot) copy.remove();
  }

  private setOpen(open: boolean): void {
    this.isOpen = this.wanted = open;
    this.kept.set("open", open);
    this.root.toggleAttribute("data-open", open);
    this.bubble?.setOpen(open);
    this.bubble?.setBusy(false);
    this.notice?.remove();
    this.changed();
  }

  private followPage(): void {
    const { signal } = this.followers;
    const { theme } = this.settings;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const paint = (): void => {
      this.root.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    };
    paint();
    dark.addEventListener?.("change", paint, { signal });
    addEventListener("pagehide", () => this.goAway(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.comeBack(), { signal });
    addEventListener("storage", () => this.checkUser(), { signal });
    if (this.settings.push) followNotifications((target) => void this.open(target), signal);
  }

  private goAway(): void {
    clearTimeout(this.settling);
    this.root.toggleAttribute("data-away", true);
    this.visit.leave();
  }

  private comeBack(): void {
    const { visit, settings } = this;
    this.page.storages.forgetUnwritten();
    this.backAt = performance.now();
    if (userOf(settings) === undefined) this.change(settings);
    else if (this.checkUser()) return void (this.settling = setTimeout(() => this.show(visit), settleMs) as unknown as number);
    this.show();
  }

  /** False if the user of a page that is just back has left meanwhile; then the chat ends here too. */
  private checkUser(): boolean {
    const { visit, settings } = this;
    const longBack = performance.now() - this.backAt > storedLateMs;
    if (longBack || userOf(settings) === undefined || visit.isCurrent) return true;
    this.backAt = -Infinity;
    this.loggedOut(visit);
    return false;
  }

  private show(back?: Visit): void {
    if (this.gone) return;
    if (back === this.visit) back.comeBack();
    this.root.toggleAttribute("data-away", false);
  }
}
