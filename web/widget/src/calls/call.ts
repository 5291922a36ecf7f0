// One call between two people: from the proposal (XEP-0353) to who ended it and why. Its Session is the Jingle part, once both sides want it.
import { Emitter } from "../core/emitter.ts";
import { bareJid } from "../core/jid.ts";
import { el, type Node } from "../core/xml.ts";
import { jingleNs, writeJingle } from "./jingle/xml.ts";
import { Refused, type Peer } from "./peer.ts";
import { Session } from "./session.ts";
import type { MediaKind, Role } from "./jingle/model.ts";
import { readReason, writeReason, writeSignal, type Signal } from "./signal.ts";

export type Phase = "calling" | "ringing" | "incoming" | "connecting" | "active" | "reconnecting" | "ended";
export type EndReason =
  | "hangup"
  | "declined"
  | "busy"
  | "unanswered"
  | "cancelled"
  | "elsewhere"
  | "failed"
  | "lost"
  | "unreachable"
  /** The chat is over, and what the server does for a call with it. */
  | "closed"
  /** The call goes on as another, on this page or on another device of the other side. */
  | "moved";
export interface End {
  by: "me" | "other" | "nobody";
  reason: EndReason;
}

export const times = {
  /** A call that nobody takes. */
  unansweredMs: 45_000,
  /** A ring whose end was not heard of. */
  ringingMs: 60_000,
  connectingMs: 30_000,
  /** A line that is gone is looked for this long; so long a page has to come back after it was loaded anew. */
  reconnectingMs: 30_000,
  /** It may come back by itself. */
  restartAfterMs: 2_500,
  restartEveryMs: 8_000,
};

export interface PeerEvents {
  candidate(mid: string, text: string): void;
  state(state: "connected" | "disconnected" | "failed"): void;
}

export interface CallPorts {
  /** Our full address. */
  me(): string;
  now(): number;
  send(message: Node): boolean;
  iq(to: string, payload: Node): Promise<Element>;
  /** Runs this later, unless the function that it returns is called before. */
  after(ms: number, run: () => void): () => void;
  makePeer(role: Role, events: PeerEvents): Peer;
}

export interface Plan {
  sid: string;
  role: Role;
  /** The other's account, or for a call that came the address that proposed it. */
  to: string;
  /** With pictures, as it was proposed. */
  video: boolean;
  /** The request of a session that began without a proposal (XEP-0353): all is said in the session then. */
  offer?: Element;
}

/** Candidates, mostly. */
const earlyMax = 64;

const failures: Record<string, EndReason> = {
  "service-unavailable": "unreachable",
  "item-not-found": "unreachable",
  "recipient-unavailable": "unreachable",
  "remote-server-not-found": "unreachable",
  "not-acceptable": "unreachable",
  forbidden: "unreachable",
  "not-allowed": "unreachable",
};
const reasons: Record<string, EndReason> = {
  busy: "busy",
  decline: "declined",
  "connectivity-error": "lost",
  timeout: "lost",
  expired: "moved",
};

export class Call extends Emitter<{ change: void; ended: End }> {
  readonly sid: string;
  readonly role: Role;
  readonly with: string;
  readonly video: boolean;
  readonly offer: Element | null;
  phase: Phase;
  end: End | null = null;
  /** When both could hear each other first. */
  since: number | null = null;
  session: Session | null = null;
  /** The device of the other side that takes part. */
  to: string;
  private proceeded = false;
  /** Requests in a session that is not taken so far. */
  private readonly early: { action: string; jingle: Element }[] = [];
  private parting = false;
  private restarts = 0;
  private cancel: () => void = () => {};
  private cancelRestart: () => void = () => {};

  constructor(
    private readonly ports: CallPorts,
    { sid, role, to, video, offer = undefined as Element | undefined }: Plan,
  ) {
    super();
    [this.sid, this.role, this.video, this.to, this.offer] = [sid, role, video, to, offer ?? null];
    this.with = bareJid(to);
    this.phase = role === "initiator" ? "calling" : "incoming";
    if (role === "responder") this.limit(times.ringingMs, () => this.finish({ by: "other", reason: "cancelled" }));
  }

  get over(): boolean {
    return this.phase === "ended";
  }

  /** Both sides want it. */
  get taken(): boolean {
    return this.proceeded;
  }

  /** Rings at all devices of the other side. False where the server can't be told now. */
  propose(): boolean {
    const media: MediaKind[] = this.video ? ["audio", "video"] : ["audio"];
    this.limit(times.unansweredMs, () => {
      this.finish({ by: "nobody", reason: "unanswered" });
      this.say("retract", { reason: "cancel" });
    });
    return this.ports.send(writeSignal(this.with, "propose", this.sid, { media }));
  }

