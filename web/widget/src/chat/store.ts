// The picture every tab builds from the stanzas: conversations, people, presence. Pure state: no I/O but the read marks, which are
// written down so that "unread" survives reloads.
import { Emitter } from "../core/emitter.ts";
import { bareJid, userId } from "../core/jid.ts";
import type { Storage } from "../core/storage.ts";
import { isRead } from "./checks.ts";
import type { Contact, Conversation, Delivery, Message, Person, Read, Room, Show } from "./model.ts";
import { limits } from "./model.ts";
import type { Retraction } from "./reading.ts";

interface StoreEvents {
  change: void;
  /** A message from somebody else that arrived now. */
  incoming: { conversation: Conversation; message: Message };
  read: { jid: string; read: Read };
}

export interface Snapshot {
  conversations: Conversation[];
  people: Person[];
  contacts: Contact[];
  presence: [string, [string, Show][]][];
  requests: string[];
  archive: Store["archive"];
  me: Store["me"];
}

const deliveryRank: Record<Delivery, number> = { failed: 0, pending: 1, sent: 2, delivered: 3, seen: 4 };

export class Store extends Emitter<StoreEvents> {
  readonly conversations = new Map<string, Conversation>();
  people = new Map<string, Person>();
  contacts = new Map<string, Contact>();
  /** Subscription requests waiting for the user's answer. */
  requests = new Set<string>();
  private presence = new Map<string, Map<string, Show>>();
  /** The account's own archive: how far it was read, and whether older pages exist. */
  archive: { newest?: string; oldest?: string; more: boolean; synced: boolean; listed: boolean } = { more: true, synced: false, listed: false };
  /** `since`: the server's time when this page learnt the name. Among tabs the newest name is right. */
  me = { jid: "", name: "", since: 0 };
  private announced = false;

  constructor(private readonly storage: Storage) {
    super();
  }

  /** One `change` for all that happens in this turn. */
  changed(): void {
    if (this.announced) return;
    this.announced = true;
    queueMicrotask(() => {
      this.announced = false;
      this.emit("change", undefined);
    });
  }

  conversation(jid: string, room = false): Conversation {
    let found = this.conversations.get(jid);
    if (!found) {
      found = {
        jid,
        room: room ? makeRoom() : null,
        name: "",
        messages: [],
        more: true,
        loading: false,
        synced: false,
        read: this.storage.get(`read:${jid}`, isRead),
        unread: 0,
        typing: {},
        pinned: false,
      };
      this.conversations.set(jid, found);
      this.changed();
    }
    return found;
  }

  /** Newest first; what has no messages yet stands last. */
  list(): Conversation[] {
    const time = (c: Conversation): number => c.messages.at(-1)?.time ?? 0;
    return [...this.conversations.values()].filter((c) => c.pinned || c.messages.length > 0).sort((a, b) => time(b) - time(a));
  }

  unread(): number {
    let sum = 0;
    for (const c of this.conversations.values()) sum += c.unread;
    return sum;
  }

  /**
   * Adds a message, or completes the one it repeats: the same archive id, or the same id from the same author (our own message come back
   * from the room, a carbon, or the archive). Returns the message as kept and whether it is new.
   */
  insert(conversation: Conversation, message: Message, earlier = false): { kept: Message; fresh: boolean } {
    const list = conversation.messages;
    const known = list.findIndex(
      (m) =>
        (message.archiveId !== undefined && m.archiveId === message.archiveId) ||
        (message.id !== "" && m.id === message.id && m.own === message.own && (m.own || (m.author === message.author && m.body === message.body))),
    );
    if (known >= 0) {
      const old = list[known]!;
      const archived = message.archiveId !== undefined && old.archiveId === undefined;
      const kept: Message = {
        ...old,
        archiveId: old.archiveId ?? message.archiveId,
        time: archived ? message.time : old.time,
        delivery: higher(old.delivery, message.delivery),
      };
      if (kept.delivery !== "failed") delete kept.error;
      if (kept.time !== old.time) {
        list.splice(known, 1);
        place(list, kept);
      } else {
        list[known] = kept;
      }
      if (conversation.read && kept.archiveId && conversation.read.id === kept.archiveId && kept.time > conversation.read.time) {
        conversation.read = { ...conversation.read, time: kept.time };
      }
      this.changed();
      return { kept, fresh: false };
    }
    place(list, message, earlier);
    if (!earlier) this.trim(conversation);
    this.changed();
    return { kept: message, fresh: true };
  }

