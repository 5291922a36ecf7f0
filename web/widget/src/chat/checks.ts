// What a page wrote down of its picture for the next, checked as it is read back.
import { hasFields, isBoolean, isNumber, isString, listOf, mapOf, nullable, optional, pairOf } from "../core/check.ts";
import { isSharedFile } from "../core/file.ts";
import type { CallLine, Contact, Conversation, Message, Occupant, Person, Read, Room } from "./model.ts";
import type { Snapshot } from "./store.ts";

export const isRead = hasFields<Read>({ time: isNumber, id: optional(isString) });

const isCall = hasFields<CallLine>({
  sid: isString,
  video: isBoolean,
  from: isString,
  outcome: isString as never,
  answeredAt: optional(isNumber),
  lengthMs: optional(isNumber),
});

const isMessage = hasFields<Message>({
  id: isString,
  archiveId: optional(isString),
  author: isString,
  nick: isString,
  name: optional(isString),
  own: isBoolean,
  time: isNumber,
  body: isString,
  file: optional(isSharedFile),
  call: optional(isCall),
});

const isOccupant = hasFields<Occupant>({
  nick: isString,
  name: optional(isString),
  jid: optional(isString),
  call: optional(isString),
  role: isString,
  affiliation: isString,
  show: isString,
});

const isRoom = hasFields<Room>({ phase: isString as never, nick: isString, subject: isString, occupants: mapOf(isOccupant) });

const isConversation = hasFields<Conversation>({
  jid: isString,
  room: nullable(isRoom),
  name: isString,
  messages: listOf(isMessage),
  more: isBoolean,
  synced: isBoolean,
  read: nullable(isRead),
  unread: isNumber,
  typing: mapOf(hasFields({})),
  pinned: isBoolean,
});

export const isSnapshot = hasFields<Snapshot>({
  conversations: listOf(isConversation),
  people: listOf(hasFields<Person>({ jid: isString, id: isString, name: isString, picture: optional(isString) })),
  contacts: listOf(hasFields<Contact>({ jid: isString, name: isString, subscription: isString })),
  presence: listOf(pairOf(isString, listOf(pairOf(isString, isString as never)))),
  requests: listOf(isString),
  archive: hasFields<Snapshot["archive"]>({
    newest: optional(isString),
    oldest: optional(isString),
    more: isBoolean,
    synced: isBoolean,
    listed: isBoolean,
  }),
  me: hasFields<Snapshot["me"]>({ jid: isString, name: isString, since: isNumber }),
});