  sayRinging(): void {
    if (this.offer) this.ask("session-info", el("ringing", { xmlns: jingleNs.rtpInfo }));
    else this.say("ringing");
  }

  /** Takes a call that came. */
  proceed(): void {
    if (this.phase !== "incoming") return;
    this.proceeded = true;
    if (!this.offer) this.say("proceed");
    this.makeSession();
    this.connecting();
    if (!this.offer) return;
    try {
      this.session!.take("session-initiate", this.offer);
      for (const { action, jingle } of this.early.splice(0)) this.session!.take(action, jingle);
    } catch {
      this.part("failed-application", { by: "nobody", reason: "failed" });
    }
  }

  /** Ends it from our side, whatever it is at. */
  hangUp(reason = "success"): void {
    if (this.over) return;
    if (this.phase === "incoming") {
      this.finish({ by: "me", reason: "declined" });
      return this.reject("decline");
    }
    if (!this.proceeded) {
      this.finish({ by: "me", reason: "cancelled" });
      return this.say("retract", { reason: "cancel" });
    }
    this.part(reason, { by: "me", reason: "hangup" });
  }

  /** A call that came while the user is in another. */
  refuseBusy(): void {
    this.finish({ by: "me", reason: "busy" });
    this.reject("busy");
  }

  /** Gives way to a proposal of theirs that met this one: ours is the one with the higher id. */
  giveWay(): void {
    this.finish({ by: "nobody", reason: "moved" });
    this.say("retract", { reason: "expired", tieBreak: true });
  }

  /** Their proposal met ours, which has the lower id. */
  refuseTie(): void {
    this.finish({ by: "nobody", reason: "moved" });
    this.say("reject", { reason: "expired", tieBreak: true });
  }

  /** It goes on in another session. */
  migrate(sid: string): void {
    if (this.over || this.parting) return;
    this.parting = true;
    this.ports.send(writeSignal(this.to, "finish", this.sid, { reason: "expired", migrated: sid }));
    this.session?.terminate("expired");
    this.finish({ by: "nobody", reason: "moved" });
  }

  /** The server takes this user's stream no more. */
  close(): void {
    this.part("connectivity-error", { by: "nobody", reason: "closed" });
  }

  /** The page goes away, and may take it up again: nothing is said. */
  abandon(): void {
    this.finish({ by: "nobody", reason: "moved" });
  }

  /** What a message of the other side says of this call. `from` is one of its devices. */
  hear({ verb, reason }: Signal, from: string): void {
    if (this.over || bareJid(from) !== this.with) return;
    if (verb === "ringing" && this.phase === "calling") return this.turn("ringing");
    if (verb === "retract" && this.phase === "incoming" && from === this.to) return this.finish({ by: "other", reason: "cancelled" });
    if (this.role === "initiator" && !this.proceeded) {
      if (verb === "proceed") {
        this.proceeded = true;
        this.to = from;
        this.makeSession();
        this.connecting();
        this.session!.begin();
      } else if (verb === "reject") this.finish({ by: "other", reason: reason === "busy" ? "busy" : reason === "expired" ? "moved" : "declined" });
    } else if (verb === "finish" && this.proceeded && from === this.to) {
      this.part("success", { by: "other", reason: reasons[reason] ?? "hangup" });
    }
  }

  /** Another device of ours has taken it, refused it, or ended it. */
  hearOwn({ verb }: Signal): void {
    if (this.over || this.proceeded) return;
    if (this.role === "responder" && (verb === "proceed" || verb === "accept" || verb === "reject"))
      this.finish({ by: "me", reason: verb === "reject" ? "declined" : "elsewhere" });
    if (this.role === "initiator" && verb === "retract") this.finish({ by: "me", reason: "cancelled" });
  }

  /** The server, or the other's, did not take the proposal. */
  refused(condition: string): void {
    if (!this.over && !this.proceeded) this.finish({ by: "nobody", reason: failures[condition] ?? "failed" });
  }

  /** A request of the other side's. Throws Refused and BadContents. False where it is not of this call. */
  take(action: string, from: string, jingle: Element): boolean {
    if (this.over || from !== this.to || !(this.session || (this.offer && action !== "session-initiate"))) return false;
    if (action === "session-terminate") {
      const reason = readReason(jingle).condition;
      this.session?.close();
      this.session = null;
      if (!this.proceeded) this.finish({ by: "other", reason: "cancelled" });
      else this.part("success", { by: "other", reason: reasons[reason] ?? (this.since === null ? "failed" : "hangup") });
    } else if (this.session) this.session.take(action, jingle);
    else if (this.early.push({ action, jingle }) > earlyMax) throw new Refused("resource-constraint");
    return true;
  }

