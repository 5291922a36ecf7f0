// Reads a <message/> into the few facts the widget acts on. It trusts nothing: whose word counts is decided where the facts are applied.
import { readTime } from "../core/clock.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, children, text } from "../core/xml.ts";
import { oneLine } from "./nick.ts";
import { readFile, type SharedFile } from "../core/file.ts";

export type ChatState = "active" | "composing" | "paused" | "inactive" | "gone";

export interface Reading {
  from: string;
  to: string;
  type: string;
  id: string;
  originId: string;
  body: string;
  file?: SharedFile;
  subject: string | null;
  /** When it was really sent, if it was delayed. */
  time?: number;
  stanzaIds: { by: string; id: string }[];
  occupantId?: string;
  /** The author's name as the author writes it (XEP-0172). */
  written: string;
  /** The real address of a room message's author, where the room tells. */
  authorJid?: string;
  chatState?: ChatState;
  displayed?: string;
  received?: string;
  wantsReceipt: boolean;
  markable: boolean;
  error?: { condition: string; text: string };
  invitation?: { room: string; from: string; reason: string };
  /** An earlier message is taken back: in a room its archive id, between two its own; there is no body then. */
  retraction?: Retraction;
  /** Of a call (XEP-0353): propose, ringing, proceed, … */
  signal: Element | null;
}

export interface Retraction {
  id: string;
  /** By a moderator, as the room says; else by its author. */
  moderated: boolean;
  reason: string;
}

const chatStates: readonly string[] = ["active", "composing", "paused", "inactive", "gone"] satisfies ChatState[];

export function readMessage(message: Element): Reading {
  const state = children(message, ns.chatStates).find((e) => chatStates.includes(e.localName));
  const item = child(child(message, ns.mucUser, "x"), ns.mucUser, "item");
  const subject = child(message, ns.client, "subject");
  const displayed = child(message, ns.markers, "displayed");
  const retraction = readRetraction(message);
  const written = retraction ? "" : text(child(message, ns.client, "body"));
  const file = retraction ? undefined : readFile(message, written);
  const body = written.trim() && written; // white space alone is nothing to show
  const received = child(message, ns.receipts, "received") ?? child(message, ns.markers, "received");
  return {
    from: attribute(message, "from"),
    to: attribute(message, "to"),
    type: attribute(message, "type") || "normal",
    id: attribute(message, "id"),
    originId: attribute(child(message, ns.stanzaId, "origin-id"), "id"),
    body: body || (file?.url ?? ""),
    file,
    subject: subject ? text(subject) : null,
    time: readTime(attribute(child(message, ns.delay, "delay"), "stamp")),
    stanzaIds: children(message, ns.stanzaId, "stanza-id").map((e) => ({ by: attribute(e, "by"), id: attribute(e, "id") })),
    occupantId: attribute(child(message, ns.occupantId, "occupant-id"), "id") || undefined,
    written: text(child(message, ns.nick, "nick")),
    authorJid: attribute(item, "jid") || undefined,
    chatState: state?.localName as ChatState | undefined,
    displayed: displayed ? attribute(displayed, "id") : undefined,
    received: received ? attribute(received, "id") : undefined,
    wantsReceipt: child(message, ns.receipts, "request") !== null,
    markable: child(message, ns.markers, "markable") !== null,
    error: readError(message),
    invitation: readInvitation(message),
    retraction,
    signal: child(message, ns.jingleMessage),
  };
}

function readRetraction(message: Element): Retraction | undefined {
  const retract = child(message, ns.retract, "retract");
  const id = attribute(retract, "id");
  if (!retract || !id) return undefined;
  return { id, moderated: child(retract, ns.moderate, "moderated") !== null, reason: oneLine(text(child(retract, ns.retract, "reason"))) };
}

export function readError(stanza: Element): { condition: string; text: string } | undefined {
  const error = child(stanza, ns.client, "error");
  if (!error) return undefined;
  const condition = children(error, ns.stanzaErrors).find((e) => e.localName !== "text");
  return { condition: condition?.localName ?? "undefined-condition", text: text(child(error, ns.stanzaErrors, "text")) };
}

function readInvitation(message: Element): Reading["invitation"] {
  const mediated = child(child(message, ns.mucUser, "x"), ns.mucUser, "invite");
  if (mediated) return { room: attribute(message, "from"), from: attribute(mediated, "from"), reason: text(child(mediated, ns.mucUser, "reason")) };
  const direct = child(message, ns.conference, "x");
  if (direct?.getAttribute("jid")) return { room: attribute(direct, "jid"), from: attribute(message, "from"), reason: attribute(direct, "reason") };
  return undefined;
}

/** The message inside a carbon or an archive result, with the time at which it passed. */
export function readForwarded(wrapper: Element | null): { message: Element; time?: number } | null {
  const forwarded = child(wrapper, ns.forward, "forwarded");
  const message = child(forwarded, ns.client, "message");
  if (!message) return null;
  return { message, time: readTime(attribute(child(forwarded, ns.delay, "delay"), "stamp")) };
}
