// A call of a room without any service in between (Muji, XEP-0272): each member has a session with each other one. Who is in it stands in the
// room's presences; whoever comes later begins the sessions with those whom they find.
//
// Three steps bring us in. We say that we prepare, and wait until the room says it back: those who stand before us in the room's order are known
// then, and whether there is a place left. We wait until none of those prepares any more. Then we say what we take part with, and begin.
//
// Where it would get too large for that, and the site has a service that holds calls (Hall), the one who comes asks the service first. Once it has
// taken them they say so in the room; those who read it go to the service too, and leave the sessions with those whom it passes on. So nobody's
// voice is away in between, and who can't go there is still spoken with directly. A call that is held stays so until all have left.
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
import type { Hall, HallEvents, HallRefusal } from "./hall.ts";
import type { MeshPeer } from "./mesh-peer.ts";
import { groupNs, hasHand, isInConference, isPreparing, mujiText, type ContentName, type Marks } from "./muji.ts";
import { Place } from "./place.ts";
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
  /** How many may be in the call without the service, and with it. */
  direct: number;
  most: number | undefined;
  /** Null where there is no service that holds calls. */
  makeHall: ((events: HallEvents) => Hall) | null;
}

interface Missing {
  cancel(): void;
}

export class Mesh extends Emitter<ConferenceEvents> implements Conference {
  inside = false;
  private readonly hall: Hall | null;
  /** The service doesn't work for us: it isn't asked any more. */
  private hopeless = false;
  private hand = false;
  private over = false;
  /** Nicks of those who were there before us; null until the room has said back that we prepare. */
  private ahead: Set<string> | null = null;
  private readonly strands = new Map<string, Strand>();
  private readonly missing = new Map<string, Missing>();
  private readonly place: Place;
  private cancelJoining: () => void;
  /** The service has held it for us. */
  private moved = false;
  private occupants: Room["occupants"] | null = null;
  private away = false;
  private ids = 0;

  constructor(
    private readonly ports: MeshPorts,
    private readonly contents: readonly ContentName[],
  ) {
    super();
    this.place = new Place(ports, meshTimes.sayAgainMs, () => this.look());
    const makeHall = ports.makeHall ?? ((): null => null);
    this.hall = makeHall({
      changed: () => this.heard(),
      accepted: () => this.accepted(),
      refused: (why, hopeless) => this.refused(why, hopeless),
    });
    this.cancelJoining = ports.after(meshTimes.joiningMs, () => this.finish("unanswered"));
  }

  get members(): readonly Member[] {
    return [...this.strands.values()];
  }

  get most(): number | undefined {
    return this.hall ? this.ports.most : this.ports.direct;
  }

  get served(): boolean {
    return this.hall?.accepted === true;
  }

  get lost(): boolean {
    return this.hall?.lost === true;
  }

  get voiceless(): boolean {
    return this.hall?.on === true && this.hall.isVoiceless(this.ports.room()?.nick ?? "");
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
    this.hall?.wake();
    if (!this.showUs(room, own)) return;
    if (!this.inside) this.prepare(room);
    if (this.inside && room.occupants !== this.occupants) this.follow(room);
    this.occupants = room.occupants;
    this.away = false;
  }

  leave(): void {
    if (this.over) return;
    this.place.say(null);
    this.close();
  }

  raise(hand: boolean): void {
    if (!this.inside) return;
    this.hand = hand;
    this.place.forget();
    this.look();
    this.emit("change", undefined);
  }

  tell(content: ContentName): void {
    for (const strand of this.strands.values()) strand.tell(content);
    this.hall?.tell(content);
  }

  async silence(id: string): Promise<void> {
    const strand = this.strands.get(id);
    if (!strand) throw new Error("They have left.");
    const frame = { sid: strand.session?.sid ?? this.ports.newSid(), action: "session-info" };
    await this.ports.iq(strand.to, writeJingle(frame, el("silence", { xmlns: groupNs })));
  }

  networkChanged(): void {
    this.hall?.networkChanged();
    for (const strand of this.strands.values()) strand.networkChanged();
  }

  async measure(): Promise<void> {
    await Promise.all([...this.strands.values()].map((strand) => strand.measure()));
    await this.hall?.measure();
    if (!this.over) this.emit("change", undefined);
  }

  take(action: string, sid: string, from: string, jingle: Element): boolean {
    if (this.over) return false;
    if (this.hall?.take(action, sid, from, jingle)) return true;
    if (action === "session-initiate") return this.takeInitiate(sid, from, jingle);
    const silence = action === "session-info" && child(jingle, groupNs, "silence");
    if (silence) return this.takeSilence(from);
    const strand = [...this.strands.values()].find(({ session }) => session?.sid === sid && session.to === from);
    const session = strand?.session;
    if (!strand || !session) return false;
    if (action === "session-terminate") {
      if (readReason(jingle).condition === "success" && !this.occupantOf(strand)?.call) this.drop(strand);
      else strand.ended();
      return true;
    }
    session.take(action, jingle);
    return true;
  }