  private makeSession(): void {
    const peer = this.ports.makePeer(this.role, {
      candidate: (mid, text) => this.session?.found(mid, text),
      state: (state) => this.follow(state),
    });
    const ports = {
      iq: this.ports.iq,
      after: this.ports.after,
      changed: () => this.emit("change", undefined),
      broke: (condition: string) => this.broke(condition),
    };
    this.session = new Session(ports, peer, this.role, this.sid, this.ports.me(), this.to);
  }

  private broke(condition: string): void {
    // A page that is loaded anew has forgotten the session; it may come back with another.
    if (condition === "gone" && this.phase === "reconnecting") return;
    if (condition === "success" || condition === "gone") return this.part("success", { by: "other", reason: "hangup" });
    this.part("failed-application", { by: "nobody", reason: failures[condition] ?? "failed" });
  }

  private connecting(): void {
    this.turn("connecting");
    this.limit(times.connectingMs, () => this.part("connectivity-error", { by: "nobody", reason: "failed" }));
  }

  private follow(state: "connected" | "disconnected" | "failed"): void {
    if (this.over) return;
    if (state === "connected") {
      this.cancel();
      this.cancelRestart();
      this.restarts = 0;
      this.since ??= this.ports.now();
      return this.turn("active");
    }
    if (this.phase === "active") {
      this.turn("reconnecting");
      this.limit(times.reconnectingMs, () => this.part("connectivity-error", { by: "nobody", reason: "lost" }));
      this.restartIn(state === "failed" ? 0 : times.restartAfterMs);
    } else if (state === "failed" && this.phase === "reconnecting") this.restartIn(0);
  }

  /** The page's network has changed: the line may hold, but by a way that is gone. */
  networkChanged(): void {
    if (this.phase === "active" || this.phase === "reconnecting") this.session?.restart();
  }

  /** The side that called begins, so that two restarts seldom meet. */
  private restartIn(ms: number): void {
    this.cancelRestart();
    const wait = this.role === "initiator" || this.restarts > 0 ? ms : ms + times.restartEveryMs / 2;
    this.cancelRestart = this.ports.after(wait, () => {
      if (this.phase !== "reconnecting") return;
      this.restarts++;
      this.session?.restart();
      this.restartIn(times.restartEveryMs);
    });
  }

  /** Ends what both sides have taken part in, and says so in the session and to all devices. */
  private part(reason: string, end: End): void {
    if (this.over || this.parting) return;
    this.parting = true;
    this.session?.terminate(reason);
    if (!this.offer) this.ports.send(writeSignal(this.to, "finish", this.sid, { reason: reason === "success" ? "success" : "connectivity-error" }));
    this.finish(end);
  }

  private reject(reason: "decline" | "busy"): void {
    if (this.offer) this.ask("session-terminate", writeReason(reason));
    else this.say("reject", { reason });
  }

  /** In a session that is not taken. */
  private ask(action: string, what: Node): void {
    void this.ports.iq(this.to, writeJingle({ sid: this.sid, action }, what)).catch(() => {});
  }

  private say(verb: "ringing" | "proceed" | "reject" | "retract", more?: Parameters<typeof writeSignal>[3]): void {
    this.ports.send(writeSignal(verb === "retract" ? this.with : this.to, verb, this.sid, more));
  }

  private turn(phase: Phase): void {
    this.phase = phase;
    this.emit("change", undefined);
  }

  private limit(ms: number, run: () => void): void {
    this.cancel();
    this.cancel = this.ports.after(ms, run);
  }

  /** Said afterwards: each tab hears what this one sends, this one too, and it is no news then. */
  private finish(end: End): void {
    if (this.over) return;
    this.cancel();
    this.cancelRestart();
    this.session?.close();
    this.end = end;
    this.turn("ended");
    this.emit("ended", end);
  }
}

/** Ends a call that a page before this one had: its session, and what all devices think of it. */
export function endForgotten(ports: Pick<CallPorts, "send" | "iq">, { sid, to }: { sid: string; to: string }): void {
  void ports.iq(to, writeJingle({ sid, action: "session-terminate" }, writeReason("success"))).catch(() => {});
  ports.send(writeSignal(to, "finish", sid, { reason: "success" }));
}

/** A refusal of what was asked in a <jingle/> (XEP-0166 section 10). */
export function writeRefusal(condition: string, jingle?: string, text = ""): Node {
  const stanzas = "urn:ietf:params:xml:ns:xmpp-stanzas";
  return el(
    "error",
    { type: condition === "unexpected-request" ? "wait" : "cancel" },
    el(condition, { xmlns: stanzas }),
    jingle !== undefined && el(jingle, { xmlns: jingleNs.errors }),
    text && el("text", { xmlns: stanzas }, text),
  );
}
