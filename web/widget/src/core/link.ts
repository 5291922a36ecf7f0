// One connection for all tabs of a page's origin.
//
// The tabs elect a leader with a Web Lock; it owns the Stream and tells the others, over a BroadcastChannel, every stanza that came in
// or went out, so each tab builds the same picture by itself. When the leader goes away the lock passes on, and the next tab resumes
// the stream from the SmState in localStorage. A leader that the browser froze does not answer `hello`; then the lock is taken from it.
// Without Web Locks (a page not served over HTTPS) every tab has a connection of its own, kept in sessionStorage.
import { pageNow } from "./clock.ts";
import { nameBrowser } from "./device.ts";
import { Emitter } from "./emitter.ts";
import { isFastToken, makeProof } from "./fast.ts";
import { Frames } from "./frames.ts";
import { invalidation, type Login } from "./negotiation.ts";
import { ns } from "./ns.ts";
import { isSmState } from "./sm.ts";
import type { OpenStorage, Storage } from "./storage.ts";
import type { Status } from "./stream.ts";
import { isUuid, randomId, randomUuid } from "./ids.ts";
import { Stream } from "./stream.ts";
import type { Node } from "./xml.ts";
import { child, el, parse, serialize } from "./xml.ts";
import { bareJid } from "./jid.ts";

type Told =
  | { k: "hello"; tab: string }
  | { k: "status"; status: Status; h: number }
  | { k: "snapshot"; to: string; data: unknown; status: Status; h: number }
  | { k: "in"; xml: string; h: number }
  | { k: "out"; tab: string; xml: string }
  | { k: "acked"; ids: string[] }
  | { k: "again"; tab: string }
  | { k: "logout" }
  | { k: "app"; data: unknown };

interface LinkEvents {
  status: Status;
  /** A stanza that came from the server, or (`outgoing`) that a tab of this browser sent. */
  stanza: { element: Element; outgoing: boolean };
  acked: string[];
  /** What another tab told with `tell`. */
  told: unknown;
  /** The leader's picture, for the session `epoch`. */
  snapshot: { data: unknown; epoch: string };
  /** This tab took the connection; `consistent` when it has seen everything that the session to be resumed had received. */
  lead: { consistent: boolean };
  logout: void;
}

export interface LinkOptions {
  scope: string;
  open: OpenStorage;
  websocket: string;
  domain: string;
  /** A site token of the user. */
  token(refresh: boolean): Promise<string>;
  /** Tokens of the server's are kept for the next pages. */
  keepsTokens: boolean;
  /** The page has given no site token so far: the one that is kept comes first. */
  prefersKept(): boolean;
  /** What a tab that has just opened needs to show the same as this one. */
  snapshot(): unknown;
}

export class IqError extends Error {
  constructor(
    readonly condition: string,
    readonly text = "",
    /** All that the answer says of it. */
    readonly error: Element | null = null,
  ) {
    super(text || condition);
  }
}

function canShare(): boolean {
  try {
    new BroadcastChannel("teahouse").close(); // refused where storage is denied
    return typeof navigator.locks?.request === "function";
  } catch {
    return false;
  }
}

const answerMsMax = 3_000;
const iqTimeoutMs = 30_000;

export class Link extends Emitter<LinkEvents> {
  readonly tab = randomId(6);
  readonly shared: boolean;
  /** Stanzas of the session this tab has seen: equal to the SmState's count when nothing was missed. */
  h = -1;
  status: Status = { phase: "idle", epoch: "", jid: "", failures: 0 };
  private stream: Stream | null = null;
  private channel: BroadcastChannel | null = null;
  private readonly storage: Storage;
  private readonly iqs = new Map<string, { to: string; resolve(result: Element): void; reject(error: Error): void; timer: number }>();
  private iqCount = 0;
  private release: (() => void) | null = null;
  private leaderHeard = 0;
  private running = false;

  constructor(private readonly options: LinkOptions) {
    super();
    this.shared = canShare();
    this.storage = options.open(this.shared ? "local" : "session", options.scope);
  }

  get leading(): boolean {
    return this.stream !== null;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    if (!this.shared) return this.lead();
    this.channel = new BroadcastChannel(this.lockName);
    this.channel.onmessage = (event) => this.hear(event.data as Told);
    document.addEventListener("visibilitychange", this.checkLeader);
    const request = navigator.locks.request(this.lockName, { ifAvailable: true }, (lock) => {
      if (!this.running) return;
      if (lock) return this.hold();
      this.queueForLock();
      this.checkLeader();
    });
    request.catch(this.lostLock);
  }

