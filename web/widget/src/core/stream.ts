// One XMPP stream over WebSocket (RFC 7395): opens it, logs in with a site token (SASL OAUTHBEARER), resumes or binds (XEP-0198), reconnects for ever.
//
// The life of a connection is told once, in `negotiate`, as a straight line of sends and awaited frames; after it every frame goes
// through `receive`. `SmState` is saved before anyone is told of a stanza, so that a page that dies at any point leaves a state from
// which the next one can resume without losing or repeating anything.
import { Backoff } from "./backoff.ts";
import { pageNow } from "./clock.ts";
import { Emitter } from "./emitter.ts";
import { ns } from "./ns.ts";
import type { SmState, Unacked } from "./sm.ts";
import { acknowledge, countInbound, makeSmState } from "./sm.ts";
import type { Node } from "./xml.ts";
import { attribute, child, children, el, parse, serialize, text } from "./xml.ts";

export type StopReason = "signed-out" | "disabled" | "replaced" | "refused" | "busy";
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

export interface Credentials {
  /** A site token. */
  token: string;
}

/** Thrown by `credentials` when trying again is no use (`final`) or only after some time. */
export class CredentialsError extends Error {
  constructor(
    readonly reason: StopReason,
    detail: string,
    readonly retryAfterMs?: number,
  ) {
    super(detail);
  }
}

export interface StreamOptions {
  websocket: string;
  domain: string;
  credentials(refresh: boolean): Promise<Credentials>;
  load(): SmState | null;
  save(state: SmState | null): void;
  openSocket?(url: string): WebSocket;
}

interface StreamEvents {
  status: Status;
  stanza: { element: Element; xml: string; h: number };
  acked: Unacked[];
}

class StreamFailure extends Error {
  constructor(
    readonly condition: string,
    detail = "",
  ) {
    super(detail || condition);
  }
}

/** How long a session waits for its page to come back. Until then others see its user as there. */
const resumeMaxS = 60;
/** A tenant that is suspended is asked now and then whether it still is. */
const disabledRetryMs = 60_000;
const negotiateTimeoutMs = 20_000;
const silenceMaxMs = 50_000;
const answerTimeoutMs = 10_000;

export class Stream extends Emitter<StreamEvents> {
  private socket: WebSocket | null = null;
  private sm: SmState | null;
  private readonly backoff = new Backoff();
  private frames: { element: Element; xml: string }[] = [];
  private attempt = 0;
  private waiting: { resolve(frame: Element): void; reject(error: Error): void } | null = null;
  private negotiated = false;
  private retryTimer = 0;
  private silenceTimer = 0;
  private answerTimer = 0;
  private ackAsked = false;
  private running = false;
  /** What the server said of the last token, if it refused it: the next one must be another. */
  private refusal: string | null = null;
  status: Status;

  constructor(private readonly options: StreamOptions) {
    super();
    this.sm = options.load();
    this.status = { phase: "idle", epoch: this.sm?.epoch ?? "", jid: this.sm?.jid ?? "", failures: 0 };
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.refusal = null;
    clearTimeout(this.retryTimer);
    addEventListener("online", this.wake);
    addEventListener("offline", this.probe);
    document.addEventListener("visibilitychange", this.wake);
    void this.connect();
  }

