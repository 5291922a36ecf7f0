// Follows the link: sessions that begin or go on, the stanzas, and what other tabs tell. Afterwards the store shows what is so now.
//
// Every tab does this and builds the same picture from the same stanzas; only the leading tab speaks by itself (presence, joining,
// receipts, answers to requests, the outbox).
import { hasFields, isNumber, isString } from "../core/check.ts";
import { pageNow, type ServerClock } from "../core/clock.ts";
import type { Identity } from "../core/identity.ts";
import { bareJid } from "../core/jid.ts";
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import type { Status } from "../core/stream.ts";
import { child, el, text } from "../core/xml.ts";
import { isSnapshot } from "./checks.ts";
import { makeCaps, type Calling } from "./calling.ts";
import type { Contacts } from "./contacts.ts";
import type { History } from "./history.ts";
import type { Incoming } from "./incoming.ts";
import { limits, type Conversation, type Read } from "./model.ts";
import { readMessage } from "./reading.ts";
import { answerRequest } from "./requests.ts";
import type { Rooms } from "./rooms.ts";
import type { Sending, SendingTold } from "./sending.ts";
import type { Snapshot, Store } from "./store.ts";

type TabTold =
  | SendingTold
  | { read: { jid: string; read: Read } }
  | { time: { utc: string; heardAt: number } }
  | { name: { name: string; since: number } }
  | { token: string };

/** What a page leaves to the next. */
export interface Saved {
  epoch: string;
  h: number;
  snapshot: Snapshot;
}

export const isSaved = hasFields<Saved>({ epoch: isString, h: isNumber, snapshot: isSnapshot });

/** It is over for now, and the user must be told why: also while it is asked whether that still holds. */
export function isStopped({ phase, reason }: Status): boolean {
  return phase === "stopped" || (phase === "connecting" && reason !== undefined && reason !== "busy");
}

export interface Followed {
  domain: string;
  clock: ServerClock;
  identity: Identity;
  link: Link;
  store: Store;
  history: History;
  rooms: Rooms;
  contacts: Contacts;
  sending: Sending;
  incoming: Incoming;
  calling: Calling;
}

export class Following {
  private epoch = "";
  private phase: Status["phase"] = "idle";

  constructor(private readonly parts: Followed) {
    const { link, store, sending } = parts;
    link.on("status", (status) => this.follow(status));
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
    link.on("acked", (ids) => ids.forEach((id) => sending.acknowledged(id)));
    link.on("told", (told) => this.hear(told as TabTold));
    store.on("read", (read) => link.tell({ read } satisfies TabTold));
  }

  save(): Saved {
    const { link, store } = this.parts;
    return { epoch: this.epoch, h: link.h, snapshot: store.snapshot() };
  }

  restore({ epoch, h, snapshot }: Saved): void {
    const { link, store } = this.parts;
    store.restore(snapshot);
    this.epoch = epoch;
    link.h = h;
    link.status = { ...link.status, epoch };
  }

  /** The tab that leads may have been given an older token, which runs out sooner. */
  tellToken(): void {
    const { identity, link } = this.parts;
    if (!identity.guest && !identity.kept)
      void identity.token().then(
        (token) => link.tell({ token } satisfies TabTold),
        () => {},
      );
    if (isStopped(link.status)) link.retryNow();
  }

  tellName(): void {
    const { link, store } = this.parts;
    const { name, since } = store.me;
    link.tell({ name: { name, since } } satisfies TabTold);
  }

  joinMissing(): void {
    const { store, rooms } = this.parts;
    let count = 0;
    for (const c of store.conversations.values()) {
      if (c.room?.phase === "idle" && c.pinned && ++count <= limits.roomsJoined) rooms.join(c);
    }
  }

  /** We are in: its archive can be asked, and what waits be sent. */
  async roomJoined(conversation: Conversation): Promise<void> {
    if (!conversation.synced) await this.parts.history.syncRoom(conversation).catch(() => {});
    this.parts.sending.flushAll();
  }

