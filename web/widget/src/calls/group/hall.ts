// Our part in a call that a service holds (XEP-0521): a session with what we send, another for our screen, and one for each stream of each other
// person, which the service begins. Whom the streams are of is told by their addresses in the room.
//
// It is kept up: what breaks is begun anew, at once the first time, then after growing pauses; each anew costs the others a moment of us.
import { child, type Node } from "../../core/xml.ts";
import type { PeerEvents } from "../call.ts";
import type { Role } from "../jingle/model.ts";
import { Refused } from "../peer.ts";
import { Session } from "../session.ts";
import { readReason } from "../signal.ts";
import { Feed, type HallPeer, type Heard } from "./feed.ts";
import { infoNs, readStreamer, readUsers } from "./hall-info.ts";
import type { ContentName } from "./muji.ts";

export const hallTimes = {
  /** Until our own stream is connected. */
  connectingMs: 20_000,
  /** A line that is gone may come back by itself for so long. */
  lostMs: 3_000,
  /** Before each time that we begin anew, counted from the last time that it has stood for `steadyMs`. */
  pausesMs: [0, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000],
  steadyMs: 20_000,
  /** Whoever is in it and isn't received for so long is told to be out of reach. */
  feedMs: 20_000,
};
const feedsMax = 600;

export interface HallPorts {
  /** Of the call at the service. */
  address: string;
  /** Of the room. */
  room: string;
  me(): string;
  iq(to: string, payload: Node): Promise<Element>;
  after(ms: number, run: () => void): () => void;
  newSid(): string;
  sends(content: ContentName): boolean;
  /** `contents`: what we send by it; none where it is the service that sends. */
  makePeer(role: Role, contents: readonly ContentName[], events: PeerEvents): HallPeer;
}

/** `failed`: it can't be made to work. */
export type HallRefusal = "full" | "failed";
export interface HallEvents {
  changed(): void;
  /** The service has taken our stream. */
  accepted(): void;
  /** It has not; it is asked again unless it is left. `hopeless`: that has gone on for long. */
  refused(why: HallRefusal, hopeless: boolean): void;
}

interface Own {
  session: Session;
  peer: HallPeer;
  up: boolean;
}

export class Hall {
  /** We want to be in it. */
  on = false;
  /** The service has taken our stream, if not lost it since. */
  accepted = false;
  private main: Own | null = null;
  private screen: Own | null = null;
  private readonly feeds = new Map<string, Feed>();
  /** Nicks of those in it, and whether the room gives them a voice. */
  private users = new Map<string, { voiceless: boolean }>();
  /** The room did not have us. */
  private gone = false;
  private wasUp = false;
  private tries = 0;
  private jid = "";
  private cancel: () => void = () => {};
  private cancelSteady: () => void = () => {};
  private cancelLost: () => void = () => {};
  private readonly late = new Map<string, () => void>();
  private unreachable = new Set<string>();

  constructor(
    private readonly ports: HallPorts,
    private readonly contents: readonly ContentName[],
    private readonly events: HallEvents,
  ) {}

  get up(): boolean {
    return this.main?.up === true;
  }

  /** It has been up, and is to be again. */
  get lost(): boolean {
    return this.on && this.wasUp && !this.up;
  }

  /** Nicks of those in it, us too. */
  get nicks(): string[] {
    return [...new Set([...this.users.keys(), ...[...this.feeds.values()].map(({ nick }) => nick)])];
  }

  isVoiceless(nick: string): boolean {
    return this.users.get(nick)?.voiceless === true;
  }

  join(): void {
    if (this.on) return;
    this.on = true;
    this.begin();
  }

  leave(): void {
    this.on = this.wasUp = false;
    this.part("success");
    this.users.clear();
  }

  /** The room has been entered anew, or the server has come back. */
  wake(): void {
    if (this.on && this.jid !== this.ports.me()) this.again(true);
    else if (this.on && this.gone) this.again();
  }

  /** What we send has changed. */
  tell(content: ContentName): void {
    if (content === "screen") this.showScreen();
    else this.main?.session.inform(this.ports.sends(content) ? "unmute" : "mute", content);
  }

