// A stream of somebody else's, as the service that holds the call passes it on (hall.ts): one session, which the service begins.
import type { Session } from "../session.ts";
import { judge, readCounts, type Counts, type Quality } from "../quality.ts";
import type { Peer } from "../peer.ts";
import type { MemberState } from "./conference.ts";
import type { ContentName } from "./muji.ts";

/** A browser's connection to the service. */
export interface HallPeer extends Peer {
  stream(name: ContentName): MediaStream | null;
  level(): number;
  stats(): Promise<RTCStatsReport>;
}

/** Somebody in the call. */
export interface Heard {
  state: MemberState;
  /** The room gives them no voice. */
  voiceless: boolean;
  muted: boolean;
  quality: Quality;
  level(): number;
  stream(content: ContentName): MediaStream | null;
}

export class Feed {
  up = false;
  quality: Quality = { bars: 3 };
  private counts: Counts | null = null;

  constructor(
    /** By which the service knows whose it is. */
    readonly nick: string,
    readonly session: Session,
    readonly peer: HallPeer,
  ) {}

  /** Their camera has a microphone beside it; a stream of pictures alone is a screen. */
  get isScreen(): boolean {
    return !this.session.has("audio");
  }

  level(): number {
    return this.up && !this.session.muted.audio ? this.peer.level() : 0;
  }

  stream(content: ContentName): MediaStream | null {
    if (!this.up || (content === "screen") !== this.isScreen) return null;
    const kind = content === "audio" ? "audio" : "video";
    return this.session.muted[kind] ? null : this.peer.stream(kind);
  }

  async measure(): Promise<void> {
    const report = this.up ? await this.peer.stats().catch(() => null) : null;
    if (!report) return;
    const counts = readCounts([...report.values()]);
    const expected = !(this.session.muted.audio && this.session.muted.video);
    if (this.counts) this.quality = judge(this.counts, counts, expected);
    this.counts = counts;
  }
}
