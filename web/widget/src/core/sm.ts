// Stream management's counters and queue (XEP-0198), as one value that can be written down after every step and taken up again by
// another page or tab: what the browser stored is always at least as new as what the server was told.

import { hasFields, isNumber, isString, listOf, optional } from "./check.ts";

export interface Unacked {
  xml: string;
  id?: string;
}

export interface SmState {
  /** The server's name for the session, given in `<enabled/>`. */
  id: string;
  /** Our own name for it: changes with every session that was not resumed. */
  epoch: string;
  jid: string;
  /** Stanzas received (the h we report). */
  inbound: number;
  /** Stanzas of ours that the server has handled (the h it reported). */
  acked: number;
  unacked: Unacked[];
}

export const isSmState = hasFields<SmState>({
  id: isString,
  epoch: isString,
  jid: isString,
  inbound: isNumber,
  acked: isNumber,
  unacked: listOf(hasFields<Unacked>({ xml: isString, id: optional(isString) })),
});

const counterModulus = 2 ** 32;

export function makeSmState(id: string, epoch: string, jid: string): SmState {
  return { id, epoch, jid, inbound: 0, acked: 0, unacked: [] };
}

export function countInbound(state: SmState): void {
  state.inbound = (state.inbound + 1) % counterModulus;
}

/** Takes the server's h; gives the stanzas it newly covers. An h beyond what was sent is the server's mistake: all are taken as handled. */
export function acknowledge(state: SmState, h: number): Unacked[] {
  if (!Number.isFinite(h)) return [];
  const handled = Math.min((h - state.acked + counterModulus) % counterModulus, state.unacked.length);
  state.acked = h;
  return state.unacked.splice(0, handled);
}

/** A stream's part in it: the state, written down after each step, or null where there is no session that could be resumed. */
export class StreamManagement {
  constructor(
    public state: SmState | null,
    private readonly save: (state: SmState | null) => void,
    /** These have been handled by the server. */
    private readonly covered: (stanzas: Unacked[]) => void,
  ) {}

  /** -1 where nothing is counted. */
  get inbound(): number {
    return this.state?.inbound ?? -1;
  }

  replace(state: SmState | null): void {
    this.state = state;
    this.save(state);
  }

  /** Keeps a stanza until it is acknowledged. False where nothing will be. */
  keep(stanza: Unacked): boolean {
    if (!this.state) return false;
    this.state.unacked.push(stanza);
    this.save(this.state);
    return true;
  }

  /** A stanza was answered by a refusal: that it is acknowledged tells nothing more of it. */
  disown(id: string): void {
    const refused = this.state?.unacked.find((u) => u.id === id);
    if (!refused) return;
    delete refused.id;
    this.save(this.state);
  }

  count(): void {
    if (!this.state) return;
    countInbound(this.state);
    this.save(this.state);
  }

  acknowledge(h: number): void {
    if (!this.state) return;
    const covered = acknowledge(this.state, h);
    this.save(this.state);
    if (covered.length > 0) this.covered(covered);
  }
}
