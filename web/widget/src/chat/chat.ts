// One user's chat on one site: what the UI and the page's `teahouse()` calls use. Joins the link, the store and the protocol parts. What a
// user does goes out through the link from whichever tab the user is in; what comes by itself is followed (following.ts).
import type { Site } from "../core/api.ts";
import { storeName } from "../core/api.ts";
import { isString } from "../core/check.ts";
import type { ServerClock } from "../core/clock.ts";
import { Emitter } from "../core/emitter.ts";
import { guestStorage, type Identity, type KeptIdentity } from "../core/identity.ts";
import { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { Outbox } from "../core/outbox.ts";
import { clearOtherUsers, userScope, type OpenStorage, type Storage } from "../core/storage.ts";
import type { Status } from "../core/stream.ts";
import { randomId } from "../core/ids.ts";
import { child, el, text } from "../core/xml.ts";
import type { Addresses } from "./addresses.ts";
import type { Settings } from "../loader/settings.ts";
import { Calling, leastMode } from "./calling.ts";
import { Contacts } from "./contacts.ts";
import { Following, isSaved, isStopped } from "./following.ts";
import { History } from "./history.ts";
import { Incoming } from "./incoming.ts";
import { Messages } from "./messages.ts";
import { cleanName } from "./nick.ts";
import type { SharedFile } from "../core/file.ts";
import type { Conversation } from "./model.ts";
import { Named } from "./named.ts";
import { closeAll, findRegistration, unsubscribe } from "../core/registration.ts";
import { leave, Push } from "./push.ts";
import { People, safePicture } from "./people.ts";
import { Rooms } from "./rooms.ts";
import { Sending } from "./sending.ts";
import { Store } from "./store.ts";
import { Typing } from "./typing.ts";

export interface ChatOptions {
  origin: string;
  site: Site;
  clock: ServerClock;
  open: OpenStorage;
  addresses: Addresses;
  identity: Identity | KeptIdentity;
  /** The page names its user: the next one need not have a token. */
  keepsTokens?: boolean;
  room?: string;
  to?: string;
  push?: string;
  calls?: Settings["calls"];
}

interface ChatEvents {
  status: Status;
  logout: void;
  /** What is under way in this page stops: the page goes away, or (`final`) the user has logged out. */
  stop: { final: boolean };
}

export class Chat extends Emitter<ChatEvents> {
  readonly store: Store;
  readonly people: People;
  readonly link: Link;
  readonly named: Named;
  readonly calling: Calling;
  /** Null where the page has no worker for notifications. */
  readonly push: Push | null;
  /** The conversation the page asked for, if it asked for one. */
  first: string | null;
  private readonly sending: Sending;
  private readonly contacts: Contacts;
  private readonly typing: Typing;
  private readonly history: History;
  private readonly rooms: Rooms;
  private readonly following: Following;
  /** What this tab keeps over page loads. */
  readonly session: Storage;
  private readonly local: Storage;
  private left = false;

  constructor(readonly options: ChatOptions) {
    super();
    const { site, clock, identity, origin, open, addresses } = options;
    const scope = userScope(site.site, identity.claims.sub);
    clearOtherUsers(open, site.site, scope);
    this.local = open("local", scope);
    this.session = open("session", scope);
    this.store = new Store(this.local);
    this.store.me = {
      jid: addresses.jid(`user:${identity.claims.sub}`),
      name: identity.claims.name ?? identity.claims.sub,
      since: 0,
    };
    this.link = new Link({
      scope,
      open,
      websocket: site.websocket,
      domain: site.domain,
      token: (refresh) => identity.token(refresh),
      keepsTokens: options.keepsTokens === true,
      prefersKept: () => "ask" in identity,
      snapshot: () => this.store.snapshot(),
    });
    if ("ask" in identity) identity.ask = () => this.askToken();
    const mode = leastMode(options.calls ?? "off", site.calls ?? "video");
    this.calling = new Calling(this.link, scope, mode, !identity.guest || site.guests_call !== false);
    const messages = new Messages(this.store, clock, this.calling);
    this.history = new History(this.link, this.store, messages);
    this.rooms = new Rooms(this.link, this.store, (conversation) => void this.following.roomJoined(conversation));
    this.people = new People(origin, site.domain, identity, this.store);
    this.contacts = new Contacts(this.link, this.store, this.people, this.calling);
    this.typing = new Typing(this.link);
    this.push = options.push ? new Push(this.link, this.local, options.push) : null;
    this.sending = new Sending(this.link, this.store, clock, this.rooms, this.people, new Outbox(this.local), (told) => this.link.tell(told));
    const incoming = new Incoming(this.link, this.store, this.history, messages, this.sending, this.people, this.contacts, this.calling);
    const { link, store, history, rooms, contacts, sending, calling } = this;
    this.following = new Following({ domain: site.domain, clock, identity, link, store, history, rooms, contacts, sending, incoming, calling });
    this.named = new Named(this.store, addresses, site, identity);
    this.first = this.named.pinFirst(options);
    link.on("status", (status) => this.emit("status", status));
    link.on("logout", () => {
      this.logout(false);
      this.emit("logout", undefined);
    });
  }

  /** The server's time. */
  now(): number {
    return this.options.clock.now();
  }

  get status(): Status {
    return this.link.status;
  }

  /** It is over for now, and the user must be told why. */
  get stopped(): boolean {
    return isStopped(this.status);
  }

  async start(): Promise<void> {
    this.restore();
    this.sending.restore();
    const { claims, kept } = this.options.identity;
    if (claims.name)
      this.store.people.set(this.store.me.jid, { jid: this.store.me.jid, id: claims.sub, name: claims.name, picture: safePicture(claims.picture) });
    else if (!kept) await Promise.race([this.people.load(this.store.me.jid), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    this.store.setOwnName(cleanName(this.store.personName(this.store.me.jid)), this.now());
    this.keepClaims();
    this.link.start();
    if (kept) void this.catchUp();
    if (this.session.get("call", isString)) this.calling.wake();
    this.following.tellToken();
    void this.followPush(this.options.push).catch(() => {});
  }

  /** The page goes away, or another widget takes its place: what is shown is written down for the next, which goes on with the session. */
  park(): void {
    this.stopTyping();
    this.emit("stop", { final: false });
    const saved = this.following.save();
    this.link.stop();
    this.session.set("page", saved);
  }

  /** The page that was left is there again. */
  comeBack(): void {
    this.link.start();
  }

  /** The page names the same user again: with a fresh token, perhaps another name, and where to begin. */
  async renew({ token, room, to }: Pick<Settings, "token" | "room" | "to">): Promise<void> {
    const { identity } = this.options;
    if (token) identity.replace(token);
    this.following.tellToken();
    await this.named.learnAll({ to, room });
    this.first = this.named.pinFirst({ to, room });
    const name = cleanName(identity.claims.name ?? "");
    if (!identity.guest && name && name !== this.store.me.name) this.nameChanged(name);
    this.following.joinMissing();
    this.store.changed();
  }

  /** Ends the session and removes everything that was written down for this user. Other tabs do so too when they are told. */
  logout(tellOthers = true): void {
    this.left = true;
    this.stopTyping();
    this.emit("stop", { final: true });
    leave(this.link, this.local);
    this.link.stop(true, tellOthers);
    const { push } = this.options;
    if (push) void unsubscribe(push).catch(() => {});
    this.local.clear();
    this.session.clear();
  }

  send(conversation: Conversation, body: string): void {
    const trimmed = body.trim();
    if (!trimmed) return;
    this.noteGuest();
    this.sending.send(conversation, trimmed);
    this.typing.sent();
  }

  /** A file that has been uploaded. */
  sendFile(conversation: Conversation, file: SharedFile): void {
    if (this.left) return;
    this.noteGuest();
    this.sending.send(conversation, file.url, undefined, file);
  }

  retry(conversation: Conversation, id: string): void {
    this.sending.retry(conversation, id);
  }

  discard(conversation: Conversation, id: string): void {
    this.sending.discard(conversation, id);
  }

  /** The user looks at the newest messages of this conversation. */
  view(conversation: Conversation): void {
    const seen = this.store.markRead(conversation);
    if (seen?.markable && !conversation.room) {
      this.link.send(
        el(
          "message",
          { to: conversation.jid, type: "chat", id: randomId(12) },
          el("displayed", { xmlns: ns.markers, id: seen.id }),
          el("store", { xmlns: ns.hints }),
        ),
      );
    }
  }

  /** The user opened this conversation: say that we are here, and fill it if little of it is loaded. */
  open(conversation: Conversation): void {
    conversation.pinned = true;
    if (conversation.room) {
      const { phase, error } = conversation.room;
      if (phase === "idle" || (phase === "left" && !error)) this.rooms.join(conversation);
    } else {
      this.people.want(conversation.jid);
      this.contacts.greet(conversation.jid);
      if (conversation.messages.length < 10) void this.older(conversation);
    }
    this.store.changed();
  }

  async older(conversation: Conversation): Promise<void> {
    const ready = this.status.phase === "online" && (conversation.room ? conversation.synced : this.store.archive.synced);
    if (ready) await this.history.older(conversation);
  }

  olderConversations(): Promise<void> {
    return this.history.olderList();
  }

  join(conversation: Conversation, password?: string): void {
    if (conversation.room) conversation.room.phase = "idle";
    this.rooms.join(conversation, password);
  }

  /** It stays in the list: choosing it there enters again. */
  leave(conversation: Conversation): void {
    this.rooms.leave(conversation);
  }

  /** Whether the user is among older messages rather than at the end. */
  setReading(conversation: Conversation, reading: boolean): void {
    this.store.setReading(conversation, reading);
  }

  composing(conversation: Conversation, text: string): void {
    this.typing.typed(conversation, text);
  }

  stopTyping(): void {
    this.typing.stop();
  }

  async rename(name: string): Promise<void> {
    const { origin, identity } = this.options;
    const clean = cleanName(name);
    if (!clean) return;
    const { name: before } = this.store.me;
    await this.rooms.rename(clean); // first: a room may know somebody of that name
    try {
      await storeName(origin, identity.claims.sub, await identity.pass(), clean);
    } catch (error) {
      void this.rooms.rename(before).catch(() => {});
      throw error;
    }
    if (identity.guest) await identity.token(true).catch(() => {}); // the old one says the old name whenever it is used
    this.nameChanged(clean);
  }

  /** The session's token for calls of the API, as soon as there is a session. */
  private async askToken(): Promise<string> {
    const { link } = this;
    let forget = (): void => {};
    const begun = new Promise<void>((resolve, reject) => {
      const look = ({ phase }: Status): void => {
        if (phase === "online") resolve();
        else if (phase === "stopped") reject(new Error("There is no session."));
      };
      forget = link.on("status", look);
      look(link.status);
    });
    await begun.finally(forget);
    const answer = await link.iq("get", undefined, el("token", { xmlns: ns.apiToken }));
    return text(child(answer, ns.apiToken, "token"));
  }

  /** What pages with a token of the site's ask before they have a session: the user's name, and the addresses of what the page names. */
  private async catchUp(): Promise<void> {
    const { room, to } = this.options;
    const { first } = this;
    if (!this.named.knows({ room, to })) {
      await this.named.learnAll({ room, to });
      this.first = this.named.pinFirst({ room, to });
      if (first && first !== this.first && this.store.conversation(first).messages.length === 0) this.store.conversations.delete(first);
      this.following.joinMissing();
      this.store.changed();
    }
    const { me } = this.store;
    const name = (await this.people.load(me.jid)) && cleanName(this.store.personName(me.jid));
    if (name && name !== me.name) this.nameChanged(name);
  }

  /** What the next page says of its user, where it names them without a token. */
  private keepClaims(): void {
    if (this.options.keepsTokens) this.local.set("claims", { ...this.options.identity.claims, name: this.store.me.name });
  }

  private noteGuest(): void {
    if (this.options.identity.guest) guestStorage(this.options.open, this.options.site.site).set("spoke", true);
  }

  /** What notifications say is seen here now; and those of somebody who was here before end. */
  private async followPush(script: string | undefined): Promise<void> {
    if (!script) return;
    await closeAll(await findRegistration(script));
    await this.push?.leaveOthers();
  }

  private nameChanged(name: string): void {
    this.store.setOwnName(name, this.now());
    this.keepClaims();
    this.following.tellName();
    if (this.link.leading) void this.rooms.followName();
  }

  /** Whether this user may call this one: a person whom the server knows, where the page and the site have calls on. */
  mayCall({ jid, room }: Conversation): boolean {
    const { calling, people, store } = this;
    return (
      calling.mode !== "off" &&
      calling.mayBegin &&
      !room &&
      !this.stopped &&
      /^[^/]+@[^/]+$/.test(jid) &&
      jid !== store.me.jid &&
      !people.isUnknown(jid)
    );
  }

  /** Answers somebody who wants to see our presence. */
  allow(jid: string, yes: boolean): void {
    this.contacts.allow(jid, yes);
  }

  private restore(): void {
    const saved = this.session.get("page", isSaved);
    this.session.remove("page"); // a duplicated tab must not start from the same state
    if (saved) this.following.restore(saved);
  }
}
