// One other member of a room's call, and how they are reached. In a mesh by sessions with them, one after the other where one breaks: whoever came
// later begins; where that fails they begin again, a few times, and the other side does so only much later, so that they seldom meet. Where a
// service holds the call (hall.ts) it passes their streams on; a session with them goes on until those are there, and a little longer.
import type { Quality } from "../quality.ts";
import { judge, readCounts, type Counts } from "../quality.ts";
import { Session } from "../session.ts";
import type { Role } from "../jingle/model.ts";
import type { Node } from "../../core/xml.ts";
import type { PeerEvents } from "../call.ts";
import type { Member, MemberState } from "./conference.ts";
import type { Heard } from "./feed.ts";
import type { MeshPeer } from "./mesh-peer.ts";
import { contentNames, writePart, type ContentName } from "./muji.ts";

export const strandTimes = {
  connectingMs: 30_000,
  /** A line that is gone is looked for this long before another session is begun. */
  reconnectingMs: 30_000,
  restartAfterMs: 2_500,
  restartEveryMs: 8_000,
  againMs: 3_000,
  /** The side that came first waits so much longer. */
  patienceMs: 15_000,
  /** A session goes on beside the service's streams: the other side may not have ours there yet. */
  overlapMs: 5_000,
  /** So long somebody who is in the room's call may take to come to the service. */
  lateMs: 15_000,
};
const triesMax = 4;

export interface StrandPorts {
  room: string;
  /** Our address as this member sees it. */
  me(): string;
  iq(to: string, payload: Node): Promise<Element>;
  after(ms: number, run: () => void): () => void;
  makePeer(role: Role, events: PeerEvents): MeshPeer;
  newSid(): string;
  changed(): void;
  /** What we send, by content. */
  sends(content: ContentName): boolean;
  /** What the service passes on of them, where it knows them by this nick. */
  heard(seat: string): Heard | undefined;
  /** `here`: the service holds the call, for us. `there`: they are in it there, too, or say so. */
  served(strand: Strand): "no" | "here" | "there";
}

export class Strand implements Member {
  hand = false;
  /** The nick by which the service knows them. */
  seat: string;
  private line: MemberState = "connecting";
  private lineQuality: Quality = { bars: 3 };
  session: Session | null = null;
  peer: MeshPeer | null = null;
  private role: Role = "responder";
  private tries = 0;
  private counts: Counts | null = null;
  private cancel: () => void = () => {};
  private cancelRestart: () => void = () => {};
  private over = false;
  private parting: (() => void) | null = null;

  constructor(
    private readonly ports: StrandPorts,
    readonly id: string,
    public nick: string,
    /** Where the other side is spoken to. */
    public to: string,
    readonly occupantId: string | undefined,
    /** Whether we came after them, and begin. */
    private readonly begins: boolean,
  ) {
    this.seat = nick;
  }

  /** What the service passes on of them, where that is of use by now. */
  private get heard(): Heard | undefined {
    const heard = this.ports.heard(this.seat);
    return heard?.state === "active" || !this.session ? heard : undefined;
  }

  get state(): MemberState {
    return this.heard?.state ?? this.line;
  }

  get quality(): Quality {
    return this.heard?.quality ?? this.lineQuality;
  }

  get muted(): boolean {
    return this.heard?.muted ?? this.session?.silent.has("audio") === true;
  }

  get voiceless(): boolean {
    return this.ports.heard(this.seat)?.voiceless === true;
  }

  level(): number {
    if (this.heard) return this.heard.level();
    return this.state === "active" && !this.muted ? (this.peer?.level() ?? 0) : 0;
  }

  stream(content: ContentName): MediaStream | null {
    const passed = this.heard?.stream(content);
    if (passed || this.session?.silent.has(content)) return passed ?? null;
    return this.peer?.stream(content) ?? null;
  }

  /** Begins, or waits for them to. */
  start(): void {
    const served = this.ports.served(this);
    if (served === "there") return this.limit(strandTimes.lateMs, () => this.turn("unreachable"));
    if (served === "here") return this.limit(strandTimes.lateMs, () => (this.ports.served(this) === "there" ? undefined : this.begin()));
    if (this.begins) return this.begin();
    this.limit(strandTimes.connectingMs, () => this.broke());
  }

  begin(): void {
    this.make("initiator", this.ports.newSid());
    this.session!.begin();
  }

