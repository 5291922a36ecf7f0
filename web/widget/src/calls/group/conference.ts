// The signalling as the window of a group call needs it, of whatever kind it is: sessions between browsers, a service that passes everybody's
// streams on, or the one on its way to the other (mesh.ts).
import type { Emitter } from "../../core/emitter.ts";
import type { Quality } from "../quality.ts";
import type { ContentName } from "./muji.ts";

export type MemberState = "connecting" | "active" | "reconnecting" | "unreachable";

/** Somebody else in the call. */
export interface Member {
  /** Stays theirs while they are in the call. */
  readonly id: string;
  readonly nick: string;
  readonly state: MemberState;
  readonly quality: Quality;
  /** Whether their hand is up. */
  readonly hand: boolean;
  /** The loudness of their voice now, from 0 to 1. */
  level(): number;
  /** Their stream of this content; null while nothing comes. */
  stream(content: ContentName): MediaStream | null;
  readonly muted: boolean;
  /** The room gives them no voice: the service passes nothing of theirs on. */
  readonly voiceless: boolean;
}

/** Why a call is over for us. `full`: as many as may be are in it. `service`: what holds it does not work. */
export type GroupEnd = "full" | "removed" | "room" | "elsewhere" | "unanswered" | "offline" | "service";

export interface ConferenceEvents {
  change: void;
  joined: Member;
  left: Member;
  /** A moderator wants us to be silent. */
  silenced: { nick: string };
  /** It goes through the service from now on. */
  moved: void;
  ended: GroupEnd;
}

export interface Conference extends Emitter<ConferenceEvents> {
  /** We are in it, and the others know. */
  readonly inside: boolean;
  readonly members: readonly Member[];
  /** A service passes everybody's streams on. */
  readonly served: boolean;
  /** Of that service, our own line is gone, and is being made anew. */
  readonly lost: boolean;
  /** The room gives us no voice: nobody hears us. */
  readonly voiceless: boolean;
  /** How many may take part; undefined where nothing is known of a limit. */
  readonly most: number | undefined;
  leave(): void;
  raise(hand: boolean): void;
  /** What we send has changed: others are told that it is silent, or is not. */
  tell(content: ContentName, sends: boolean): void;
  /** Asks this member's client to mute them. Throws where it can't. REQUIRES: the user is a moderator. */
  silence(id: string): Promise<void>;
  /** A request of Jingle that may be of this call; gives the answer that it gets, or undefined. Throws Refused and BadContents. */
  take(action: string, sid: string, from: string, jingle: Element): boolean;
  networkChanged(): void;
  measure(): Promise<void>;
}