  setReading(conversation: Conversation, reading: boolean): void {
    conversation.reading = reading;
    this.trim(conversation);
  }

  private trim(conversation: Conversation): void {
    // Who reads further up keeps his place, within reason.
    const kept = limits.messagesKept * (conversation.reading ? 10 : 1);
    const excess = conversation.messages.length - kept;
    if (excess <= 0) return;
    conversation.messages.splice(0, excess);
    conversation.more = true;
    this.changed();
  }

  update(conversation: Conversation, id: string, change: Partial<Message>): void {
    const index = conversation.messages.findIndex((m) => m.own && m.id === id);
    if (index < 0) return;
    conversation.messages[index] = { ...conversation.messages[index]!, ...change };
    this.changed();
  }

  /** Raises the delivery of our message, and of those before it too when the other side has displayed up to here. */
  raise(conversation: Conversation, id: string, delivery: Delivery, andBefore = false): void {
    const list = conversation.messages;
    const at = list.findIndex((m) => m.own && (m.id === id || m.archiveId === id));
    for (let i = at; i >= 0; i--) {
      const m = list[i]!;
      if (m.own && m.delivery !== "failed" && deliveryRank[m.delivery ?? "pending"] < deliveryRank[delivery]) {
        if (i === at || m.delivery !== "pending") list[i] = { ...m, delivery };
      }
      if (!andBefore) break;
    }
    this.changed();
  }

  retract(conversation: Conversation, { moderated, reason }: Retraction, which: (message: Message) => boolean): void {
    const at = conversation.messages.findIndex(which);
    if (at < 0) return;
    conversation.messages[at] = { ...conversation.messages[at]!, body: "", file: undefined, retracted: { moderated, reason } };
    this.recount(conversation);
    this.changed();
  }

  drop(conversation: Conversation, id: string): void {
    conversation.messages = conversation.messages.filter((m) => !(m.own && m.id === id));
    this.changed();
  }

  /** Counts what others wrote after the read mark. Without a mark: a room starts read, a person's messages count after our last word. */
  recount(conversation: Conversation): void {
    const { messages, room } = conversation;
    if (!conversation.read) {
      if (room) {
        const last = messages.at(-1);
        if (last && conversation.synced) conversation.read = { time: last.time, id: last.archiveId };
        else return;
      } else {
        conversation.read = { time: messages.findLast((m) => m.own)?.time ?? 0 };
      }
    }
    const since = conversation.read.time;
    const unread = messages.filter((m) => !m.own && !m.retracted && m.time > since && isNews(m)).length;
    if (unread !== conversation.unread) {
      conversation.unread = unread;
      this.changed();
    }
  }

  /** Marks all up to `upTo` (or everything) as read. Returns the newest message that this covers newly, if any. */
  markRead(conversation: Conversation, upTo?: Message, tell = true): Message | null {
    const last = upTo ?? conversation.messages.findLast((m) => m.delivery !== "pending");
    if (!last || (conversation.read && last.time <= conversation.read.time)) {
      this.recount(conversation);
      return null;
    }
    const before = conversation.read?.time ?? 0;
    this.setRead(conversation.jid, { time: last.time, id: last.archiveId }, tell);
    return conversation.messages.findLast((m) => !m.own && m.time <= last.time && m.time > before) ?? null;
  }

  setRead(jid: string, read: Read, tell = true): void {
    const conversation = this.conversations.get(jid);
    if (conversation && (conversation.read?.time ?? 0) < read.time) {
      conversation.read = read;
      this.recount(conversation);
    }
    this.storage.set(`read:${jid}`, read);
    if (tell) this.emit("read", { jid, read });
    this.changed();
  }

  /** Takes the user's own name, unless a newer one is known. Returns whether it is the one to use. */
  setOwnName(name: string, since: number): boolean {
    const { jid } = this.me;
    if (since < this.me.since) return false;
    this.me = { jid, name, since };
    this.people.set(jid, { jid, id: userId(jid), picture: this.picture(jid), name });
    this.changed();
    return true;
  }

  setPresence(jid: string, resource: string, show: Show): void {
    const resources = this.presence.get(jid) ?? new Map<string, Show>();
    if (show === "offline") resources.delete(resource);
    else resources.set(resource, show);
    this.presence.set(jid, resources);
    this.changed();
  }

