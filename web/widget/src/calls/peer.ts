// What a Session needs of the world around it, and how it says no.
import type { Node } from "../core/xml.ts";
import type { Transport } from "./jingle/model.ts";

/** A browser's connection (RTCPeerConnection), in SDP. */
export interface Peer {
  /** Makes our offer ours; `restart`: with new ICE credentials. */
  offer(restart: boolean): Promise<string>;
  /** Takes an offer of theirs, and makes our answer ours. */
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Takes our last offer back. */
  rollback(): Promise<void>;
  addCandidate(mid: string, candidate: string): Promise<void>;
  close(): void;
}

export interface SessionPorts {
  iq(to: string, payload: Node): Promise<Element>;
  /** Runs this later, unless the function that it returns is called before. */
  after(ms: number, run: () => void): () => void;
  /** Something that is seen has changed. */
  changed(): void;
  /** The other side knows nothing of this session, or it can't go on. */
  broke(condition: string): void;
}

/** What an action is answered instead of a result. */
export class Refused extends Error {
  constructor(
    readonly condition: string,
    /** Of urn:xmpp:jingle:errors:1. */
    readonly jingle?: string,
    message = "",
  ) {
    super(message || condition);
  }
}

/** With what another content's transport says, where they share one. */
export function fillTransport(own: Transport, shared: Transport | undefined): Transport {
  if (!shared) return own;
  return { ...own, ufrag: own.ufrag || shared.ufrag, pwd: own.pwd || shared.pwd, fingerprint: own.fingerprint ?? shared.fingerprint };
}