  private follow(status: Status): void {
    const { link, store } = this.parts;
    const came = status.phase === "online" && this.phase !== "online";
    this.phase = status.phase;
    if (status.phase === "online" && status.epoch !== this.epoch) void this.begun(status);
    else if (came) this.resumed();
    if (came && link.leading) this.askTime(); // anew each time: a machine that slept may have let no time pass
    store.changed();
  }

  private hear(told: TabTold): void {
    const { clock, identity, link, store, rooms, sending } = this.parts;
    if ("read" in told) {
      store.setRead(told.read.jid, told.read.read, false);
    } else if ("time" in told) {
      clock.hear(told.time.utc, told.time.heardAt);
    } else if ("token" in told) {
      identity.replace(told.token);
      if (isStopped(link.status) && link.leading) link.retryNow();
    } else if ("name" in told) {
      if (store.setOwnName(told.name.name, told.name.since) && link.leading) void rooms.followName();
    } else {
      sending.hear(told);
    }
  }

  /** A session that was not resumed: nothing of presence or rooms is left, and the archives tell what we missed. */
  private async begun(status: Status): Promise<void> {
    const { link, store, rooms, contacts, calling } = this.parts;
    this.epoch = status.epoch;
    store.me.jid = bareJid(status.jid) || store.me.jid; // the server's word
    contacts.begin();
    store.archive.synced = false;
    for (const c of store.conversations.values()) {
      c.synced = false;
      c.typing = {};
    }
    rooms.forget();
    const announced = contacts.loadRoster().then(() => link.leading && link.send(el("presence", {}, makeCaps(calling))));
    this.joinMissing();
    await Promise.all([announced, this.syncAccount()]);
    if (this.epoch === status.epoch) contacts.greetRecent();
  }

  private resumed(): void {
    const { link, store, rooms, sending } = this.parts;
    if (!store.archive.synced) void this.syncAccount();
    for (const c of store.conversations.values()) {
      if (!c.room) continue;
      if (c.room.phase === "joining") c.room.phase = "idle";
      if (c.room.phase === "joined" && !c.synced) void this.roomJoined(c);
      if (link.leading) void rooms.checkJoined(c);
    }
    if (link.leading) void rooms.followName();
    this.joinMissing();
    sending.flushAll();
  }

  private async syncAccount(): Promise<void> {
    const { link, store, history, sending, calling } = this.parts;
    const { epoch } = this;
    try {
      await history.syncAccount();
    } catch {
      if (this.epoch !== epoch || link.status.phase !== "online") return;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      if (this.epoch === epoch && link.status.phase === "online" && !store.archive.synced) return this.syncAccount();
      return;
    }
    sending.flushAll();
    calling.caughtUp();
  }

  private askTime(): void {
    const { link, domain } = this.parts;
    const asked = pageNow();
    link.iq("get", domain, el("time", { xmlns: ns.time })).then(
      (answer) => {
        const time = { utc: text(child(child(answer, ns.time, "time"), ns.time, "utc")), heardAt: (asked + pageNow()) / 2 };
        this.hear({ time });
        link.tell({ time } satisfies TabTold);
      },
      () => {},
    );
  }

  private take(element: Element, outgoing: boolean): void {
    const { link, rooms, contacts, incoming, calling } = this.parts;
    if (element.localName === "presence") {
      if (outgoing) {
        rooms.takeOutgoing(element);
        contacts.takeOutgoing(element);
      } else if (!rooms.take(element)) contacts.takePresence(element);
      return;
    }
    if (outgoing) {
      const reading = readMessage(element);
      if (reading.signal) calling.hear(reading, { from: "live" });
      return;
    }
    if (element.localName === "message") return incoming.take(element);
    if (child(element, ns.roster, "query")) contacts.takeRoster(element);
    const answer = (): void => {
      if (link.leading) answerRequest(link, element, calling.features);
    };
    if (!calling.takeIq(element, answer)) answer();
  }
}
