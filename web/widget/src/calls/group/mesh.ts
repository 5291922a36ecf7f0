// A call of a room without any service in between (Muji, XEP-0272): each member has a session with each other one. Who is in it stands in the
// room's presences; whoever comes later begins the sessions with those whom they find.
//
// Three steps bring us in. We say that we prepare, and wait until the room says it back: those who stand before us in the room's order are known
// then, and whether there is a place left. We wait until none of those prepares any more. Then we say what we take part with, and begin.
//
// The room is spoken to through a Web page's one session, from whichever of its tabs: what others send in our name (a new nick, a new entry)
// has no word of the call, so the mesh looks at what the room shows of us, and says it again.
import type { Occupant, Room } from "../../chat/model.ts";
import { Emitter } from "../../core/emitter.ts";
import { ns } from "../../core/ns.ts";
import { attribute, child, el, type Node } from "../../core/xml.ts";
import type { Role } from "../jingle/model.ts";
import { writeJingle } from "../jingle/xml.ts";
import type { PeerEvents } from "../call.ts";
import { Refused } from "../peer.ts";
import { readReason } from "../signal.ts";
import type { Conference, ConferenceEvents, GroupEnd, Member } from "./conference.ts";
import type { MeshPeer } from "./mesh-peer.ts";
import { meshMembersMax } from "./most.ts";
import { contentNames, groupNs, isPreparing, hasHand, mujiText, writeMuji, type ContentName } from "./muji.ts";
import { Strand, type StrandPorts } from "./strand.ts";

export const meshTimes = {
  /** The room has to be entered, and to say back that we prepare. */
  joiningMs: 20_000,
  /** Others who prepare and never end it are not waited for. */
  preparingMs: 10_000,
  /** A presence without a word of the call may be of another device, or of a tab that knows nothing of it. */
  graceMs: 4_000,
  /** After a break of our own connection the others come back one by one. */
  returnMs: 20_000,
  sayAgainMs: 5_000,
};

export interface MeshPorts {
  jid: string;
  /** The room shows everybody's addresses to everybody. */
  open: boolean;
  room(): Room | null;
  /** Our full address. */
  me(): string;
  send(presence: Node): boolean;
  iq(to: string, payload: Node): Promise<Element>;
  after(ms: number, run: () => void): () => void;
  makePeer(role: Role, events: PeerEvents): MeshPeer;
  newSid(): string;
  sends(content: ContentName): boolean;
}

interface Missing {
  cancel(): void;
}

export class Mesh extends Emitter<ConferenceEvents> implements Conference {
  inside = false;
  readonly most = meshMembersMax;
  private hand = false;
  private over = false;
  /** Nicks of those who were there before us; null until the room has said back that we prepare. */
  private ahead: Set<string> | null = null;
  private readonly strands = new Map<string, Strand>();
  private readonly missing = new Map<string, Missing>();
  /** How the room showed us when we spoke last: its answer is not there yet. */
  private spokenTo: Occupant | undefined;
  /** The room has shown us in the call. */
  private shown = false;
  private cancelSaying: () => void = () => {};
  private cancelJoining: () => void;
  private occupants: Room["occupants"] | null = null;
  private away = false;
  private ids = 0;

  constructor(
    private readonly ports: MeshPorts,
    private readonly contents: readonly ContentName[],
  ) {
    super();
    this.cancelJoining = ports.after(meshTimes.joiningMs, () => this.finish("unanswered"));
  }

  get members(): readonly Member[] {
    return [...this.strands.values()];
  }

  /** The room may show something new. REQUIRES: it is called after each stanza of the room's. */
  look(): void {
    if (this.over) return;
    const room = this.ports.room();
    if (!room || room.phase === "left" || room.phase === "failed")
      return this.finish(room?.error === "kicked" || room?.error === "banned" ? "removed" : "room");
    if (room.phase !== "joined") {
      this.away = true;
      return;
    }
    const own = room.occupants[room.nick];
    if (!own) return;
    if (!this.showUs(room, own)) return;
    if (!this.inside) this.prepare(room);
    if (this.inside && room.occupants !== this.occupants) this.follow(room);
    this.occupants = room.occupants;
    this.away = false;
  }

  leave(): void {
    if (this.over) return;
    this.say(null);
    this.close();
  }

  raise(hand: boolean): void {
    if (!this.inside) return;
    this.hand = hand;
    this.spokenTo = undefined;
    this.look();
    this.emit("change", undefined);
  }