  /** Leaves the session to be resumed by another page, or (`final`) ends it. */
  stop(final = false): void {
    this.running = false;
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.probe);
    document.removeEventListener("visibilitychange", this.wake);
    clearTimeout(this.retryTimer);
    if (this.negotiated && this.socket) {
      if (final) {
        this.write(el("presence", { xmlns: ns.client, type: "unavailable" }));
        this.write(el("close", { xmlns: ns.framing }));
      } else if (this.sm) {
        this.write(el("a", { xmlns: ns.sm, h: String(this.sm.inbound) }));
      }
    }
    if (final) this.setSm(null);
    this.dropSocket();
    this.setStatus({ phase: "idle" });
  }

  /** Sends a stanza in the session. Outside of one it is refused: the caller keeps what must not be lost. */
  send(xml: string, id?: string): boolean {
    if (this.status.phase !== "online" || !this.negotiated) return false;
    if (this.sm) {
      this.sm.unacked.push({ xml, id });
      this.options.save(this.sm);
      this.askForAck();
    }
    this.socket?.send(xml);
    return true;
  }

  isUnacked(id: string): boolean {
    return this.sm?.unacked.some((u) => u.id === id) ?? false;
  }

  get inbound(): number {
    return this.sm?.inbound ?? -1;
  }

  /** Tries at once instead of waiting out the back-off (the user pressed "try again", or the network came back). */
  retryNow(): void {
    if (!this.running) return this.start();
    if (this.status.phase === "waiting") {
      clearTimeout(this.retryTimer);
      void this.connect();
    }
  }

  private readonly wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.status.phase === "waiting") this.retryNow();
    else this.probe();
  };

  /** Asks whether the server still hears us: after sleep or a change of network a dead socket can look open for minutes. */
  private readonly probe = (): void => {
    if (this.status.phase !== "online" || !this.socket || this.answerTimer) return;
    this.write(this.sm ? el("r", { xmlns: ns.sm }) : el("iq", { xmlns: ns.client, type: "get", id: "probe" }, el("ping", { xmlns: ns.ping })));
    this.answerTimer = setTimeout(() => this.fail(new StreamFailure("silent")), answerTimeoutMs) as unknown as number;
  };

  private async connect(): Promise<void> {
    this.dropSocket();
    const attempt = this.attempt;
    this.setStatus({ phase: "connecting", retryAt: undefined });
    try {
      const credentials = await this.options.credentials(this.refusal !== null);
      if (attempt !== this.attempt) return;
      await this.openSocket();
      const resumed = await this.withTimeout(this.negotiate(credentials));
      this.refusal = null;
      this.backoff.reset();
      this.becomeReady(resumed);
    } catch (error) {
      if (attempt === this.attempt) this.fail(error as Error);
    }
  }

  private openSocket(): Promise<void> {
    const { websocket, openSocket } = this.options;
    const socket = openSocket ? openSocket(websocket) : new WebSocket(websocket, "xmpp");
    this.socket = socket;
    socket.onmessage = (event) => this.socket === socket && this.receive(String(event.data));
    return this.withTimeout(
      new Promise((resolve, reject) => {
        socket.onopen = () => resolve();
        socket.onclose = () => {
          reject(new StreamFailure("unreachable"));
          if (this.socket === socket) this.fail(new StreamFailure("closed"));
        };
      }),
    );
  }

  private async negotiate({ token }: Credentials): Promise<boolean> {
    await this.openStream();
    // RFC 7628. The token says whose it is; what the address of that user is, we hear when it is bound.
    const bearer = new TextEncoder().encode(`n,,\x01auth=Bearer ${token}\x01\x01`);
    this.write(el("auth", { xmlns: ns.sasl, mechanism: "OAUTHBEARER" }, btoa(String.fromCharCode(...bearer))));
    let outcome = await this.nextFrame();
    if (outcome.localName === "challenge") {
      this.write(el("response", { xmlns: ns.sasl }, btoa("\x01")));
      outcome = await this.nextFrame();
    }
    if (outcome.localName !== "success") {
      throw new StreamFailure(`sasl:${child(outcome)?.localName ?? "failure"}`, text(child(outcome, ns.sasl, "text")));
    }
    const features = await this.openStream();
    if (this.sm && (await this.resume(this.sm))) return true;
    await this.bind(child(features, ns.sm, "sm") !== null);
    return false;
  }

  private async openStream(): Promise<Element> {
    this.write(el("open", { xmlns: ns.framing, to: this.options.domain, version: "1.0" }));
    let frame = await this.nextFrame();
    if (frame.localName === "open") frame = await this.nextFrame();
    if (frame.localName !== "features") throw new StreamFailure("no-features");
    return frame;
  }

  private async resume(sm: SmState): Promise<boolean> {
    this.write(el("resume", { xmlns: ns.sm, h: String(sm.inbound), previd: sm.id }));
    const answer = await this.nextFrame();
    const h = answer.getAttribute("h");
    const covered = h === null ? [] : acknowledge(sm, Number(h));
    this.options.save(sm);
    if (covered.length > 0) this.emit("acked", covered);
    if (answer.localName === "resumed") return true;
    this.setSm(null);
    return false;
  }

  private async bind(smOffered: boolean): Promise<void> {
    const resource = `widget-${randomId(8)}`;
    this.write(el("iq", { xmlns: ns.client, type: "set", id: "bind" }, el("bind", { xmlns: ns.bind }, el("resource", {}, resource))));
    const answer = await this.nextFrame();
    if (answer.getAttribute("type") !== "result") {
      throw new StreamFailure(`bind:${child(child(answer, ns.client, "error"), ns.stanzaErrors)?.localName ?? "failed"}`);
    }
    const jid = text(child(child(answer, ns.bind, "bind"), ns.bind, "jid"));
    const epoch = randomId(12);
    if (smOffered) {
      this.write(el("enable", { xmlns: ns.sm, resume: "true", max: String(resumeMaxS) }));
      const enabled = await this.nextFrame();
      const id = enabled.getAttribute("id");
      if (enabled.localName === "enabled" && id) this.setSm(makeSmState(id, epoch, jid));
    }
    this.status = { ...this.status, epoch, jid };
  }

  private becomeReady(resumed: boolean): void {
    this.negotiated = true;
    if (resumed && this.sm) {
      this.status = { ...this.status, epoch: this.sm.epoch, jid: this.sm.jid };
      for (const { xml } of this.sm.unacked) this.socket?.send(xml);
      if (this.sm.unacked.length > 0) this.askForAck();
    }
    this.setStatus({ phase: "online", failures: 0, reason: undefined, detail: undefined });
    this.heard();
    for (const { element, xml } of this.frames.splice(0)) this.handle(element, xml);
  }

  private receive(data: string): void {
    const frame = parse(data);
    if (!frame) return this.fail(new StreamFailure("not-well-formed"));
    this.heard();
    if (frame.localName === "error" && frame.namespaceURI === ns.streams) {
      // Streams have no condition of their own for it (RFC 6120 section 4.9.3), so it comes beside one of theirs, as SASL calls it.
      const disabled = child(frame, ns.sasl, "account-disabled");
      const condition = disabled ?? children(frame).find((c) => c.localName !== "text");
      return this.fail(new StreamFailure(`stream:${condition?.localName ?? "undefined-condition"}`, text(child(frame, ns.streamErrors, "text"))));
    }
    if (frame.localName === "close" && frame.namespaceURI === ns.framing) return this.fail(new StreamFailure("closed"));
    if (this.negotiated) return this.handle(frame, data);
    if (this.waiting) {
      const { resolve } = this.waiting;
      this.waiting = null;
      resolve(frame);
    } else {
      this.frames.push({ element: frame, xml: data });
    }
  }

  private handle(frame: Element, xml: string): void {
    if (frame.namespaceURI === ns.sm) {
      if (!this.sm) return;
      if (frame.localName === "r") this.write(el("a", { xmlns: ns.sm, h: String(this.sm.inbound) }));
      else if (frame.localName === "a") {
        const covered = acknowledge(this.sm, Number(attribute(frame, "h")));
        this.options.save(this.sm);
        if (covered.length > 0) this.emit("acked", covered);
      }
      return;
    }
    if (!["message", "presence", "iq"].includes(frame.localName)) return;
    if (this.sm) {
      countInbound(this.sm);
      this.options.save(this.sm);
    }
    this.emit("stanza", { element: frame, xml, h: this.inbound });
  }

  private nextFrame(): Promise<Element> {
    const frame = this.frames.shift();
    if (frame) return Promise.resolve(frame.element);
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  private fail(error: Error): void {
    if (!this.running) return;
    this.dropSocket();
    const condition = error instanceof StreamFailure ? error.condition : "";
    if (error instanceof CredentialsError && error.retryAfterMs === undefined) return this.giveUp(error.reason, this.refusal || error.message);
    if (condition === "sasl:account-disabled" || condition === "stream:account-disabled") return this.giveUp("disabled", error.message);
    if (condition === "stream:conflict") {
      this.setSm(null);
      return this.giveUp("replaced", error.message);
    }
    if (["sasl:not-authorized", "sasl:credentials-expired", "sasl:malformed-request"].includes(condition)) {
      if (this.refusal !== null) return this.giveUp("signed-out", error.message);
      this.refusal = error.message;
    }
    // What was sent may be the reason: don't repeat it in a resumed session.
    if (["stream:policy-violation", "stream:not-well-formed", "stream:invalid-xml"].includes(condition)) this.setSm(null);
    const limited = condition.endsWith("resource-constraint") || condition === "stream:policy-violation";
    const waitMs = error instanceof CredentialsError ? error.retryAfterMs! : Math.max(this.backoff.nextMs(), limited ? 10_000 : 0);
    this.setStatus({
      phase: "waiting",
      retryAt: pageNow() + waitMs,
      failures: this.backoff.failures,
      reason: limited || error instanceof CredentialsError ? "busy" : undefined,
      detail: error.message,
    });
    this.retryTimer = setTimeout(() => void this.connect(), waitMs) as unknown as number;
  }

  private giveUp(reason: StopReason, detail: string): void {
    this.stop();
    this.setStatus({ phase: "stopped", reason, detail });
    if (reason !== "disabled") return;
    this.retryTimer = setTimeout(() => this.start(), disabledRetryMs * (1 + Math.random() / 2)) as unknown as number;
  }

  private heard(): void {
    clearTimeout(this.answerTimer);
    clearTimeout(this.silenceTimer);
    this.answerTimer = 0;
    this.silenceTimer = setTimeout(this.probe, silenceMaxMs) as unknown as number;
  }

  /** One request for all the stanzas of this turn. */
  private askForAck(): void {
    if (this.ackAsked) return;
    this.ackAsked = true;
    setTimeout(() => {
      this.ackAsked = false;
      if (this.negotiated) this.write(el("r", { xmlns: ns.sm }));
    });
  }

  private dropSocket(): void {
    const socket = this.socket;
    this.attempt++;
    this.socket = null;
    this.negotiated = false;
    this.frames = [];
    clearTimeout(this.answerTimer);
    clearTimeout(this.silenceTimer);
    this.answerTimer = 0;
    this.waiting?.reject(new StreamFailure("closed"));
    this.waiting = null;
    if (!socket) return;
    socket.onmessage = socket.onopen = socket.onclose = null;
    socket.close();
  }

  private withTimeout<T>(promise: Promise<T>): Promise<T> {
    let timer = 0;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StreamFailure("timeout")), negotiateTimeoutMs) as unknown as number;
    });
    return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
  }

  private write(node: Node): void {
    if (this.socket?.readyState === 1) this.socket.send(serialize(node));
  }

  private setSm(sm: SmState | null): void {
    this.sm = sm;
    this.options.save(sm);
  }

  private setStatus(change: Partial<Status>): void {
    this.status = { ...this.status, ...change };
    this.emit("status", this.status);
  }
}

export function randomId(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return [...bytes].map((b) => "abcdefghijklmnopqrstuvwxyz234567"[b & 31]).join("");
}
