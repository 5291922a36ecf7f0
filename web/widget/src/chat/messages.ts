// Applies messages, from wherever they come (live, a carbon, the archive), to the store. The same message may come by all three ways.
import type { ServerClock } from "../core/clock.ts";
import { bareJid, resourcepart } from "../core/jid.ts";
import type { Calling } from "./calling.ts";
import type { Conversation, Message } from "./model.ts";
import { limits } from "./model.ts";
import { oneLine, writtenName } from "./nick.ts";
import type { Reading } from "./reading.ts";
import type { Store } from "./store.ts";

export interface Origin {
  from: "live" | "carbon" | "archive";
  archiveId?: string;
  time?: number;
  /** Stands before what we have of the same time. */
  earlier?: boolean;
}

export interface Applied {
  conversation: Conversation;
  message?: Message;
  fresh: boolean;
}

export class Messages {
  constructor(
    private readonly store: Store,
    private readonly clock: ServerClock,
    private readonly calling?: Calling,
  ) {}

  apply(reading: Reading, origin: Origin): Applied | null {
    if (reading.type === "chat" && reading.signal) this.calling?.hear(reading, origin);
    if (reading.type === "error" || reading.type === "headline") return null; // a headline is no part of a conversation (RFC 6121 section 5.2.2)
    return reading.type === "groupchat" ? this.applyToRoom(reading, origin) : this.applyToPerson(reading, origin);
  }

  /** The conversation a 1:1 message belongs to: the other side's account, or one occupant of a room (a private message). */
  conversationOf(reading: Reading): { jid: string; own: boolean } {
    const own = bareJid(reading.from) === this.store.me.jid || reading.from === "";
    const other = own ? reading.to : reading.from;
    const bare = bareJid(other);
    return { jid: this.store.conversations.get(bare)?.room ? other : bare, own };
  }

  private applyToRoom(reading: Reading, origin: Origin): Applied | null {
    const conversation = this.store.conversations.get(bareJid(reading.from));
    const room = conversation?.room;
    if (!conversation || !room) return null;
    const nick = resourcepart(reading.from);
    if (reading.subject !== null && !reading.body) {
      if (origin.from !== "archive") room.subject = oneLine(reading.subject);
      this.store.changed();
      return null;
    }
    const own = this.isOwn(reading, room.occupantId, room.nick, nick);
    if (reading.chatState && origin.from === "live" && !own)
      this.setTyping(conversation, nick, this.store.occupantName(conversation.jid, nick), reading.chatState === "composing");
    const archiveId = origin.archiveId ?? reading.stanzaIds.find((s) => s.by === conversation.jid)?.id;
    if (origin.from === "live" && archiveId && conversation.synced) conversation.newestArchiveId = archiveId;
    if (reading.retraction) this.retractInRoom(conversation, reading, own);
    if (!reading.body) return { conversation, fresh: false };
    delete conversation.typing[nick];
    return this.insert(conversation, reading, origin, {
      archiveId,
      author: own ? "me" : reading.occupantId ? `o:${reading.occupantId}` : `n:${nick}`,
      nick,
      name: writtenName(nick, reading.written),
      own,
    });
  }

  /** The room itself speaks for its moderators; anybody else for their own words alone. */
  private retractInRoom(conversation: Conversation, reading: Reading, own: boolean): void {
    const { id, moderated } = reading.retraction!;
    const isRoom = resourcepart(reading.from) === "" && moderated;
    const author = reading.occupantId && `o:${reading.occupantId}`;
    this.store.retract(
      conversation,
      { ...reading.retraction!, moderated: isRoom },
      (m) => m.archiveId === id && (isRoom || (own ? m.own : m.author === author)),
    );
  }

  private isOwn(reading: Reading, occupantId: string | undefined, ownNick: string, nick: string): boolean {
    if (reading.occupantId && occupantId) return reading.occupantId === occupantId;
    if (reading.authorJid) return bareJid(reading.authorJid) === this.store.me.jid;
    return nick !== "" && nick === ownNick;
  }

  private applyToPerson(reading: Reading, origin: Origin): Applied | null {
    const { jid, own } = this.conversationOf(reading);
    if (!jid) return null;
    const known = this.store.conversations.get(jid);
    const archiveId = origin.archiveId ?? reading.stanzaIds.find((s) => s.by === this.store.me.jid)?.id;
    if (origin.from !== "archive" && archiveId && this.store.archive.synced) this.store.archive.newest = archiveId;
    if (known) {
      if (reading.received && !own) this.store.raise(known, reading.received, "delivered");
      if (reading.displayed) this.applyDisplayed(known, reading.displayed, own);
      if (reading.chatState && !own && origin.from === "live") {
        this.setTyping(known, jid, this.store.personName(jid), reading.chatState === "composing");
      }
    }
    if (known && reading.retraction) {
      const { id } = reading.retraction;
      this.store.retract(known, reading.retraction, (m) => m.id === id && m.own === own);
    }
    if (!reading.body) return known ? { conversation: known, fresh: false } : null;
    const conversation = known ?? this.store.conversation(jid);
    if (!own) conversation.typing = {};
    return this.insert(conversation, reading, origin, { archiveId, author: own ? "me" : jid, nick: resourcepart(jid), own });
  }

  private applyDisplayed(conversation: Conversation, id: string, own: boolean): void {
    if (!own) return this.store.raise(conversation, id, "seen", true);
    const message = conversation.messages.find((m) => m.id === id || m.archiveId === id);
    if (message) this.store.setRead(conversation.jid, { time: message.time, id: message.archiveId });
  }

  private insert(
    conversation: Conversation,
    reading: Reading,
    origin: Origin,
    facts: Pick<Message, "archiveId" | "author" | "nick" | "name" | "own">,
  ): Applied {
    const last = conversation.messages.findLast((m) => m.delivery !== "pending")?.time ?? 0;
    const message: Message = {
      ...facts,
      id: reading.originId || reading.id || facts.archiveId || "",
      time: origin.time ?? reading.time ?? Math.max(this.clock.now(), last),
      body: reading.body.slice(0, 4 * limits.bodyCharacters),
      file: reading.file,
      delivery: facts.own ? "sent" : undefined,
      markable: reading.markable || undefined,
    };
    const { kept, fresh } = this.store.insert(conversation, message, origin.earlier);
    this.store.recount(conversation);
    return { conversation, message: kept, fresh };
  }

  private setTyping(conversation: Conversation, key: string, name: string, composing: boolean): void {
    if (composing) conversation.typing = { ...conversation.typing, [key]: { name, until: this.clock.now() + limits.typingMs } };
    else if (key in conversation.typing) {
      const { [key]: _, ...rest } = conversation.typing;
      conversation.typing = rest;
    } else return;
    this.store.changed();
  }
}