  /** Ends this tab's part. The session is left for other tabs or the next page unless it is `final`: the user logs out, here or there too. */
  stop(final = false, tellOthers = final): void {
    if (!this.running) return;
    this.running = false;
    document.removeEventListener("visibilitychange", this.checkLeader);
    if (tellOthers) this.post({ k: "logout" });
    if (tellOthers) void this.revoke().catch(() => {});
    this.stepDown(final);
    this.release?.();
    this.release = null;
    this.channel?.close();
    this.channel = null;
    this.failIqs();
  }

  send(stanza: Node): boolean {
    if (this.status.phase !== "online") return false;
    const xml = serialize({ ...stanza, attributes: { xmlns: ns.client, ...stanza.attributes } });
    if (this.stream && !this.stream.send(xml, stanza.attributes.id)) return false;
    this.post({ k: "out", tab: this.tab, xml });
    this.hearOutgoing(xml);
    return true;
  }

  iq(type: "get" | "set", to: string | undefined, payload: Node): Promise<Element> {
    const id = `${this.tab}-${++this.iqCount}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(id, null), iqTimeoutMs) as unknown as number;
      this.iqs.set(id, { to: to ?? "", resolve, reject, timer });
      if (!this.send({ name: "iq", attributes: { type, to, id }, children: [payload] })) this.settle(id, null);
    });
  }

  isUnacked(id: string): boolean {
    return this.stream?.isUnacked(id) ?? false;
  }

  /** A stanza of this id was refused, and may be sent again: see `Stream.disown`. */
  disown(id: string): void {
    this.stream?.disown(id);
  }

  /** Tells the other tabs something that is no stanza. */
  tell(data: unknown): void {
    this.post({ k: "app", data });
  }

  retryNow(): void {
    if (this.stream) this.stream.retryNow();
    else this.post({ k: "again", tab: this.tab });
  }

  private get lockName(): string {
    return `teahouse:${this.options.scope}`;
  }

  private queueForLock(steal = false): void {
    const request = navigator.locks.request(this.lockName, steal ? { steal: true } : {}, () => (this.running ? this.hold() : undefined));
    request.catch(this.lostLock);
  }

  /** Taken from us because this tab was frozen: follow the new leader. Refused altogether (a sandboxed page): be alone. */
  private readonly lostLock = (error: Error): void => {
    if (!this.running) return;
    if (error.name !== "AbortError") return this.lead();
    this.stepDown(false);
    this.queueForLock();
    this.checkLeader();
  };

  /** Leads for as long as the returned promise is pending. A short wait lets the last leader's messages arrive first. */
  private async hold(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (!this.running) return;
    const held = new Promise<void>((resolve) => (this.release = resolve));
    this.lead();
    return held;
  }

  private lead(): void {
    const { websocket, domain } = this.options;
    const stream: Stream = new Stream({
      websocket,
      domain,
      credentials: (refresh) => this.makeLogin(refresh),
      given: (fast) => (fast ? this.options.keepsTokens && this.storage.set("fast", fast) : this.storage.remove("fast")),
      load: () => this.storage.get("sm", isSmState),
      save: (state) => {
        if (this.stream !== stream) return; // another tab may have the session now
        if (state) this.storage.set("sm", state);
        else this.storage.remove("sm");
      },
    });
    this.stream = stream;
    stream.on("status", (status) => this.stream === stream && this.setStatus(status, true));
    stream.on("stanza", ({ element, xml, h }) => {
      this.h = h;
      this.post({ k: "in", xml, h });
      this.hearIncoming(element);
    });
    stream.on("acked", (unacked) => {
      const ids = unacked.flatMap((u) => u.id ?? []);
      this.post({ k: "acked", ids });
      this.emit("acked", ids);
    });
    this.emit("lead", { consistent: this.h === stream.inbound });
    this.h = stream.inbound;
    stream.start();
  }

  /** One for all tabs, and for each user another. Tabs that can't share a connection would end each other's by it: the server takes them for one device. */
  private agent(): string | undefined {
    if (!this.shared) return undefined;
    const known = this.storage.get("agent", isUuid);
    const agent = known ?? randomUuid();
    if (!known) this.storage.set("agent", agent);
    return agent;
  }

  private async makeLogin(refresh: boolean): Promise<Login> {
    const { token, keepsTokens, prefersKept } = this.options;
    const [agent, device] = [this.agent(), nameBrowser(navigator.userAgent)];
    const kept = agent === undefined ? null : this.storage.get("fast", isFastToken);
    const proof = kept && prefersKept() ? await makeProof(kept) : null;
    if (proof) return { by: proof, agent, device };
    return { by: await token(refresh), agent, device, wantsToken: keepsTokens && agent !== undefined && !kept };
  }

  /** The token that is kept ends at the server too: it signs in for the last time. The page may be gone before that is done. */
  private async revoke(): Promise<void> {
    const { websocket, domain } = this.options;
    const [agent, kept] = [this.storage.get("agent", isUuid), this.storage.get("fast", isFastToken)];
    const proof = kept && agent && (await makeProof(kept));
    if (!proof) return;
    const frames: Frames = new Frames(new WebSocket(websocket, "xmpp"), { heard: () => {}, take: () => {}, fail: () => frames.drop() });
    await frames.opened;
    for (const node of invalidation(domain, { by: proof, agent })) frames.write(node);
    while ((await frames.next()).namespaceURI !== ns.sasl2);
    frames.write(el("close", { xmlns: ns.framing }));
    frames.drop();
  }

  private stepDown(final: boolean): void {
    const stream = this.stream;
    if (!stream) return;
    if (final) stream.stop(true);
    this.stream = null;
    if (!final) stream.stop(false);
  }

  private readonly checkLeader = (): void => {
    if (this.leading || !this.running || document.visibilityState === "hidden") return;
    const asked = pageNow();
    this.post({ k: "hello", tab: this.tab });
    setTimeout(() => {
      if (!this.running || this.leading || this.leaderHeard >= asked || document.visibilityState === "hidden") return;
      this.queueForLock(true);
    }, answerMsMax);
  };

  private hear(told: Told): void {
    switch (told.k) {
      case "hello":
        if (this.stream) this.post({ k: "snapshot", to: told.tab, data: this.options.snapshot(), status: this.status, h: this.h });
        return;
      case "snapshot":
        this.leaderHeard = pageNow();
        if (told.to !== this.tab || this.stream) return;
        if (this.h < 0 || this.h !== told.h || this.status.epoch !== told.status.epoch) {
          this.emit("snapshot", { data: told.data, epoch: told.status.epoch });
        }
        this.h = told.h;
        return this.setStatus(told.status);
      case "status":
        if (this.stream) return; // from a leader that has not noticed yet that it is none
        this.leaderHeard = pageNow();
        return this.setStatus(told.status);
      case "in": {
        if (this.stream) return;
        this.leaderHeard = pageNow();
        const element = parse(told.xml);
        this.h = told.h;
        if (element) this.hearIncoming(element);
        return;
      }
      case "out": {
        const element = parse(told.xml);
        if (this.stream && element) this.stream.send(told.xml, element.getAttribute("id") ?? undefined);
        return this.hearOutgoing(told.xml);
      }
      case "acked":
        return this.emit("acked", told.ids);
      case "again":
        return this.stream?.retryNow();
      case "logout":
        return this.emit("logout", undefined);
      case "app":
        return this.emit("told", told.data);
    }
  }

  private hearIncoming(element: Element): void {
    if (element.localName === "iq") {
      const type = element.getAttribute("type");
      if (type === "result" || type === "error") return this.settle(element.getAttribute("id") ?? "", element);
    }
    this.emit("stanza", { element, outgoing: false });
  }

  private hearOutgoing(xml: string): void {
    const element = parse(xml);
    if (element && element.localName !== "iq") this.emit("stanza", { element, outgoing: true });
  }

  private settle(id: string, answer: Element | null): void {
    const iq = this.iqs.get(id);
    if (!iq) return;
    const from = answer?.getAttribute("from") ?? "";
    const ours = from === "" || from === bareJid(this.status.jid) || from === this.status.jid || from === this.options.domain;
    if (answer && from !== iq.to && !(iq.to === "" && ours) && !(iq.to === bareJid(this.status.jid) && ours)) return;
    this.iqs.delete(id);
    clearTimeout(iq.timer);
    if (answer?.getAttribute("type") === "result") return iq.resolve(answer);
    const error = child(answer, ns.client, "error");
    const condition = child(error, ns.stanzaErrors)?.localName ?? "remote-server-timeout";
    iq.reject(new IqError(condition, child(error, ns.stanzaErrors, "text")?.textContent ?? "", error));
  }

  private failIqs(): void {
    for (const id of [...this.iqs.keys()]) this.settle(id, null);
  }

  private setStatus(status: Status, own = false): void {
    const fresh = status.phase === "online" && status.epoch !== this.status.epoch;
    this.status = status;
    if (own) this.post({ k: "status", status, h: this.h });
    if (fresh) this.failIqs();
    this.emit("status", status);
  }

  private post(told: Told): void {
    this.channel?.postMessage(told);
  }
}