  heard(nick: string): Heard | undefined {
    const all = [...this.feeds.values()].filter((feed) => feed.nick === nick);
    if (all.length === 0 && !this.users.has(nick)) return undefined;
    const face = all.filter((feed) => !feed.isScreen).at(-1);
    const voiceless = this.isVoiceless(nick);
    const state = face?.up ? "active" : this.lost ? "reconnecting" : this.unreachable.has(nick) ? "unreachable" : "connecting";
    return {
      state,
      voiceless,
      muted: voiceless || face?.session.muted.audio === true,
      quality: face?.quality ?? { bars: 3 },
      level: () => (voiceless ? 0 : (face?.level() ?? 0)),
      stream: (content) => all.reduce<MediaStream | null>((found, feed) => feed.stream(content) ?? found, null),
    };
  }

  /** A request that may be of it. Throws Refused and BadContents. */
  take(action: string, sid: string, from: string, jingle: Element): boolean {
    if (from !== this.ports.address || !this.on) return false;
    if (action === "session-initiate") return this.takeFeed(sid, jingle);
    const feed = this.feeds.get(sid);
    const own = [this.main, this.screen].find((each) => each?.session.sid === sid);
    const session = feed?.session ?? own?.session;
    if (!session) return false;
    const info = action === "session-info" && child(jingle, infoNs, "conference-info");
    if (info) this.readInfo(info);
    else if (action !== "session-terminate") session.take(action, jingle);
    else if (feed) this.feedEnded(sid, readReason(jingle).condition);
    else this.ended(own!, readReason(jingle).condition);
    return true;
  }

  /** The network has changed: what was connected may be no more. */
  networkChanged(): void {
    if (this.on && this.main && !this.main.up) this.again();
  }

  async measure(): Promise<void> {
    await Promise.all([...this.feeds.values()].map((feed) => feed.measure()));
  }

  private begin(): void {
    this.cancel();
    this.jid = this.ports.me();
    const main = this.send(this.face);
    this.main = main;
    this.limit(hallTimes.connectingMs, () => this.again());
    main.session.begin();
    this.events.changed();
  }

  /** A session with what we send. */
  private send(contents: readonly ContentName[]): Own {
    const { ports } = this;
    let own: Own;
    const isOurs = (): boolean => own === this.main || own === this.screen;
    const peer = ports.makePeer("initiator", contents, {
      candidate: () => {}, // the service's machine is looked for by ours
      state: (state) => isOurs() && this.follow(own, state),
    });
    const iq = async (to: string, payload: Node): Promise<Element> => {
      const answer = await ports.iq(to, payload);
      if (payload.attributes.action === "session-initiate" && own === this.main && this.on) this.taken();
      return answer;
    };
    const broke = (condition: string): void => {
      if (isOurs()) this.refused(own, condition);
    };
    const { after } = ports;
    const session = new Session({ iq, after, changed: this.events.changed, broke }, peer, "initiator", ports.newSid(), ports.me(), ports.address);
    own = { session, peer, up: false };
    return own;
  }

  private taken(): void {
    if (this.accepted) return;
    this.accepted = true;
    this.events.accepted();
  }

  private follow(own: Own, state: "connected" | "disconnected" | "failed"): void {
    if (state === "connected") {
      this.cancelLost();
      if (own.up) return;
      own.up = true;
      if (own === this.main) {
        this.wasUp = true;
        this.cancel();
        this.cancelSteady = this.ports.after(hallTimes.steadyMs, () => (this.tries = 0));
        this.showScreen();
      }
      if (own === this.main) for (const name of this.face) if (!this.ports.sends(name)) own.session.inform("mute", name);
      this.events.changed();
    } else if (own === this.screen) {
      if (state === "failed") this.hideScreen("connectivity-error");
    } else if (state === "failed") this.again();
    else {
      this.cancelLost();
      this.cancelLost = this.ports.after(hallTimes.lostMs, () => this.again());
    }
  }

  /** Beside the screen. */
  private get face(): readonly ContentName[] {
    return this.contents.filter((name) => name !== "screen");
  }

  private showScreen(): void {
    const shows = this.ports.sends("screen");
    if (!shows) this.hideScreen("success");
    else if (!this.screen && this.up) {
      this.screen = this.send(["screen"]);
      this.screen.session.begin();
    }
  }

  private hideScreen(reason: string): void {
    const { screen } = this;
    this.screen = null;
    screen?.session.terminate(reason);
  }

  private refused(own: Own, condition: string): void {
    if (own === this.screen) return this.hideScreen("general-error");
    this.again();
    if (condition !== "gone") this.tellRefused(condition === "resource-constraint" ? "full" : "failed");
  }

