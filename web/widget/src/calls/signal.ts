// The messages of XEP-0353: what one says, and how it is written.
import { attribute, child, children, el, text, type Node } from "../core/xml.ts";
import { ns } from "../core/ns.ts";
import { randomId } from "../core/ids.ts";
import { jingleNs } from "./jingle/xml.ts";
import type { MediaKind } from "./jingle/model.ts";

const verbs = ["propose", "ringing", "proceed", "accept", "reject", "retract", "finish"] as const;
export type Verb = (typeof verbs)[number];

export interface Signal {
  verb: Verb;
  sid: string;
  /** Of a proposal. */
  video: boolean;
  /** Condition of the <reason/>. */
  reason: string;
  tieBreak: boolean;
  /** The call goes on in this session. */
  migrated: string;
}

/** A session's id; longer ones, and such with control characters, are nobody's. */
export const isSid = (sid: string): boolean => /^[\x21-\x7e]{1,128}$/.test(sid);

/** Null for what can't be used. */
export function readSignal(element: Element | null): Signal | null {
  const verb = verbs.find((name) => name === element?.localName);
  const sid = attribute(element, "id");
  if (!element || !verb || !isSid(sid)) return null;
  const media = children(element, jingleNs.rtp, "description").map((d) => attribute(d, "media"));
  if (verb === "propose" && !media.includes("audio") && !media.includes("video")) return null; // of files, or nothing that we know
  return {
    verb,
    sid,
    video: media.includes("video"),
    reason: readReason(element).condition,
    tieBreak: child(element, ns.jingleMessage, "tie-break") !== null,
    migrated: attribute(child(element, ns.jingleMessage, "migrated"), "to"),
  };
}

/** The <reason/> in a message, or in a <jingle/>. */
export function readReason(parent: Element): { condition: string; text: string } {
  const reason = child(parent, jingleNs.jingle, "reason");
  const condition = children(reason, jingleNs.jingle).find((e) => e.localName !== "text");
  return { condition: condition?.localName ?? "", text: text(child(reason, jingleNs.jingle, "text")).slice(0, 200) };
}

export const writeReason = (condition: string): Node => el("reason", { xmlns: jingleNs.jingle }, el(condition));

interface Said {
  media?: MediaKind[];
  reason?: string;
  tieBreak?: boolean;
  migrated?: string;
}

export function writeSignal(to: string, verb: Verb, sid: string, { media = [], reason, tieBreak, migrated }: Said = {}): Node {
  const signal = el(
    verb,
    { xmlns: ns.jingleMessage, id: sid },
    ...media.map((kind) => el("description", { xmlns: jingleNs.rtp, media: kind })),
    reason !== undefined && writeReason(reason),
    tieBreak && el("tie-break"),
    migrated !== undefined && el("migrated", { to: migrated }),
  );
  // A proposal has its session's id, so that a refusal of the server says of which call.
  const id = verb === "propose" ? sid : randomId(12);
  return el("message", { to, type: "chat", id }, signal, el("store", { xmlns: ns.hints }));
}
