// What the widget knows, as plain values. Messages and people are replaced, never changed in place, so the UI can compare by identity.

import type { SharedFile } from "../core/file.ts";

export type Delivery = "pending" | "sent" | "delivered" | "seen" | "failed";

export interface Message {
  /** The stanza's id (our own: also its origin-id). */
  id: string;
  /** The archive's id (XEP-0359 stanza-id), by which history is paged and repeats are known. */
  archiveId?: string;
  /** Groups messages of one author: a bare JID, or in a room an occupant's key. */
  author: string;
  /** The room nick; empty in 1:1, where the person's name is looked up. */
  nick: string;
  /** In a room, the author's name as it is written, where the nick can't hold that. */
  name?: string;
  own: boolean;
  time: number;
  body: string;
  /** It is a file; the body says so to clients that don't know how. */
  file?: SharedFile;
  delivery?: Delivery;
  /** Condition of the stanza error, or `nobody` (`failed`). */
  error?: string;
  /** The sender asked for receipts and markers. */
  markable?: boolean;
  /** It is a call, and has no body. */
  call?: CallLine;
  /** It was taken back, by its author or a moderator, and has no body any more. */
  retracted?: { moderated: boolean; reason: string };
}

/** What became of a call. `missed`: its caller gave up; `moved`: it went on as another. */
export interface CallLine {
  sid: string;
  video: boolean;
  /** The device that proposed it. */
  from: string;
  outcome: "ringing" | "missed" | "declined" | "busy" | "answered" | "ended" | "moved";
  /** The server's time. */
  answeredAt?: number;
  lengthMs?: number;
}

export interface Occupant {
  nick: string;
  jid?: string;
  occupantId?: string;
  role: string;
  affiliation: string;
  show: string;
  /** The name as it is written, where the nick can't hold it. */
  name?: string;
  /** In the room's call (XEP-0272): "preparing", or names of the contents that they take part in, with commas; "hand" where they have raised it. */
  call?: string;
}

export type RoomPhase = "idle" | "joining" | "joined" | "failed" | "left";

export interface Room {
  phase: RoomPhase;
  nick: string;
  /** Condition of the error, or `kicked`, `banned`, `destroyed`, `removed`. */
  error?: string;
  errorText?: string;
  password?: string;
  subject: string;
  occupants: Record<string, Occupant>;
  occupantId?: string;
}

export interface Read {
  time: number;
  id?: string;
}

export interface Conversation {
  jid: string;
  room: Room | null;
  /** The name that a room was given, if it was. */
  name: string;
  messages: Message[];
  /** Older messages are in the archive. */
  more: boolean;
  loading: boolean;
  /** The messages reach to the present without a gap (since the session was made). */
  synced: boolean;
  newestArchiveId?: string;
  read: Read | null;
  unread: number;
  /** The user is among older messages: none is dropped from under him. */
  reading?: boolean;
  typing: Record<string, { name: string; until: number }>;
  /** Shown even without messages: a room of the page or the token, a person the page or the user chose. */
  pinned: boolean;
}

export interface Person {
  jid: string;
  id: string;
  /** Empty where nobody of this address has been here. */
  name: string;
  picture?: string;
}

export interface Contact {
  jid: string;
  name: string;
  subscription: string;
}

export type Show = "online" | "away" | "dnd" | "offline";

export const limits = {
  bodyCharacters: 6_000,
  messagesKept: 1_000,
  messagesSnapshot: 60,
  roomsJoined: 30,
  historyPage: 30,
  listPage: 80,
  catchUpPages: 5,
  groupGapMs: 5 * 60_000,
  typingMs: 30_000,
};