  private takeSilence(from: string): boolean {
    const occupants = Object.values(this.ports.room()?.occupants ?? {});
    const occupant = occupants.find((each) => this.addressOf(each) === from);
    if (!occupant || !this.inside) return false;
    if (occupant.role !== "moderator") throw new Refused("forbidden", undefined, "Moderators alone may ask for silence.");
    this.emit("silenced", { nick: occupant.nick });
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

  /** False where we have left for another device of ours, or nothing can be said. */
  private showUs(room: Room, own: Occupant): boolean {
    const told = this.place.show(room, own, this.ahead && this.inside ? this.contents : null, this.marks);
    if (told === "elsewhere" || (told === "unsaid" && !this.inside)) this.finish(told === "elsewhere" ? told : "offline");
    return !this.over;
  }

  private get marks(): Marks {
    return { hand: this.hand, conference: this.inside && this.moved };
  }

  /** On the way in: who is before us, and do they still prepare? */
  private prepare(room: Room): void {
    const own = room.occupants[room.nick]!;
    const others = Object.values(room.occupants).filter((o) => o.nick !== room.nick && o.call !== undefined);
    if (!this.ahead) {
      if (own.call !== mujiText(null)) return;
      const isLarge = others.length >= this.ports.direct || others.some(isInConference);
      if (others.length >= this.ports.direct && !this.hall) return this.finish("full");
      this.ahead = new Set(others.map(({ nick }) => nick));
      if (isLarge && this.hall) return this.hall.join();
      this.cancelJoining();
      this.cancelJoining = this.ports.after(meshTimes.preparingMs, () => this.enter());
    }
    if (this.hall?.on) return; // it goes on when the service has taken us
    if (!others.some((o) => this.ahead!.has(o.nick) && isPreparing(o))) this.enter();
  }

  private enter(): void {
    const room = this.ports.room();
    if (this.over || this.inside || !this.ahead || room?.phase !== "joined") return;
    this.cancelJoining();
    this.inside = true;
    this.place.forget();
    if (!this.showUs(room, room.occupants[room.nick]!)) return;
    for (const occupant of Object.values(room.occupants)) {
      if (!this.ahead.has(occupant.nick) || occupant.call === undefined || isPreparing(occupant)) continue;
      this.add(occupant, true).start();
    }
    this.occupants = room.occupants;
    this.emit("change", undefined);
  }

  /** The service has taken us. */
  private accepted(): void {
    if (this.over) return;
    const before = this.moved;
    this.moved = true;
    if (!this.inside) return this.enter();
    this.place.forget();
    this.look();
    if (!before) this.emit("moved", undefined);
    this.emit("change", undefined);
  }

  private refused(why: HallRefusal, hopeless: boolean): void {
    if (!this.inside || (hopeless && this.moved)) return this.finish(why === "full" ? "full" : "service");
    if (!hopeless) return;
    this.hopeless = true;
    this.hall?.leave();
    for (const strand of this.strands.values()) if (!strand.session) strand.start();
  }

  /** What the service passes on has changed. */
  private heard(): void {
    const room = this.ports.room();
    if (this.over || !this.inside) return;
    if (room?.phase === "joined") this.follow(room);
    for (const strand of this.strands.values()) strand.settle();
    this.emit("change", undefined);
  }

  private isServed(strand: Strand): "no" | "here" | "there" {
    if (!this.hall?.on) return "no";
    const occupant = this.occupantOf(strand);
    return this.hall.heard(strand.seat) || (occupant && isInConference(occupant)) ? "there" : "here";
  }

  /** The members are those whom the room shows in the call, and whom the service knows in it. */
  private follow(room: Room): void {
    const all = Object.values(room.occupants).filter(({ nick }) => nick !== room.nick);
    for (const nick of this.ahead ?? []) if (room.occupants[nick]?.call === undefined) this.ahead!.delete(nick);
    for (const strand of [...this.strands.values()]) {
      const same = room.occupants[strand.nick];
      const here = same?.occupantId === strand.occupantId ? same : undefined;
      const renamed = here ? undefined : all.find((o) => o.occupantId !== undefined && o.occupantId === strand.occupantId);
      const now = here ?? renamed;
      if (renamed) strand.moved(renamed.nick, this.addressOf(renamed));
      const isHeard = this.hall?.heard(strand.seat) !== undefined;
      if (now && (now.call !== undefined || isHeard)) {
        this.found(strand);
        strand.hand = hasHand(now);
        if (strand.to !== this.addressOf(now)) this.replace(strand, now);
      } else if (now) this.miss(strand, this.hall?.on && !strand.session ? 0 : meshTimes.graceMs);
      else if (this.away) this.miss(strand, meshTimes.returnMs);
      else if (!this.missing.has(strand.id)) this.drop(strand);
    }
    const isLarge = all.some(isInConference) || all.filter((o) => o.call !== undefined && !isPreparing(o)).length >= this.ports.direct;
    if (isLarge && this.hall && !this.hall.on && !this.hopeless) this.hall.join();
    for (const nick of this.hall?.nicks ?? []) {
      const isKnown = nick === room.nick || [...this.strands.values()].some(({ seat }) => seat === nick);
      if (!isKnown) this.add(room.occupants[nick] ?? { nick, role: "", affiliation: "", show: "" }, false).start();
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
      heard: (seat) => this.hall?.heard(seat),
      served: (each) => this.isServed(each),
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
    this.place.say(null);
    this.close();
    this.emit("ended", end);
  }

  private close(): void {
    this.over = true;
    this.inside = false;
    this.cancelJoining();
    this.place.close();
    this.hall?.leave();
    for (const { cancel } of this.missing.values()) cancel();
    for (const strand of this.strands.values()) strand.close();
    this.strands.clear();
  }
}