  /** Takes a session that they begin. False: ours goes on, which met theirs. Throws Refused and BadContents. */
  take(sid: string, jingle: Element): boolean {
    const { session } = this;
    if (session && this.role === "initiator" && this.line === "connecting" && session.sid < sid) return false;
    const before = this.session;
    this.session = null;
    before?.close();
    this.make("responder", sid);
    this.session!.take("session-initiate", jingle);
    return true;
  }

  /** The service may pass their streams on by now: then the session with them is of no use any more. */
  settle(): void {
    if (!this.session || this.over || this.parting || this.ports.heard(this.seat)?.state !== "active") return;
    this.parting = this.ports.after(strandTimes.overlapMs, () => {
      this.parting = null;
      if (this.ports.heard(this.seat)?.state !== "active" || this.over) return;
      this.rest("success");
    });
  }

  /** They have ended the session; they may begin another. */
  ended(): void {
    this.session?.close();
    this.session = null;
    this.again();
  }

  moved(nick: string, to: string): void {
    this.nick = nick;
    this.to = to;
    if (!this.ports.heard(this.seat)) this.seat = nick;
    if (this.session) this.session.to = to;
  }

  networkChanged(): void {
    if (this.line === "active" || this.line === "reconnecting") this.session?.restart();
  }

  tell(content: ContentName): void {
    this.session?.inform(this.ports.sends(content) ? "unmute" : "mute", content);
  }

  async measure(): Promise<void> {
    const { peer } = this;
    if (!peer || this.line !== "active") return;
    const report = await peer.stats().catch(() => null);
    if (!report || this.peer !== peer) return;
    const counts = readCounts([...report.values()]);
    const expected = contentNames.some((name) => this.peer?.stream(name) && !this.session?.silent.has(name));
    if (this.counts) this.lineQuality = judge(this.counts, counts, expected);
    this.counts = counts;
  }

  close(reason = "success"): void {
    this.over = true;
    this.rest(reason);
  }

  private rest(reason: string): void {
    this.parting?.();
    this.parting = null;
    this.cancel();
    this.cancelRestart();
    const { session } = this;
    this.session = null;
    this.peer = null;
    session?.terminate(reason);
    this.line = "connecting";
    if (!this.over) this.ports.changed();
  }

  private make(role: Role, sid: string): void {
    this.role = role;
    this.counts = null;
    this.turn("connecting");
    this.cancelRestart();
    this.limit(strandTimes.connectingMs, () => this.broke());
    let session: Session;
    const current = (): boolean => this.session === session;
    const peer = this.ports.makePeer(role, {
      candidate: (mid, text) => session.found(mid, text),
      state: (state) => current() && this.follow(state),
    });
    const { iq, after, changed, me, room } = this.ports;
    const ports = { iq, after, changed, broke: () => current() && this.broke() };
    session = new Session(ports, peer, role, sid, me(), this.to, role === "initiator" ? writePart(room) : null);
    this.session = session;
    this.peer = peer;
  }

  private follow(state: "connected" | "disconnected" | "failed"): void {
    if (this.over) return;
    if (state === "connected") {
      this.cancel();
      this.cancelRestart();
      this.tries = 0;
      this.turn("active");
      for (const name of contentNames) if (!this.ports.sends(name)) this.tell(name);
    } else if (this.line === "active") {
      this.turn("reconnecting");
      this.limit(strandTimes.reconnectingMs, () => this.broke());
      this.restartIn(state === "failed" ? 0 : strandTimes.restartAfterMs);
    } else if (state === "failed" && this.line === "reconnecting") this.restartIn(0);
  }

  private restartIn(ms: number): void {
    this.cancelRestart();
    this.cancelRestart = this.ports.after(this.role === "initiator" ? ms : ms + strandTimes.restartEveryMs / 2, () => {
      if (this.line !== "reconnecting") return;
      this.session?.restart();
      this.restartIn(strandTimes.restartEveryMs);
    });
  }

  /** The session can't go on, from our side. */
  private broke(): void {
    this.session?.terminate("connectivity-error");
    this.session = null;
    this.again();
  }

  private again(): void {
    this.cancelRestart();
    this.peer = null;
    if (this.over) return;
    if (this.ports.served(this) === "there") return this.rest("success");
    this.tries++;
    if (this.tries > triesMax) {
      this.cancel();
      return this.turn("unreachable");
    }
    this.turn("connecting");
    this.limit(strandTimes.againMs * this.tries + (this.begins ? 0 : strandTimes.patienceMs), () => this.begin());
  }

  private turn(state: MemberState): void {
    this.line = state;
    this.ports.changed();
  }

  private limit(ms: number, run: () => void): void {
    this.cancel();
    this.cancel = this.ports.after(ms, run);
  }
}
