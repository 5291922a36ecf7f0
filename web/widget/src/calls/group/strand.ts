// One strand of a mesh: the sessions with one other member, one after the other where one breaks. Whoever came later begins; where that fails
// they begin again, a few times, and the other side does so only much later, so that they seldom meet.
import type { Quality } from "../quality.ts";
import { judge, readCounts, type Counts } from "../quality.ts";
import { Session } from "../session.ts";
import type { Role } from "../jingle/model.ts";
import type { Node } from "../../core/xml.ts";
import type { PeerEvents } from "../call.ts";
import type { Member, MemberState } from "./conference.ts";
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
}

export class Strand implements Member {
  state: MemberState = "connecting";
  quality: Quality = { bars: 3 };
  hand = false;
  session: Session | null = null;
  peer: MeshPeer | null = null;
  private role: Role = "responder";
  private tries = 0;
  private counts: Counts | null = null;
  private cancel: () => void = () => {};
  private cancelRestart: () => void = () => {};
  private over = false;

  constructor(
    private readonly ports: StrandPorts,
    readonly id: string,
    public nick: string,
    /** Where the other side is spoken to. */
    public to: string,
    readonly occupantId: string | undefined,
    /** Whether we came after them, and begin. */
    private readonly begins: boolean,
  ) {}

  get muted(): boolean {
    return this.session?.silent.has("audio") === true;
  }

  level(): number {
    return this.state === "active" && !this.muted ? (this.peer?.level() ?? 0) : 0;
  }

  stream(content: ContentName): MediaStream | null {
    if (this.session?.silent.has(content)) return null;
    return this.peer?.stream(content) ?? null;
  }

  /** Begins, or waits for them to. */
  start(): void {
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
    if (session && this.role === "initiator" && this.state === "connecting" && session.sid < sid) return false;
    const before = this.session;
    this.session = null;
    before?.close();
    this.make("responder", sid);
    this.session!.take("session-initiate", jingle);
    return true;
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
    if (this.session) this.session.to = to;
  }

  networkChanged(): void {
    if (this.state === "active" || this.state === "reconnecting") this.session?.restart();
  }

  tell(content: ContentName): void {
    this.session?.inform(this.ports.sends(content) ? "unmute" : "mute", content);
  }

  async measure(): Promise<void> {
    const { peer } = this;
    if (!peer || this.state !== "active") return;
    const report = await peer.stats().catch(() => null);
    if (!report || this.peer !== peer) return;
    const counts = readCounts([...report.values()]);
    const expected = contentNames.some((name) => this.peer?.stream(name) && !this.session?.silent.has(name));
    if (this.counts) this.quality = judge(this.counts, counts, expected);
    this.counts = counts;
  }

  close(reason = "success"): void {
    this.over = true;
    this.cancel();
    this.cancelRestart();
    this.session?.terminate(reason);
    this.session = null;
    this.peer = null;
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
    } else if (this.state === "active") {
      this.turn("reconnecting");
      this.limit(strandTimes.reconnectingMs, () => this.broke());
      this.restartIn(state === "failed" ? 0 : strandTimes.restartAfterMs);
    } else if (state === "failed" && this.state === "reconnecting") this.restartIn(0);
  }

  private restartIn(ms: number): void {
    this.cancelRestart();
    this.cancelRestart = this.ports.after(this.role === "initiator" ? ms : ms + strandTimes.restartEveryMs / 2, () => {
      if (this.state !== "reconnecting") return;
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
    this.tries++;
    if (this.tries > triesMax) {
      this.cancel();
      return this.turn("unreachable");
    }
    this.turn("connecting");
    this.limit(strandTimes.againMs * this.tries + (this.begins ? 0 : strandTimes.patienceMs), () => this.begin());
  }

  private turn(state: MemberState): void {
    this.state = state;
    this.ports.changed();
  }

  private limit(ms: number, run: () => void): void {
    this.cancel();
    this.cancel = this.ports.after(ms, run);
  }
}
