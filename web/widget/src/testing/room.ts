// A room that tells everybody everything in one order, and passes requests on between its occupants; without a browser.
import type { Occupant, Room } from "../chat/model.ts";
import { Hall } from "../calls/group/hall.ts";
import { Mesh } from "../calls/group/mesh.ts";
import type { MeshPeer } from "../calls/group/mesh-peer.ts";
import { meshMembersMax } from "../calls/group/most.ts";
import { contentNames, type ContentName } from "../calls/group/muji.ts";
import { BadContents } from "../calls/jingle/xml.ts";
import { Refused } from "../calls/peer.ts";
import type { PeerEvents } from "../calls/call.ts";
import type { Role } from "../calls/jingle/model.ts";
import { IqError } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, children, parse, serialize, type Node } from "../core/xml.ts";
import { FakePeer, FakeTime } from "./calls.ts";
import { callJid, type FakeService } from "./service.ts";

export const roomJid = "tea@rooms.a.test";

export class FakeRoom {
  readonly time = new FakeTime();
  readonly seats = new Map<string, Seat>();
  /** What was asked of whom. */
  asked: string[] = [];
  sids = 0;
  /** Holds calls of more than `direct`. */
  service: FakeService | null = null;
  direct = meshMembersMax;

  enter(nick: string, more: Partial<Occupant> = {}): Seat {
    const seat = new Seat(this, nick);
    this.seats.set(nick, seat);
    const occupant: Occupant = { nick, occupantId: `id-${nick}`, role: "participant", affiliation: "none", show: "", ...more };
    for (const other of this.seats.values()) {
      if (other !== seat) seat.room.occupants[other.nick] = other.room.occupants[other.nick]!;
    }
    this.show(nick, occupant);
    return seat;
  }

  /** Everybody sees this of an occupant, or (`null`) that they have gone. */
  show(nick: string, occupant: Occupant | null): void {
    for (const seat of this.seats.values()) {
      const { [nick]: _, ...others } = seat.room.occupants;
      const jid = seat.nick === nick ? seat.me : undefined;
      seat.room.occupants = occupant ? { ...others, [nick]: { ...occupant, jid: occupant.jid ?? jid } } : others;
      seat.mesh?.look();
    }
  }

  change(nick: string, what: Partial<Occupant>): void {
    this.show(nick, { ...this.seats.get(nick)!.room.occupants[nick]!, ...what });
  }

  kick(nick: string): void {
    const seat = this.seats.get(nick)!;
    this.seats.delete(nick);
    Object.assign(seat.room, { phase: "left", error: "kicked", occupants: {} });
    seat.mesh?.look();
    this.show(nick, null);
  }
}

export type BrowserlikePeer = FakePeer & { stream(): null; level(): number; stats(): Promise<RTCStatsReport> };
const makePeer = (events: PeerEvents): BrowserlikePeer =>
  Object.assign(new FakePeer(events), { stream: () => null, level: () => 0, stats: async () => new Map() as unknown as RTCStatsReport });

export class Seat {
  readonly room: Room;
  readonly me: string;
  mesh: Mesh | null = null;
  peers: BrowserlikePeer[] = [];
  /** Connections to the service: what we send, and what comes. */
  sent: BrowserlikePeer[] = [];
  received: BrowserlikePeer[] = [];
  /** What happened to us. */
  told: string[] = [];
  /** The room says nothing back so far: kept until `hearBack`. */
  slow = false;
  shares = false;
  private waiting: (() => void)[] = [];

  constructor(
    readonly house: FakeRoom,
    readonly nick: string,
  ) {
    this.me = `${nick}@a.test/x`;
    this.room = { phase: "joined", nick, subject: "", occupants: {} };
  }

  join(): this {
    const { time, service, direct } = this.house;
    const ports = {
      me: () => this.me,
      iq: (to: string, payload: Node) => this.iq(to, payload),
      after: time.after,
      newSid: () => `s${++this.house.sids}`,
      sends: (content: ContentName) => content !== "screen" || this.shares,
    };
    this.mesh = new Mesh(
      {
        ...ports,
        jid: roomJid,
        open: false,
        room: () => this.room,
        send: (presence) => this.send(presence),
        direct,
        most: service?.most,
        makeHall:
          service && ((events) => new Hall({ ...ports, address: callJid, room: roomJid, makePeer: this.makeServedPeer }, contentNames, events)),
        makePeer: (_, events) => {
          const peer = makePeer(events);
          this.peers.push(peer);
          return peer as unknown as MeshPeer;
        },
      },
      contentNames,
    );
    this.mesh.on("ended", (end) => this.told.push(end));
    this.mesh.on("left", ({ nick }) => this.told.push(`left ${nick}`));
    this.mesh.on("silenced", ({ nick }) => this.told.push(`silenced by ${nick}`));
    this.mesh.look();
    return this;
  }

  /** The nicks of those whom it is in the call with. */
  get with(): string[] {
    return this.mesh!.members.map(({ nick }) => nick).sort();
  }

  hearBack(): void {
    this.slow = false;
    for (const run of this.waiting.splice(0)) run();
  }

  private readonly makeServedPeer = (role: Role, contents: readonly ContentName[], events: PeerEvents): BrowserlikePeer => {
    const peer = makePeer(events);
    peer.way = role === "initiator" ? "sendonly" : "recvonly";
    if (role === "initiator") peer.sections = contents.length;
    (role === "initiator" ? this.sent : this.received).push(peer);
    return peer;
  };

  private send(presence: Node): boolean {
    const muji = child(parse(serialize({ ...presence, attributes: { xmlns: "jabber:client", ...presence.attributes } })), ns.muji, "muji");
    const call = muji ? String(children(muji).map((c) => attribute(c, "name") || c.localName)) : undefined;
    const show = (): void => this.house.change(this.nick, { call });
    if (this.slow) this.waiting.push(show);
    else queueMicrotask(show);
    return true;
  }

  private async iq(to: string, payload: Node): Promise<Element> {
    if (to === callJid && this.house.service) return this.house.service.take(this, payload);
    const jingle = parse(serialize(payload))!;
    const nick = to.slice(roomJid.length + 1);
    const [action, sid] = [attribute(jingle, "action"), attribute(jingle, "sid")];
    await null; // it comes after what was said before it
    this.house.asked.push(`${this.nick} ${action} ${nick}`);
    return this.house.seats.get(nick)?.receive(action, sid, `${roomJid}/${this.nick}`, jingle) ?? Promise.reject(new IqError("item-not-found"));
  }

  async receive(action: string, sid: string, from: string, jingle: Element): Promise<Element> {
    try {
      if (!this.mesh?.take(action, sid, from, jingle)) throw new Refused("item-not-found", "unknown-session");
      return parse(`<iq xmlns="jabber:client" type="result"/>`)!;
    } catch (error) {
      throw new IqError(error instanceof Refused ? error.condition : error instanceof BadContents ? "bad-request" : "crash");
    }
  }
}