  clearPresence(): void {
    this.presence.clear();
  }

  /** The most available resource; `undefined` when we were never told (no subscription, no shared room). */
  show(jid: string): Show | undefined {
    const resources = this.presence.get(jid);
    const shows = [...(resources?.values() ?? [])];
    for (const c of this.conversations.values()) {
      if (c.room?.phase !== "joined") continue;
      for (const o of Object.values(c.room.occupants)) if (o.jid && bareJid(o.jid) === jid) shows.push(toShow("", o.show));
    }
    for (const show of ["online", "away", "dnd"] as const) if (shows.includes(show)) return show;
    return resources || this.contacts.has(jid) ? "offline" : undefined;
  }

  personName(jid: string): string {
    const bare = bareJid(jid);
    const person = this.people.get(bare);
    return person?.name || this.contacts.get(bare)?.name || person?.id || userId(bare) || bare;
  }

  /** The name of an occupant of a room as it is written; the nick where that is not known. */
  occupantName(room: string, nick: string): string {
    return this.conversations.get(bareJid(room))?.room?.occupants[nick]?.name ?? nick;
  }

  /** Who wrote this. A room's own words are the room's. */
  authorName({ jid, room }: Conversation, { author, nick, name }: Message): string {
    return name ?? (nick ? this.occupantName(jid, nick) : this.personName(room ? jid : author));
  }

  picture(jid: string | undefined): string | undefined {
    return jid ? this.people.get(bareJid(jid))?.picture : undefined;
  }

  /** Forgets the messages of a conversation because there may be a gap in them; pending and failed ones stay. */
  reset(conversation: Conversation): void {
    conversation.messages = conversation.messages.filter((m) => m.delivery === "pending" || m.delivery === "failed");
    conversation.more = true;
    conversation.newestArchiveId = undefined;
    this.changed();
  }

  snapshot(): Snapshot {
    return {
      conversations: [...this.conversations.values()].map((c) => ({
        ...c,
        loading: false,
        reading: false,
        typing: {},
        more: c.more || c.messages.length > limits.messagesSnapshot,
        messages: c.messages.slice(-limits.messagesSnapshot),
      })),
      people: [...this.people.values()],
      contacts: [...this.contacts.values()],
      presence: [...this.presence].map(([jid, resources]) => [jid, [...resources]]),
      requests: [...this.requests],
      archive: this.archive,
      me: this.me,
    };
  }

  restore(snapshot: Snapshot): void {
    for (const c of snapshot.conversations) {
      const pinned = this.conversations.get(c.jid)?.pinned ?? false;
      this.conversations.set(c.jid, { ...c, pinned: c.pinned || pinned, read: this.storage.get(`read:${c.jid}`, isRead) ?? c.read });
    }
    this.people = new Map(snapshot.people.map((p) => [p.jid, p]));
    this.contacts = new Map(snapshot.contacts.map((c) => [c.jid, c]));
    this.presence = new Map(snapshot.presence.map(([jid, resources]) => [jid, new Map(resources)]));
    this.requests = new Set(snapshot.requests);
    this.archive = snapshot.archive;
    if (snapshot.me.since > this.me.since) this.me = snapshot.me;
    for (const c of this.conversations.values()) this.recount(c);
    this.changed();
  }
}

/** Of calls, those that nobody took. */
const isNews = ({ call }: Message): boolean => !call || call.outcome === "missed" || call.outcome === "busy";

export function makeRoom(): Room {
  return { phase: "idle", nick: "", subject: "", occupants: {} };
}

export function toShow(type: string, show: string): Show {
  if (type === "unavailable") return "offline";
  return show === "away" || show === "xa" ? "away" : show === "dnd" ? "dnd" : "online";
}

/** By time; among equal times in order of arrival, or (`earlier`) first. */
function place(list: Message[], message: Message, earlier = false): void {
  let i = list.length;
  while (i > 0 && (earlier ? list[i - 1]!.time >= message.time : list[i - 1]!.time > message.time)) i--;
  list.splice(i, 0, message);
}

function higher(a: Delivery | undefined, b: Delivery | undefined): Delivery | undefined {
  if (!a || !b) return a ?? b;
  return deliveryRank[a] >= deliveryRank[b] ? a : b;
}