  tell(content: ContentName): void {
    for (const strand of this.strands.values()) strand.tell(content);
  }

  async silence(id: string): Promise<void> {
    const session = this.find(id)?.session;
    if (!session) throw new Error("There is no session.");
    await this.ports.iq(session.to, writeJingle({ sid: session.sid, action: "session-info" }, el("silence", { xmlns: groupNs })));
  }

  networkChanged(): void {
    for (const strand of this.strands.values()) strand.networkChanged();
  }

  async measure(): Promise<void> {
    await Promise.all([...this.strands.values()].map((strand) => strand.measure()));
    if (!this.over) this.emit("change", undefined);
  }

  take(action: string, sid: string, from: string, jingle: Element): boolean {
    if (this.over) return false;
    if (action === "session-initiate") return this.takeInitiate(sid, from, jingle);
    const strand = [...this.strands.values()].find(({ session }) => session?.sid === sid && session.to === from);
    const session = strand?.session;
    if (!strand || !session) return false;
    if (action === "session-terminate") {
      if (readReason(jingle).condition === "success" && !this.occupantOf(strand)?.call) this.drop(strand);
      else strand.ended();
      return true;
    }
    const silence = action === "session-info" && child(jingle, groupNs, "silence");
    if (!silence) session.take(action, jingle);
    else if (this.occupantOf(strand)?.role === "moderator") this.emit("silenced", { nick: strand.nick });
    else throw new Refused("forbidden", undefined, "Moderators alone may ask for silence.");
    return true;
  }

  private takeInitiate(sid: string, from: string, jingle: Element): boolean {
    if (attribute(child(jingle, ns.muji, "muji"), "room") !== this.ports.jid) return false;
    const room = this.ports.room();
    const nick = room && Object.values(room.occupants).find((o) => o.call !== undefined && this.addressOf(o) === from)?.nick;
    const occupant = nick ? room.occupants[nick] : undefined;
    if (!occupant || !this.inside || nick === room?.nick) return false;
    const strand = this.strandOf(occupant) ?? this.add(occupant, false);
    if (!strand.take(sid, jingle)) throw new Refused("conflict", "tie-break");
    return true;
  }

  /** Says what is to be said of us, where the room does not show it. False where we have left for another device of ours. */
  private showUs(room: Room, own: Occupant): boolean {
    const wanted = mujiText(this.ahead && this.inside ? this.contents : null, this.hand);
    const isOurs = own.jid === undefined || own.jid === this.ports.me();
    if (own.call === wanted && isOurs) return (this.shown = true);
    if (this.shown && !isOurs && own.call !== undefined) {
      this.finish("elsewhere");
      return false;
    }
    if (this.spokenTo === own) return true; // the answer is on its way
    this.spokenTo = own;
    this.cancelSaying();
    this.cancelSaying = this.ports.after(meshTimes.sayAgainMs, () => {
      this.spokenTo = undefined;
      this.look();
    });
    if (this.say(writeMuji(this.inside ? this.contents : null, this.hand), room)) return true;
    if (!this.inside) this.finish("offline");
    return !this.over;
  }

  private say(muji: Node | null, room = this.ports.room()): boolean {
    if (room?.phase !== "joined") return false;
    const name = room.occupants[room.nick]?.name;
    const written = name !== undefined && el("nick", { xmlns: ns.nick }, name);
    return this.ports.send(el("presence", { to: `${this.ports.jid}/${room.nick}` }, muji, written));
  }

  /** On the way in: who is before us, and do they still prepare? */
  private prepare(room: Room): void {
    const own = room.occupants[room.nick]!;
    const others = Object.values(room.occupants).filter((o) => o.nick !== room.nick && o.call !== undefined);
    if (!this.ahead) {
      if (own.call !== mujiText(null)) return;
      if (others.length >= this.most) {
        this.say(null);
        return this.finish("full");
      }
      this.ahead = new Set(others.map(({ nick }) => nick));
      this.cancelJoining();
      this.cancelJoining = this.ports.after(meshTimes.preparingMs, () => this.enter());
    }
    if (!others.some((o) => this.ahead!.has(o.nick) && isPreparing(o))) this.enter();
  }