  /** The service has ended a session of ours. */
  private ended(own: Own, reason: string): void {
    if (own === this.screen) {
      this.screen = null;
      own.session.close();
      if (reason !== "success") this.cancelLost = this.ports.after(hallTimes.lostMs, () => this.showScreen());
      return;
    }
    own.session.close();
    this.main = null;
    if (reason === "gone") {
      this.part("success"); // until the room has us again
      this.gone = true;
      this.events.changed();
    } else if (reason === "failed-application") {
      this.part("success");
      this.events.refused("failed", true);
    } else this.again(false, reason === "general-error" ? 1_000 : 0);
  }

  /** All from the beginning. `fresh`: it's another session of the server's that asks, so nothing has failed. */
  private again(fresh = false, least = 0): void {
    this.part("connectivity-error");
    if (!this.on) return;
    const pauses = hallTimes.pausesMs;
    const pause = fresh ? 0 : pauses[Math.min(this.tries, pauses.length - 1)]!;
    this.tries++;
    this.limit(Math.max(pause, least), () => this.begin());
    if (this.tries > pauses.length) this.tellRefused("failed");
    this.events.changed();
  }

  private tellRefused(why: HallRefusal): void {
    this.events.refused(why, this.tries > hallTimes.pausesMs.length);
  }

  /** Nothing of it is left at the service, nor here; those in it stay known. */
  private part(reason: string): void {
    this.cancel();
    this.cancelSteady();
    this.cancelLost();
    this.hideScreen(reason);
    const { main } = this;
    this.main = null;
    this.accepted = this.gone = false;
    main?.session.terminate(reason);
    for (const feed of this.feeds.values()) feed.session.close();
    this.feeds.clear();
    for (const cancel of this.late.values()) cancel();
    this.late.clear();
    this.unreachable.clear();
  }

  private takeFeed(sid: string, jingle: Element): boolean {
    const nick = readStreamer(jingle, this.ports.room);
    if (!nick || !this.main || this.feeds.has(sid)) return false;
    if (this.feeds.size >= feedsMax) throw new Refused("resource-constraint", undefined, "These are too many streams.");
    const { ports } = this;
    let feed: Feed;
    const peer = ports.makePeer("responder", [], {
      candidate: () => {},
      state: (state) => this.feeds.get(sid) === feed && this.followFeed(sid, feed, state),
    });
    const broke = (): void => void (this.feeds.get(sid) === feed && this.drop(sid));
    const session = new Session(
      { iq: ports.iq, after: ports.after, changed: this.events.changed, broke },
      peer,
      "responder",
      sid,
      ports.me(),
      ports.address,
    );
    feed = new Feed(nick, session, peer);
    try {
      session.take("session-initiate", jingle);
    } catch (error) {
      session.close();
      throw error;
    }
    this.feeds.set(sid, feed);
    this.events.changed();
    return true;
  }

  /** With success they stream no more. Else it can't be received, and is offered again only to those who come anew. */
  private feedEnded(sid: string, reason: string): void {
    this.drop(sid);
    if (reason !== "success" && this.up) this.again();
  }

  private followFeed(sid: string, feed: Feed, state: "connected" | "disconnected" | "failed"): void {
    if (state === "connected") {
      feed.up = true;
      this.found(feed.nick);
    } else if (state === "failed") {
      feed.session.terminate("connectivity-error");
      this.feedEnded(sid, "connectivity-error");
    }
    this.events.changed();
  }

  private found(nick: string): void {
    this.late.get(nick)?.();
    this.late.delete(nick);
    this.unreachable.delete(nick);
  }

  private drop(sid: string): void {
    this.feeds.get(sid)?.session.close();
    this.feeds.delete(sid);
    this.events.changed();
  }

  private readInfo(info: Element): void {
    this.users = readUsers(info, this.ports.room);
    for (const nick of this.users.keys()) {
      if (this.late.has(nick) || this.isReceived(nick)) continue;
      this.late.set(
        nick,
        this.ports.after(hallTimes.feedMs, () => {
          if (!this.isReceived(nick)) this.unreachable.add(nick);
          this.events.changed();
        }),
      );
    }
    this.events.changed();
  }

  private isReceived(nick: string): boolean {
    return [...this.feeds.values()].some((feed) => feed.nick === nick && feed.up);
  }

  private limit(ms: number, run: () => void): void {
    this.cancel();
    this.cancel = this.ports.after(ms, run);
  }
}
