// One user's time on the page: from the tag that names the user until a tag names another, a logout, or the end of the page. It connects,
// tries again, and says why there is no chat.
import type { Chat } from "../chat/chat.ts";
import { loadSite, Problem, type Site } from "../core/api.ts";
import { isBoolean, isString } from "../core/check.ts";
import { readClaims } from "../core/claims.ts";
import { userScope, type OpenStorage } from "../core/storage.ts";
import { userOf, type Settings } from "./settings.ts";
import type { CoreModule, Failure } from "./shell.ts";

declare const CORE_FILE: string;

const retryMs = 3_000;
const retryMsMax = 60_000;
const passing: readonly Failure["kind"][] = ["suspended", "busy", "unreachable", "leaving"];

/** The session is left to whatever comes next; or ends, because somebody else is named or the user has logged out. */
export type Ending = "left" | "followed" | "logged out";

/** The page's side of a visit. */
export interface VisitHost {
  readonly storage: OpenStorage;
  /** The scopes of users who have logged out on this page, until somebody else is here, or nobody is signed in. */
  readonly leftUsers: Set<string>;
  load<T>(file: string): Promise<T>;
  /** Whether there is a chat, or why not, has changed. */
  changed(): void;
  /** The chat's messages have changed. */
  count(): void;
  tell(event: string, value?: unknown): void;
  /** Another tab has logged the user out. */
  loggedOut(visit: Visit): void;
}

export class Visit {
  chat?: Chat;
  site?: Site;
  failure?: Failure;
  private starting: Promise<void> | null = null;
  private over: Ending | null = null;
  /** Counts what connect() has begun; the last one alone comes to something. */
  private attempt = 0;
  private failures = 0;
  private retryTimer = 0;

  /** All that named the user. */
  readonly tokens = new Set<string>();

  constructor(
    public settings: Settings,
    private readonly host: VisitHost,
  ) {
    this.note(settings);
  }

  get named(): boolean {
    const { token, tokenUrl, user } = this.settings;
    return Boolean(token || tokenUrl || user);
  }

  /** Something may be unread: it is worth a connection before the chat is opened. */
  get mayHaveUnread(): boolean {
    return this.named || this.host.storage("local", `${this.settings.site}:guest`).get("spoke", isBoolean) === true;
  }

  /** Whether the tag names the user that is here. Where only the token URL knows, it must be asked again. */
  isOf(settings: Settings): boolean {
    const user = this.named && this.chat ? this.chat.options.identity.claims.sub : userOf(this.settings);
    return this.over === null && user !== undefined && user === userOf(settings);
  }

  /** The same user again, with a fresh token or another place to begin. */
  renew(settings: Settings): void {
    this.settings = settings;
    this.note(settings);
    if (this.chat) void this.chat.renew(settings);
    else if (this.starting && !this.failure) void (this.starting = this.connect());
    else if (this.failure) this.retry();
  }

  start(): void {
    if (this.over === null) this.starting ??= this.connect();
  }

  retry(): void {
    clearTimeout(this.retryTimer);
    this.failure = undefined;
    this.starting = null;
    this.host.changed();
    this.start();
  }

  /** The page goes into the back/forward cache, or away. */
  leave(): void {
    this.chat?.park();
  }

  comeBack(): void {
    this.chat?.comeBack();
  }

  /** Whether the user is still the one whom this browser's newest page named. */
  get isCurrent(): boolean {
    if (this.named) return this.newest === userOf(this.settings);
    const token = this.host.storage("local", `${this.settings.site}:guest`).get("token", isString);
    return !this.chat || this.chat.options.identity.claims.sub === (token && readClaims(token)?.sub);
  }

  /** Leaves the session, or ends it and forgets all that was kept for its user. */
  end(how: Ending, tellOthers = true): void {
    const { chat } = this;
    clearTimeout(this.retryTimer);
    this.over = how;
    this.attempt++;
    this.chat = undefined;
    if (how === "left") return chat?.park();
    if (chat) this.forget(chat, tellOthers);
    const { settings } = this;
    const user = chat ? null : userOf(settings);
    if (user) for (const kind of ["local", "session"] as const) this.host.storage(kind, userScope(settings.site, user)).clear();
  }