  private enter(): void {
    const room = this.ports.room();
    if (this.over || this.inside || !this.ahead || room?.phase !== "joined") return;
    this.cancelJoining();
    this.inside = true;
    this.spokenTo = undefined;
    if (!this.showUs(room, room.occupants[room.nick]!)) return;
    for (const occupant of Object.values(room.occupants)) {
      if (!this.ahead.has(occupant.nick) || occupant.call === undefined || isPreparing(occupant)) continue;
      this.add(occupant, true).start();
    }
    this.occupants = room.occupants;
    this.emit("change", undefined);
  }

  /** The members are those whom the room shows in the call. */
  private follow(room: Room): void {
    const all = Object.values(room.occupants).filter(({ nick }) => nick !== room.nick);
    for (const nick of this.ahead ?? []) if (room.occupants[nick]?.call === undefined) this.ahead!.delete(nick);
    for (const strand of [...this.strands.values()]) {
      const same = room.occupants[strand.nick];
      const here = same?.occupantId === strand.occupantId ? same : undefined;
      const renamed = here ? undefined : all.find((o) => o.occupantId !== undefined && o.occupantId === strand.occupantId);
      const now = here ?? renamed;
      if (renamed) strand.moved(renamed.nick, this.addressOf(renamed));
      if (now && now.call !== undefined) {
        this.found(strand);
        strand.hand = hasHand(now);
        if (strand.to !== this.addressOf(now)) this.replace(strand, now);
      } else if (now) this.miss(strand, meshTimes.graceMs);
      else if (this.away) this.miss(strand, meshTimes.returnMs);
      else if (!this.missing.has(strand.id)) this.drop(strand);
    }
    for (const occupant of all) {
      if (occupant.call === undefined || isPreparing(occupant) || this.strandOf(occupant)) continue;
      this.add(occupant, this.ahead?.has(occupant.nick) === true).start();
    }
    this.emit("change", undefined);
  }

  private add(occupant: Occupant, begins: boolean): Strand {
    const { ports } = this;
    const strandPorts: StrandPorts = {
      room: ports.jid,
      me: () => (ports.open ? ports.me() : `${ports.jid}/${ports.room()?.nick ?? ""}`),
      iq: ports.iq,
      after: ports.after,
      makePeer: ports.makePeer,
      newSid: ports.newSid,
      sends: ports.sends,
      changed: () => this.emit("change", undefined),
    };
    const strand = new Strand(strandPorts, `m${++this.ids}`, occupant.nick, this.addressOf(occupant), occupant.occupantId, begins);
    strand.hand = hasHand(occupant);
    this.strands.set(strand.id, strand);
    this.emit("joined", strand);
    return strand;
  }

  /** It is another device of theirs that takes part now; as it came later, it begins. */
  private replace(strand: Strand, occupant: Occupant): void {
    strand.close();
    this.strands.delete(strand.id);
    if (!isPreparing(occupant)) this.add(occupant, false).start();
  }

  private found({ id }: Strand): void {
    this.missing.get(id)?.cancel();
    this.missing.delete(id);
  }

  private miss(strand: Strand, ms: number): void {
    if (this.missing.has(strand.id)) return;
    this.missing.set(strand.id, { cancel: this.ports.after(ms, () => this.drop(strand)) });
  }

  private drop(strand: Strand): void {
    this.found(strand);
    strand.close();
    if (!this.strands.delete(strand.id)) return;
    this.emit("left", strand);
    this.emit("change", undefined);
  }

  private find(id: string): Strand | undefined {
    return this.strands.get(id);
  }

  private strandOf({ nick, occupantId }: Occupant): Strand | undefined {
    return [...this.strands.values()].find((s) => s.nick === nick && s.occupantId === occupantId);
  }

  private occupantOf({ nick }: Strand): Occupant | undefined {
    return this.ports.room()?.occupants[nick];
  }

  /** Rooms of ours pass requests on between occupants; those that hide nobody are spoken in by real addresses, as XEP-0272 has it. */
  private addressOf({ nick, jid }: Occupant): string {
    return this.ports.open && jid ? jid : `${this.ports.jid}/${nick}`;
  }

  private finish(end: GroupEnd): void {
    if (this.over) return;
    if (end !== "full") this.say(null);
    this.close();
    this.emit("ended", end);
  }

  private close(): void {
    this.over = true;
    this.inside = false;
    this.cancelJoining();
    this.cancelSaying();
    for (const { cancel } of this.missing.values()) cancel();
    for (const strand of this.strands.values()) strand.close();
    this.strands.clear();
  }
}

export const allContents = (video: boolean): readonly ContentName[] => (video ? contentNames : ["audio"]);
