// One user's stream over WebSocket, for as long as the page wants it: connects, says what happens to it, reconnects for ever.
//
// A connection is frames (frames.ts) that are negotiated (negotiation.ts); what a failed one means is in failures.ts. The SmState is saved
// before anyone is told of a stanza, so that a page that dies at any point leaves a state from which the next one can resume without losing
// or repeating anything.
import { Backoff } from "./backoff.ts";
import { pageNow } from "./clock.ts";
import { Emitter } from "./emitter.ts";
import { CredentialsError, isTokenRefused, judge, StreamFailure, type StopReason } from "./failures.ts";
import type { FastToken } from "./fast.ts";
import { Frames, type FrameTaker } from "./frames.ts";
import { negotiate, Negotiation, type Login, type Session } from "./negotiation.ts";
import { ns } from "./ns.ts";
import { StreamManagement, type SmState, type Unacked } from "./sm.ts";
import { attribute, el } from "./xml.ts";

export interface Status {
  phase: "idle" | "connecting" | "online" | "waiting" | "stopped";
  /** Changes whenever a new session was bound rather than the old one resumed. */
  epoch: string;
  jid: string;
  /** By `pageNow`. */
  retryAt?: number;
  reason?: StopReason;
  detail?: string;
  failures: number;
}

export interface StreamOptions {
  websocket: string;
  domain: string;
  credentials(refresh: boolean): Promise<Login>;
  /** The server has given a token for the next logins, or (null) refused the last one that it gave. */
  given?(token: FastToken | null): void;
  load(): SmState | null;
  save(state: SmState | null): void;
  openSocket?(url: string): WebSocket;
}

interface StreamEvents {
  status: Status;
  stanza: { element: Element; xml: string; h: number };
  acked: Unacked[];
}

/** A tenant that is suspended is asked now and then whether it still is. */
const disabledRetryMs = 60_000;
/** A server that wants to hear less of us hears nothing for so long. */
const busyMs = 10_000;
const negotiateTimeoutMs = 20_000;
const silenceMaxMs = 50_000;
const answerTimeoutMs = 10_000;

export class Stream extends Emitter<StreamEvents> implements FrameTaker {
  private frames: Frames | null = null;
  private readonly sm: StreamManagement;
  private readonly backoff = new Backoff();
  /** Counts what connect() has begun; the last one alone comes to something. */
  private attempt = 0;
  private retryTimer = 0;
  private silenceTimer = 0;
  private answerTimer = 0;
  private ackAsked = false;
  private listening: AbortController | null = null;
  private running = false;
  /** What the server said of the last token, if it refused it: the next one must be another. */
  private refusal: string | null = null;
  status: Status;

  constructor(private readonly options: StreamOptions) {
    super();
    const state = options.load();
    this.sm = new StreamManagement(state, options.save, (covered) => this.emit("acked", covered));
    this.status = { phase: "idle", epoch: state?.epoch ?? "", jid: state?.jid ?? "", failures: 0 };
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.refusal = null;
    clearTimeout(this.retryTimer);
    const { signal } = (this.listening = new AbortController());
    addEventListener("online", this.wake, { signal });
    addEventListener("offline", this.probe, { signal });
    document.addEventListener("visibilitychange", this.wake, { signal });
    void this.connect();
  }

  /** Leaves the session to be resumed by another page, or (`final`) ends it. */
  stop(final = false): void {
    this.running = false;
    this.listening?.abort();
    clearTimeout(this.retryTimer);
    if (this.online) {
      if (final) {
        this.frames?.write(el("presence", { xmlns: ns.client, type: "unavailable" }));
        this.frames?.write(el("close", { xmlns: ns.framing }));
      } else if (this.sm.state) this.confirm();
    }
    if (final) this.sm.replace(null);
    this.drop();
    this.setStatus({ phase: "idle" });
  }

  /** Sends a stanza in the session. Outside of one it is refused: the caller keeps what must not be lost. */
  send(xml: string, id?: string): boolean {
    if (!this.online) return false;
    if (this.sm.keep({ xml, id })) this.askForAck();
    this.frames?.send(xml);
    return true;
  }

  isUnacked(id: string): boolean {
    return this.sm.state?.unacked.some((u) => u.id === id) ?? false;
  }

  /** It was refused: from now on it counts neither as unacknowledged nor, later, as acknowledged. */
  disown(id: string): void {
    this.sm.disown(id);
  }

  get inbound(): number {
    return this.sm.inbound;
  }

  /** Tries at once instead of waiting out the back-off (the user pressed "try again", or the network came back). */
  retryNow(): void {
    if (!this.running) return this.start();
    if (this.status.phase === "waiting") {
      clearTimeout(this.retryTimer);
      void this.connect();
    }
  }

  private get online(): boolean {
    return this.status.phase === "online";
  }