  private forget(chat: Chat, tellOthers: boolean): void {
    const { guest, claims } = chat.options.identity;
    if (this.over === "logged out" && !guest) this.host.leftUsers.add(userScope(this.settings.site, claims.sub));
    chat.logout(tellOthers);
  }

  /** Nobody is here: the tag's user has logged out, and must be named anew. */
  signOut(): void {
    this.over = "logged out";
    this.failure = { kind: "signed-out" };
    this.noteUser(null);
  }

  /** Whom this browser's newest page named; nobody is an empty name, null that it is not known. */
  get newest(): string | null {
    return this.host.storage("local", this.settings.site).get("user", isString);
  }

  noteUser(user: string | null): void {
    const storage = this.host.storage("local", this.settings.site);
    storage.remove("user"); // first: a storage that is full would keep the last one
    storage.set("user", user ?? "");
  }

  private note({ token }: Settings): void {
    if (token) this.tokens.add(token);
  }

  private async connect(): Promise<void> {
    const { settings, host } = this;
    const { origin, site: id } = settings;
    const attempt = ++this.attempt;
    const core = host.load<CoreModule>(CORE_FILE);
    core.catch(() => {});
    try {
      this.site ??= await loadSite(origin, id);
      if (attempt !== this.attempt) return;
      const { notice, guests } = this.site;
      if (notice?.kind === "suspended") return this.fail({ kind: "suspended", text: notice.text, retryMs: retryMsMax });
      if (!guests && !this.named) return this.fail({ kind: "guests" });
      const chat = await (await core).startChat(settings, this.site, host.storage, host.leftUsers);
      if (this.over === "logged out" || this.over === "followed") return this.forget(chat, false);
      if (attempt !== this.attempt) return chat.link.stop();
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
    this.joined(this.chat);
  }

  private joined(chat: Chat): void {
    const { host } = this;
    const { store } = chat;
    const { guest, claims } = chat.options.identity;
    this.noteUser(guest ? null : claims.sub);
    host.leftUsers.clear();
    store.on("change", () => this.chat === chat && host.count());
    store.on("incoming", ({ conversation, message }) => {
      host.tell("message", { from: store.authorName(conversation, message), in: conversation.jid, text: message.body });
    });
    chat.on("status", ({ phase, detail }) => {
      if (this.chat !== chat) return;
      if (phase === "stopped" && detail) console.error(`teahouse: ${detail}`); // for the webmaster; the user reads it in his own words
      host.tell("state", phase);
    });
    chat.on("logout", () => this.chat === chat && host.loggedOut(this));
    host.changed();
  }

  private failByProblem({ status, code, detail, message, retryAfterS }: Problem): void {
    if (code === "tenant-suspended") return this.fail({ kind: "suspended", text: detail, retryMs: retryMsMax });
    if (status === 403) return this.fail({ kind: "not-allowed", text: message });
    if (status === 404) return this.fail({ kind: "unknown-site", text: message });
    this.fail({ kind: status === 429 ? "busy" : "unreachable", text: message, retryMs: retryAfterS * 1000 || undefined });
  }

  private fail(failure: Failure): void {
    this.failure = failure;
    if (failure.kind === "signed-out") this.host.leftUsers.clear();
    if (failure.kind === "signed-out" || failure.kind === "leaving") this.noteUser(null);
    this.host.changed();
    if (!passing.includes(failure.kind)) return;
    const waitMs = failure.retryMs ?? Math.min(retryMsMax, retryMs * 2 ** this.failures++);
    // Until it has gone well the failure stays, so that nothing flickers.
    this.retryTimer = setTimeout(() => void (this.starting = this.connect()), waitMs * (1 + Math.random() / 2)) as unknown as number;
  }
}
