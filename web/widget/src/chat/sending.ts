// Messages on their way out. A message is stored, shown, and sent when its place is ready: after catching up with the archive, so that what
// did arrive in an earlier session is not sent twice. Any tab may write; the leading one sends.
import type { ServerClock } from "../core/clock.ts";
import type { Link } from "../core/link.ts";
import { bareJid } from "../core/jid.ts";
import { ns } from "../core/ns.ts";
import type { Outbox, Outgoing } from "../core/outbox.ts";
import { randomId } from "../core/ids.ts";
import { el } from "../core/xml.ts";
import { fileNodes, type SharedFile } from "../core/file.ts";
import type { Conversation } from "./model.ts";
import type { People } from "./people.ts";
import type { Reading } from "./reading.ts";
import type { Rooms } from "./rooms.ts";
import type { Store } from "./store.ts";

const triesMax = 6;

/** News among tabs of a message that was written, taken back, or given up in one of them. */
export type SendingTold = { queued: Outgoing } | { discarded: Outgoing } | { failed: Outgoing & { error: string } };

export class Sending {
  /** Addresses that the server is being asked about, and messages wait for the answer. */
  private readonly looking = new Set<string>();

  constructor(
    private readonly link: Link,
    private readonly store: Store,
    private readonly clock: ServerClock,
    private readonly rooms: Rooms,
    private readonly people: People,
    private readonly outbox: Outbox,
    private readonly tellTabs: (told: SendingTold) => void,
  ) {}

  /** What earlier pages left. */
  restore(): void {
    for (const entry of this.outbox.list()) this.show(entry);
  }

  send(conversation: Conversation, body: string, id = randomId(16), file?: SharedFile): void {
    const entry = { id, to: conversation.jid, room: conversation.room !== null, body, file, time: this.clock.now() };
    this.outbox.put(entry);
    this.show(entry);
    this.tellTabs({ queued: entry });
    this.flush(entry);
  }

  retry(conversation: Conversation, id: string): void {
    const message = conversation.messages.find((m) => m.own && m.id === id);
    if (!message) return;
    this.store.drop(conversation, id);
    this.send(conversation, message.body, id, message.file);
  }

  discard(conversation: Conversation, id: string): void {
    const entry = this.outbox.get(id);
    this.outbox.remove(id);
    this.store.drop(conversation, id);
    if (entry) this.tellTabs({ discarded: entry });
  }

  /** Takes another tab's news. */
  hear(told: SendingTold): void {
    if ("queued" in told) {
      this.show(told.queued);
      return this.flush(told.queued);
    }
    const entry = "discarded" in told ? told.discarded : told.failed;
    const conversation = this.store.conversations.get(entry.to);
    if (!conversation) return;
    if ("discarded" in told) this.store.drop(conversation, entry.id);
    else this.fail(conversation, entry, told.failed.error);
  }

  flushAll(): void {
    if (!this.link.leading) return;
    for (const entry of this.outbox.list()) this.flush(entry);
  }

  /** The server has it: by XEP-0198, or because it came back. */
  acknowledged(id: string): void {
    const entry = this.outbox.get(id);
    if (entry && !entry.error) this.outbox.remove(id);
    for (const c of this.store.conversations.values()) {
      if (c.messages.some((m) => m.own && m.id === id)) return this.store.raise(c, id, "sent");
    }
  }