  private readonly wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.status.phase === "waiting") this.retryNow();
    else this.probe();
  };

  /** Asks whether the server still hears us: after sleep or a change of network a dead socket can look open for minutes. */
  private readonly probe = (): void => {
    if (!this.online || this.answerTimer) return;
    this.frames?.write(
      this.sm.state ? el("r", { xmlns: ns.sm }) : el("iq", { xmlns: ns.client, type: "get", id: "probe" }, el("ping", { xmlns: ns.ping })),
    );
    this.answerTimer = setTimeout(() => this.fail(new StreamFailure("silent")), answerTimeoutMs) as unknown as number;
  };

  private async connect(): Promise<void> {
    this.drop();
    const attempt = this.attempt;
    this.setStatus({ phase: "connecting", retryAt: undefined });
    let login: Login | undefined;
    const { domain, credentials, given } = this.options;
    try {
      login = await credentials(this.refusal !== null);
      if (attempt !== this.attempt) return;
      const frames = this.openFrames();
      await withTimeout(frames.opened);
      const { session, given: token } = await withTimeout(negotiate(frames, new Negotiation(domain, login, this.sm)));
      if (token) given?.(token);
      this.refusal = null;
      this.backoff.reset();
      this.begin(frames, session);
    } catch (error) {
      if (attempt !== this.attempt) return;
      if (!login || typeof login.by === "string" || !isTokenRefused(error)) return this.fail(error as Error);
      given?.(null);
      void this.connect(); // by a site token, at once
    }
  }

  private openFrames(): Frames {
    const { websocket, openSocket } = this.options;
    const socket = openSocket ? openSocket(websocket) : new WebSocket(websocket, "xmpp");
    return (this.frames = new Frames(socket, this));
  }

  private begin(frames: Frames, { resumed, ...session }: Session): void {
    const { unacked } = this.sm.state ?? { unacked: [] };
    if (resumed) {
      for (const { xml } of unacked) frames.send(xml);
      if (unacked.length > 0) this.askForAck();
    }
    this.setStatus({ ...session, phase: "online", failures: 0, reason: undefined, detail: undefined });
    this.heard();
    frames.begin();
  }

  take(element: Element, xml: string): void {
    if (element.namespaceURI === ns.sm) {
      if (!this.sm.state) return;
      if (element.localName === "r") this.confirm();
      else if (element.localName === "a") this.sm.acknowledge(Number(attribute(element, "h")));
      return;
    }
    if (!["message", "presence", "iq"].includes(element.localName)) return;
    this.sm.count();
    this.emit("stanza", { element, xml, h: this.inbound });
  }

  fail(error: Error): void {
    if (!this.running) return;
    this.drop();
    const { stop, refused, forget, busy, waitMs } = judge(error, this.refusal !== null);
    if (forget) this.sm.replace(null);
    if (stop) return this.giveUp(stop, (error instanceof CredentialsError && this.refusal) || error.message);
    if (refused) this.refusal = error.message;
    const delayMs = waitMs ?? Math.max(this.backoff.nextMs(), busy ? busyMs : 0);
    this.setStatus({
      phase: "waiting",
      retryAt: pageNow() + delayMs,
      failures: this.backoff.failures,
      reason: busy ? "busy" : undefined,
      detail: error.message,
    });
    this.retryTimer = setTimeout(() => void this.connect(), delayMs) as unknown as number;
  }

  private giveUp(reason: StopReason, detail: string): void {
    this.stop();
    this.setStatus({ phase: "stopped", reason, detail });
    if (reason !== "disabled") return;
    this.retryTimer = setTimeout(() => this.start(), disabledRetryMs * (1 + Math.random() / 2)) as unknown as number;
  }

  heard(): void {
    clearTimeout(this.answerTimer);
    clearTimeout(this.silenceTimer);
    this.answerTimer = 0;
    this.silenceTimer = setTimeout(this.probe, silenceMaxMs) as unknown as number;
  }

  /** Says what we have received. */
  private confirm(): void {
    this.frames?.write(el("a", { xmlns: ns.sm, h: String(this.inbound) }));
  }

  /** One request for all the stanzas of this turn. */
  private askForAck(): void {
    if (this.ackAsked) return;
    this.ackAsked = true;
    setTimeout(() => {
      this.ackAsked = false;
      if (this.online) this.frames?.write(el("r", { xmlns: ns.sm }));
    });
  }

  private drop(): void {
    const { frames } = this;
    this.attempt++;
    this.frames = null;
    clearTimeout(this.answerTimer);
    clearTimeout(this.silenceTimer);
    this.answerTimer = 0;
    frames?.drop();
  }

  private setStatus(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
    this.emit("status", this.status);
  }
}

function withTimeout<T>(promise: Promise<T>): Promise<T> {
  let timer = 0;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StreamFailure("timeout")), negotiateTimeoutMs) as unknown as number;
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
