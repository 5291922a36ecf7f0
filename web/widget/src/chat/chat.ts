// One user's chat on one site: what the UI and the page's `teahouse()` calls use. Joins the link, the store and the protocol parts.
//
// Every tab runs one of these and builds the same picture from the same stanzas; only the leading tab speaks by itself (presence,
// joining, receipts, answers to requests, the outbox). What a user does goes out through the link from whichever tab he is in.
import type { Site } from "../core/api.ts";
import { storeName } from "../core/api.ts";
import { hasFields, isNumber, isString } from "../core/check.ts";
import { pageNow, type ServerClock } from "../core/clock.ts";
import type { Claims } from "../core/claims.ts";
import { Emitter } from "../core/emitter.ts";
import { guestStorage, type Identity } from "../core/identity.ts";
import { bareJid, escapeLocalpart, userJid } from "../core/jid.ts";
import { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { Outbox } from "../core/outbox.ts";
import { clearOtherUsers, userScope, type OpenStorage, type Storage } from "../core/storage.ts";
import { randomId, type Status } from "../core/stream.ts";
import { child, el, text } from "../core/xml.ts";
import { type Addresses, roomParty, userParty, type Party } from "./addresses.ts";
import { isSnapshot } from "./checks.ts";
import type { Settings } from "../loader/settings.ts";
import type { Target } from "../loader/shell.ts";
import { Contacts } from "./contacts.ts";
import { History } from "./history.ts";
import { Incoming } from "./incoming.ts";
import { Messages } from "./messages.ts";
import { cleanName } from "./nick.ts";
import { limits, type Conversation, type Read } from "./model.ts";
import { People, safePicture } from "./people.ts";
import { answerRequest } from "./requests.ts";
import { Rooms } from "./rooms.ts";
import { Sending, type SendingTold } from "./sending.ts";
import { Store, type Snapshot } from "./store.ts";
import { Typing } from "./typing.ts";

export interface ChatOptions {
  origin: string;
  site: Site;
  clock: ServerClock;
  open: OpenStorage;
  addresses: Addresses;
  identity: Identity;
  room?: string;
  to?: string;
}

interface ChatEvents {
  status: Status;
  logout: void;
}

type TabTold =
  | SendingTold
  | { read: { jid: string; read: Read } }
  | { time: { utc: string; heardAt: number } }
  | { name: { name: string; since: number } }
  | { token: string };
interface Saved {
  epoch: string;
  h: number;
  snapshot: Snapshot;
}

const isSaved = hasFields<Saved>({ epoch: isString, h: isNumber, snapshot: isSnapshot });

function parties({ to, room }: Target): Party[] {
  return [...(to ? [userParty(to)] : []), ...(room ? [roomParty(room)] : [])];
}

function roomsOf({ rooms }: Claims): string[] {
  return Array.isArray(rooms) ? rooms.filter(isString).slice(0, limits.roomsJoined) : [];
}

/** All that a tag and a token name. */
export function namedParties({ to, room }: Target, claims: Claims): Party[] {
  return [`user:${claims.sub}`, ...parties({ to, room }), ...roomsOf(claims).map(roomParty)];
}

export class Chat extends Emitter<ChatEvents> {
  readonly store: Store;
  readonly people: People;
  readonly link: Link;
  /** The conversation the page asked for, if it asked for one. */
  first: string | null;
  private readonly sending: Sending;
  private readonly incoming: Incoming;
  private readonly contacts: Contacts;
  private readonly typing: Typing;
  private readonly messages: Messages;
  private readonly history: History;
  private readonly rooms: Rooms;
  /** What this tab keeps over page loads. */
  readonly session: Storage;
  private readonly local: Storage;
  private epoch = "";
  private phase: Status["phase"] = "idle";

  constructor(readonly options: ChatOptions) {
    super();
    const { site, clock, identity, origin, open, addresses } = options;
    const scope = userScope(site.site, identity.claims.sub);
    clearOtherUsers(open, site.site, scope);
    this.local = open("local", scope);
    this.session = open("session", scope);
    this.store = new Store(this.local);
    this.store.me = { jid: addresses.find(`user:${identity.claims.sub}`) ?? userJid(identity.claims.sub, site.domain), name: identity.claims.name ?? identity.claims.sub, since: 0 };
    this.link = new Link({
      scope,
      open,
      websocket: site.websocket,
      domain: site.domain,
      credentials: async (refresh) => ({ token: await identity.token(refresh) }),
      snapshot: () => this.store.snapshot(),
    });
    this.messages = new Messages(this.store, clock);
    this.history = new History(this.link, this.store, this.messages);
    this.rooms = new Rooms(this.link, this.store, (conversation) => void this.roomJoined(conversation));
    this.people = new People(origin, site.domain, identity, this.store);
    this.contacts = new Contacts(this.link, this.store, this.people);
    this.typing = new Typing(this.link);
    this.sending = new Sending(this.link, this.store, clock, this.rooms, this.people, new Outbox(this.local), (told) => this.link.tell(told));
    this.incoming = new Incoming(this.link, this.store, this.history, this.messages, this.sending, this.people, this.contacts);
    this.first = this.pinFirst(options);
    this.listen();
  }

  /** The server's time. */
  now(): number {
    return this.options.clock.now();
  }

  get status(): Status {
    return this.link.status;
  }

  /** It is over for now, and the user must be told why: also while it is asked whether that still holds. */
  get stopped(): boolean {
    const { phase, reason } = this.status;
    return phase === "stopped" || (phase === "connecting" && reason !== undefined && reason !== "busy");
  }

  async start(): Promise<void> {
    this.restore();
    this.sending.restore();
    const { claims } = this.options.identity;
    if (claims.name) this.store.people.set(this.store.me.jid, { jid: this.store.me.jid, id: claims.sub, name: claims.name, picture: safePicture(claims.picture) });
    else await Promise.race([this.people.load(this.store.me.jid), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    this.store.setOwnName(cleanName(this.store.personName(this.store.me.jid)), this.now());
    this.link.start();
    this.tellToken();
  }

  /** The page goes away, or another widget takes its place: what is shown is written down for the next, which goes on with the session. */
  park(): void {
    this.stopTyping();
    const saved: Saved = { epoch: this.epoch, h: this.link.h, snapshot: this.store.snapshot() };
    this.link.stop();
    this.session.set("page", saved);
  }

  /** The page that was left is there again. */
  comeBack(): void {
    this.link.start();
  }

  /** The page names the same user again: with a fresh token, perhaps another name, and where to begin. */
  async renew({ token, room, to }: Pick<Settings, "token" | "room" | "to">): Promise<void> {
    const { identity, addresses } = this.options;
    if (token) identity.replace(token);
    this.tellToken();
    await addresses.learn(namedParties({ to, room }, identity.claims));
    this.first = this.pinFirst({ to, room });
    const name = cleanName(identity.claims.name ?? "");
    if (!identity.guest && name && name !== this.store.me.name) this.nameChanged(name);
    this.joinMissing();
    this.store.changed();
  }

  /** Ends the session and removes everything that was written down for this user. Other tabs do so too when they are told. */
  logout(tellOthers = true): void {
    this.stopTyping();
    this.link.stop(true, tellOthers);
    this.local.clear();
    this.session.clear();
  }

  send(conversation: Conversation, body: string): void {
    const trimmed = body.trim();
    if (!trimmed) return;
    if (this.options.identity.guest) guestStorage(this.options.open, this.options.site.site).set("spoke", true);
    this.sending.send(conversation, trimmed);
    this.typing.sent();
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

  /** Whether `person` and `room` know the address of what the page asks for; else `learn` it first. */
  knows({ to, room }: Target): boolean {
    return parties({ to, room }).every((party) => this.options.addresses.find(party) !== undefined);
  }

  learn(target: Target): Promise<void> {
    return this.options.addresses.learn(parties(target));
  }

  /** Without what can be nobody's name. REQUIRES: `knows(target)`. */
  usable({ to, room }: Target): Target {
    const { addresses } = this.options;
    return { to: to && !addresses.isNone(userParty(to)) ? to : undefined, room: room && !addresses.isNone(roomParty(room)) ? room : undefined };
  }

  person(id: string): Conversation {
    return this.store.conversation(this.options.addresses.find(userParty(id)) ?? userJid(id, this.options.site.domain));
  }

  room(name: string): Conversation {
    const conversation = this.store.conversation(this.roomJid(name), true);
    conversation.pinned = true;
    return conversation;
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
      await storeName(origin, identity.claims.sub, await identity.token(), clean);
    } catch (error) {
      void this.rooms.rename(before).catch(() => {});
      throw error;
    }
    if (identity.guest) await identity.token(true).catch(() => {}); // the old one says the old name whenever it is used
    this.nameChanged(clean);
  }

  private nameChanged(name: string): void {
    this.store.setOwnName(name, this.now());
    this.tellName();
    if (this.link.leading) void this.rooms.followName();
  }

  /** The tab that leads may have been given an older one, which runs out sooner. */
  private tellToken(): void {
    const { identity } = this.options;
    if (!identity.guest) void identity.token().then((token) => this.link.tell({ token } satisfies TabTold), () => {});
    if (this.stopped) this.link.retryNow();
  }

  private tellName(): void {
    const { name, since } = this.store.me;
    this.link.tell({ name: { name, since } } satisfies TabTold);
  }

  /** Answers somebody who wants to see our presence. */
  allow(jid: string, yes: boolean): void {
    this.contacts.allow(jid, yes);
  }

  private pinFirst(named: Target): string | null {
    const { site, identity, addresses } = this.options;
    const { to, room } = this.usable(named);
    const claimed = roomsOf(identity.claims).filter((name) => !addresses.isNone(roomParty(name)));
    for (const name of claimed) this.room(name);
    if (room) this.room(room);
    if (to) this.person(to).pinned = true;
    if (to) return this.person(to).jid;
    if (room) return this.roomJid(room);
    if (claimed.length > 0) return claimed.length === 1 ? this.roomJid(claimed[0]!) : null;
    return this.room(site.lobby || "lobby").jid;
  }

  private roomJid(name: string): string {
    return this.options.addresses.find(roomParty(name)) ?? `${escapeLocalpart(name.toLowerCase())}@${this.options.site.rooms}`;
  }

  private listen(): void {
    const { link, store } = this;
    link.on("status", (status) => {
      const came = status.phase === "online" && this.phase !== "online";
      this.phase = status.phase;
      if (status.phase === "online" && status.epoch !== this.epoch) void this.begun(status);
      else if (came) this.resumed();
      if (came && link.leading) this.askTime(); // anew each time: a machine that slept may have let no time pass
      this.emit("status", status);
      store.changed();
    });
    link.on("lead", ({ consistent }) => {
      if (!consistent) this.epoch = "";
    });
    link.on("snapshot", ({ data, epoch }) => {
      const { name, since } = store.me;
      store.restore(data as Snapshot);
      if (store.setOwnName(name, since)) this.tellName(); // the leader's page may be older than this one
      this.epoch = epoch;
      this.joinMissing();
    });
    link.on("stanza", ({ element, outgoing }) => this.take(element, outgoing));
    link.on("acked", (ids) => ids.forEach((id) => this.sending.acknowledged(id)));
    link.on("told", (told) => this.hear(told as TabTold));
    link.on("logout", () => {
      this.logout(false);
      this.emit("logout", undefined);
    });
    store.on("read", (read) => link.tell({ read } satisfies TabTold));
  }

  private hear(told: TabTold): void {
    if ("read" in told) {
      this.store.setRead(told.read.jid, told.read.read, false);
    } else if ("time" in told) {
      this.options.clock.hear(told.time.utc, told.time.heardAt);
    } else if ("token" in told) {
      this.options.identity.replace(told.token);
      if (this.stopped && this.link.leading) this.link.retryNow();
    } else if ("name" in told) {
      if (this.store.setOwnName(told.name.name, told.name.since) && this.link.leading) void this.rooms.followName();
    } else {
      this.sending.hear(told);
    }
  }

  /** A session that was not resumed: nothing of presence or rooms is left, and the archives tell what we missed. */
  private async begun(status: Status): Promise<void> {
    const { link, store, rooms } = this;
    this.epoch = status.epoch;
    store.me.jid = bareJid(status.jid) || store.me.jid; // the server's word
    this.contacts.begin();
    store.archive.synced = false;
    for (const c of store.conversations.values()) {
      c.synced = false;
      c.typing = {};
    }
    rooms.forget();
    if (link.leading) link.iq("set", undefined, el("enable", { xmlns: ns.carbons })).catch(() => {});
    const announced = this.contacts.loadRoster().then(() => link.leading && link.send(el("presence", {})));
    this.joinMissing();
    await Promise.all([announced, this.syncAccount()]);
    if (this.epoch === status.epoch) this.contacts.greetRecent();
  }

  private async syncAccount(): Promise<void> {
    const { epoch } = this;
    try {
      await this.history.syncAccount();
    } catch {
      if (this.epoch !== epoch || this.status.phase !== "online") return;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      if (this.epoch === epoch && this.status.phase === "online" && !this.store.archive.synced) return this.syncAccount();
      return;
    }
    this.sending.flushAll();
  }

  private async roomJoined(conversation: Conversation): Promise<void> {
    if (!conversation.synced) await this.history.syncRoom(conversation).catch(() => {});
    this.sending.flushAll();
  }

  private resumed(): void {
    if (!this.store.archive.synced) void this.syncAccount();
    for (const c of this.store.conversations.values()) {
      if (!c.room) continue;
      if (c.room.phase === "joining") c.room.phase = "idle";
      if (c.room.phase === "joined" && !c.synced) void this.roomJoined(c);
      if (this.link.leading) void this.rooms.checkJoined(c);
    }
    if (this.link.leading) void this.rooms.followName();
    this.joinMissing();
    this.sending.flushAll();
  }

  private joinMissing(): void {
    let count = 0;
    for (const c of this.store.conversations.values()) {
      if (c.room?.phase === "idle" && c.pinned && ++count <= limits.roomsJoined) this.rooms.join(c);
    }
  }

  private askTime(): void {
    const asked = pageNow();
    this.link.iq("get", this.options.site.domain, el("time", { xmlns: ns.time })).then(
      (answer) => {
        const time = { utc: text(child(child(answer, ns.time, "time"), ns.time, "utc")), heardAt: (asked + pageNow()) / 2 };
        this.hear({ time });
        this.link.tell({ time } satisfies TabTold);
      },
      () => {},
    );
  }

  private take(element: Element, outgoing: boolean): void {
    if (element.localName === "presence") {
      if (outgoing) this.takeOutgoing(element);
      else if (!this.rooms.take(element)) this.contacts.takePresence(element);
      return;
    }
    if (outgoing) return;
    if (element.localName === "message") return this.incoming.take(element);
    if (child(element, ns.roster, "query")) this.contacts.takeRoster(element);
    if (this.link.leading) answerRequest(this.link, element);
  }

  private takeOutgoing(presence: Element): void {
    this.rooms.takeOutgoing(presence);
    this.contacts.takeOutgoing(presence);
  }

  private restore(): void {
    const saved = this.session.get("page", isSaved);
    this.session.remove("page"); // a duplicated tab must not start from the same state
    if (!saved) return;
    this.store.restore(saved.snapshot);
    this.epoch = saved.epoch;
    this.link.h = saved.h;
    this.link.status = { ...this.link.status, epoch: saved.epoch };
  }
}