  /** A stanza error came back for one of our messages. */
  refused(reading: Reading): void {
    const { from, id } = reading;
    const isOurs = (c: Conversation): boolean => c.messages.some((m) => m.own && m.id === id);
    const { conversations } = this.store;
    // Only our own server says nothing of where it comes from: the address was none.
    const conversation = from === "" ? [...conversations.values()].find(isOurs) : (conversations.get(bareJid(from)) ?? conversations.get(from));
    const message = conversation?.messages.find((m) => m.own && m.id === id);
    if (!conversation || !message) return;
    // A room refuses from its own address. From an occupant's it passes on what any of them says.
    if (conversation.room && from && from !== conversation.jid) return;
    this.link.disown(message.id); // the acknowledgement that is still to come is of the refusal
    const room = conversation.room !== null;
    const entry: Outgoing = { id: message.id, to: conversation.jid, room, body: message.body, file: message.file, time: message.time };
    if (room && reading.error!.condition === "not-acceptable") {
      // The room no longer knows us: the tab that leads comes in again; the message waits in the outbox until then.
      this.store.update(conversation, message.id, { delivery: "pending" });
      if (!this.link.leading) return;
      this.outbox.put({ ...entry, tries: this.outbox.get(message.id)?.tries });
      return this.rooms.rejoin(conversation);
    }
    this.fail(conversation, entry, reading.error!.condition);
  }

  private fail(conversation: Conversation, entry: Outgoing, error: string): void {
    this.outbox.put({ ...entry, tries: 0, error });
    this.store.update(conversation, entry.id, { delivery: "failed", error });
  }

  /** Fails a message that is not sent: no stanza tells the other tabs so. */
  private giveUp(conversation: Conversation, entry: Outgoing, error: string): void {
    this.fail(conversation, entry, error);
    this.tellTabs({ failed: { ...entry, error } });
  }

  private show(entry: Outgoing): void {
    const conversation = this.store.conversation(entry.to, entry.room);
    const last = conversation.messages.at(-1)?.time ?? 0;
    this.store.insert(conversation, {
      id: entry.id,
      author: "me",
      nick: conversation.room?.nick ?? "",
      own: true,
      time: Math.max(entry.time, entry.error ? 0 : last),
      body: entry.body,
      file: entry.file,
      delivery: entry.error ? "failed" : "pending",
      error: entry.error,
    });
    if (!entry.error)
      this.store.markRead(
        conversation,
        conversation.messages.findLast((m) => !m.own),
      );
  }

  /** The server says nothing of an account that is not there, and the message would be nobody's. What was known of it may be of the past. */
  private async look(conversation: Conversation): Promise<void> {
    const { jid } = conversation;
    if (this.looking.has(jid)) return;
    this.looking.add(jid);
    const reachable = await this.people.findReachable(jid);
    this.looking.delete(jid);
    for (const entry of this.outbox.list()) {
      if (entry.to !== jid || entry.error) continue;
      if (reachable) this.flush(entry, true);
      else this.giveUp(conversation, entry, "nobody");
    }
  }

  private flush(entry: Outgoing, reachable = this.people.isReachable(entry.to)): void {
    if (!this.link.leading || this.link.status.phase !== "online" || entry.error || this.link.isUnacked(entry.id)) return;
    const conversation = this.store.conversation(entry.to, entry.room);
    const { room } = conversation;
    if (room ? room.phase !== "joined" || !conversation.synced : !this.store.archive.synced) {
      if (room?.phase === "idle") this.rooms.join(conversation);
      return;
    }
    if (conversation.messages.some((m) => m.own && m.id === entry.id && m.archiveId)) return this.acknowledged(entry.id);
    if (!reachable) return void this.look(conversation);
    const tries = (entry.tries ?? 0) + 1;
    if (tries > triesMax) return this.giveUp(conversation, entry, "policy-violation");
    this.outbox.put({ ...entry, tries });
    this.link.send(
      el(
        "message",
        { to: entry.to, type: entry.room ? "groupchat" : "chat", id: entry.id },
        el("body", {}, entry.body),
        ...(entry.file ? fileNodes(entry.file) : []),
        el("origin-id", { xmlns: ns.stanzaId, id: entry.id }),
        el("active", { xmlns: ns.chatStates }),
        entry.room && this.rooms.written(),
        !entry.room && el("request", { xmlns: ns.receipts }),
        !entry.room && el("markable", { xmlns: ns.markers }),
      ),
    );
  }
}
