// The group call of one tab: joins the user's microphone, camera and screen, the room, and the conference that carries them.
import { isInCall } from "../../chat/calling.ts";
import type { Chat } from "../../chat/chat.ts";
import type { Conversation, Occupant } from "../../chat/model.ts";
import { Emitter } from "../../core/emitter.ts";
import { randomUuid } from "../../core/ids.ts";
import { el, type Node } from "../../core/xml.ts";
import type { Problem } from "../centre.ts";
import { loadServers } from "../ice.ts";
import type { LeftRoom } from "../left.ts";
import { CallLock } from "../lock.ts";
import { DeviceError, smallPicture, Studio } from "../media.ts";
import type { Conference, GroupEnd, Member } from "./conference.ts";
import { Hall, type HallEvents } from "./hall.ts";
import { MeshPeer, type Way } from "./mesh-peer.ts";
import { Mesh } from "./mesh.ts";
import { meshMembersMax } from "./most.ts";
import { allContents, type ContentName } from "./muji.ts";
import { findService, isOpen } from "./service.ts";
import { Speakers } from "./speakers.ts";

const levelsEveryMs = 200;
const statsEveryMs = 2_000;
const notesMax = 3;
const noteMs = 6_000;
/** Of pictures that the service passes on, for each who receives them all; and of each. */
const receivedBitsMax = 6_000_000;
const [sentBitsMin, sentBitsMax] = [150_000, 1_000_000];
const mucAdmin = "http://jabber.org/protocol/muc#admin";

/**
 * Events of the call as they happen, for everybody to read. `refused`: a member's client does not let itself be muted; `stays`: the room does not remove them;
 * `moved`: the call goes through the service.
 */
export interface Note {
  id: number;
  kind: "joined" | "left" | "silenced" | "refused" | "stays" | "hand" | "moved";
  nick: string;
}

interface GroupEvents {
  change: void;
  phase: { room: string; video: boolean; phase: "joining" | "active" | "ended"; reason?: GroupEnd | "left" };
}

export class Group extends Emitter<GroupEvents> {
  /** The room whose call this is; null where there is none. */
  room: Conversation | null = null;
  conference: Conference | null = null;
  studio: Studio | null = null;
  video = false;
  asking = false;
  problem: Problem | null = null;
  end: GroupEnd | null = null;
  hand = false;
  left: LeftRoom | null = null;
  /** How many may take part, as far as is known. */
  most: number | undefined;
  since: number | null = null;
  notes: Note[] = [];
  readonly speakers = new Speakers();
  private mesh: Mesh | null = null;
  private readonly peers = new Set<MeshPeer>();
  /** Connections by which the service gets what we send. */
  private readonly toService = new Set<MeshPeer>();
  private readonly lock: CallLock;
  private timers: number[] = [];
  private noteIds = 0;
  private hands = new Set<string>();

  constructor(
    private readonly chat: Chat,
    /** The user is in a call with one person. */
    private readonly busy: () => boolean,
  ) {
    super();
    this.lock = new CallLock(chat.calling.scope);
    chat.store.on("change", () => this.look());
    chat.on("status", ({ phase }) => phase === "online" && this.conference?.networkChanged());
    addEventListener("online", () => this.conference?.networkChanged());
    (navigator as { connection?: EventTarget }).connection?.addEventListener?.("change", () => this.conference?.networkChanged());
  }

  /** We are in it, or on the way. */
  get going(): boolean {
    return this.room !== null && this.end === null && (this.asking || this.conference !== null);
  }

  get own(): Occupant | undefined {
    const room = this.room?.room;
    return room?.occupants[room.nick];
  }

  get moderates(): boolean {
    return this.own?.role === "moderator";
  }

  occupant(nick: string): Occupant | undefined {
    return this.room?.room?.occupants[nick];
  }

  /** Enters the call of this room, once the browser gives a microphone. */
  async join(conversation: Conversation, video: boolean): Promise<void> {
    if (this.going) return;
    Object.assign(this, { left: null, room: conversation, video, asking: true, problem: null, end: null, hand: false, since: null, notes: [] });
    this.emit("change", undefined);
    try {
      if (this.busy()) this.problem = { kind: "other-call" };
      else if (await isInCall(this.chat.calling.scope)) this.problem = { kind: "other-tab" };
      else if (this.chat.status.phase !== "online") this.problem = { kind: "offline" };
      if (this.problem) return;
      const studio = await Studio.open(video, () => this.emit("change", undefined), smallPicture);
      if (!this.asking || this.room !== conversation) return studio.close();
      this.studio = studio;
      this.lock.hold();
      await this.connect(conversation, studio);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.problem = { kind: "device", error };
    } finally {
      this.asking = false;
      if (!this.conference) this.hush();
      this.chat.calling.room = this.conference ? conversation.jid : undefined;
      this.chat.store.changed();
      this.emit("change", undefined);
    }
  }

  leave(): void {
    const { room, video } = this;
    this.conference?.leave();
    this.hush();
    if (room && this.end === null) this.emit("phase", { room: room.jid, video, phase: "ended", reason: "left" });
    this.dismiss();
  }

  /** What has ended is seen no more. */
  dismiss(): void {
    if (this.conference) return;
    Object.assign(this, { room: null, end: null, problem: null, asking: false });
    this.emit("change", undefined);
  }

  /** True for a request of Jingle that was of this call. Throws Refused and BadContents. */
  take(action: string, sid: string, from: string, jingle: Element): boolean {
    return this.conference?.take(action, sid, from, jingle) === true;
  }

  mute(muted: boolean): void {
    this.studio?.mute(muted);
    this.conference?.tell("audio", !muted);
  }

  setCamera(on: boolean): Promise<void> {
    return this.change("video", (studio) => (on ? studio.openCamera() : studio.closeCamera()));
  }

  switchCamera(): Promise<void> {
    return this.change("video", (studio) => studio.switchCamera());
  }

  setScreen(on: boolean): Promise<void> {
    return this.change("screen", async (studio) => {
      await (on ? studio.share() : studio.unshare());
      studio.screen?.addEventListener("ended", () => this.conference?.tell("screen", false));
    });
  }

  raise(hand: boolean): void {
    this.hand = hand;
    this.conference?.raise(hand);
    this.emit("change", undefined);
  }

  /** Asks them to be silent; whose client doesn't know how is given no voice, which the service holds them to. */
  async silence({ id, nick }: Member): Promise<void> {
    const { conference } = this;
    await conference?.silence(id).catch(() => {
      if (!conference.served) return this.note("refused", nick);
      return this.setRole(nick, "visitor").catch(() => this.note("refused", nick));
    });
  }

  /** The room lets them be heard again. */
  async giveVoice({ nick }: Member): Promise<void> {
    await this.setRole(nick, "participant").catch(() => this.note("refused", nick));
  }

  /** Sends somebody out of the room. */
  async remove({ nick }: Member): Promise<void> {
    await this.setRole(nick, "none").catch(() => this.note("stays", nick));
  }

  private async setRole(nick: string, role: "none" | "visitor" | "participant"): Promise<void> {
    await this.chat.link.iq("set", this.room!.jid, el("query", { xmlns: mucAdmin }, el("item", { nick, role })));
  }

  /** The page goes away, or (`final`) the user has logged out. Gives what is left for the next page, which offers the call again. */
  park(final: boolean): LeftRoom | null {
    const left = !final && this.conference && this.room ? { room: this.room.jid, video: this.video, at: this.chat.now() } : null;
    this.leave();
    this.left = left;
    return left;
  }

  /** A page before this one, or this one before it was left, had a call. */
  offer(left: LeftRoom): void {
    this.left = left;
    this.emit("change", undefined);
  }

  rejoin(): void {
    const { left } = this;
    const conversation = left && this.chat.store.conversations.get(left.room);
    this.forget();
    if (left && conversation?.room) void this.join(conversation, left.video);
  }

  forget(): void {
    this.left = null;
    this.emit("change", undefined);
  }

  private async connect(conversation: Conversation, studio: Studio): Promise<void> {
    const { chat } = this;
    const { link } = chat;
    const { jid } = conversation;
    const { domain } = chat.options.site;
    const [servers, open, service] = await Promise.all([loadServers(link, domain), isOpen(link, jid), findService(link, domain, jid)]);
    if (!this.asking || this.room !== conversation) return;
    const contents = allContents(chat.calling.mode === "video");
    const changed = (): void => this.emit("change", undefined);
    const ports = {
      me: () => link.status.jid,
      iq: (to: string, payload: Node) => link.iq("set", to, payload),
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      newSid: randomUuid,
      sends: (content: ContentName) => this.sends(content),
    };
    const makeHall = (events: HallEvents): Hall =>
      new Hall(
        {
          ...ports,
          address: service!.jid,
          room: jid,
          makePeer: (role, sent, on) => {
            const way: Way = role === "initiator" ? "out" : "in";
            const peer = new MeshPeer(servers, studio, role, sent, { ...on, changed }, way);
            return way === "out" ? this.keep(peer, this.toService) : peer;
          },
        },
        contents,
        events,
      );
    this.most = service?.most ?? (service ? undefined : meshMembersMax);
    const mesh = new Mesh(
      {
        ...ports,
        jid,
        open,
        room: () => chat.store.conversations.get(jid)?.room ?? null,
        send: (presence) => link.send(presence),
        makePeer: (role, events) => this.keep(new MeshPeer(servers, studio, role, contents, { ...events, changed }), this.peers),
        direct: service?.direct ?? meshMembersMax,
        most: service?.most,
        makeHall: service && makeHall,
      },
      contents,
    );
    this.mesh = mesh;
    this.conference = mesh;
    studio.out = { send: () => Promise.all([...this.peers, ...this.toService].map((peer) => peer.send())).then(() => {}) };
    this.follow(mesh);
    this.emit("phase", { room: jid, video: this.video, phase: "joining" });
    mesh.look();
  }

  private follow(conference: Conference): void {
    conference.on("change", () => this.changed(conference));
    conference.on("joined", ({ nick }) => {
      this.share();
      if (this.since !== null) this.note("joined", nick);
    });
    conference.on("left", ({ nick }) => {
      this.share();
      this.note("left", nick);
    });
    conference.on("moved", () => this.note("moved", ""));
    conference.on("silenced", ({ nick }) => {
      this.mute(true);
      this.note("silenced", nick);
    });
    conference.on("ended", (reason) => {
      if (this.conference !== conference) return;
      this.hush();
      this.end = reason;
      this.emit("phase", { room: this.room!.jid, video: this.video, phase: "ended", reason });
      this.emit("change", undefined);
    });
  }

  private changed(conference: Conference): void {
    if (this.conference !== conference) return;
    if (conference.inside && this.since === null) {
      this.since = this.chat.now();
      this.timers = [
        setInterval(() => this.hear(), levelsEveryMs) as unknown as number,
        setInterval(() => void conference.measure(), statsEveryMs) as unknown as number,
      ];
      this.emit("phase", { room: this.room!.jid, video: this.video, phase: "active" });
    }
    for (const { id, nick, hand } of conference.members) {
      if (!hand) this.hands.delete(id);
      else if (!this.hands.has(id)) {
        this.hands.add(id);
        this.note("hand", nick);
      }
    }
    this.emit("change", undefined);
  }

  /** Among those that what we send goes to, until it's closed. */
  private keep(peer: MeshPeer, peers: Set<MeshPeer>): MeshPeer {
    const close = peer.close.bind(peer);
    peer.close = () => {
      close();
      peers.delete(peer);
      this.share();
    };
    peers.add(peer);
    this.share();
    return peer;
  }

  private share(): void {
    for (const peer of this.peers) void peer.share(this.peers.size);
    const each = Math.round(receivedBitsMax / Math.max(1, this.conference?.members.length ?? 1));
    for (const peer of this.toService) void peer.limit(Math.min(sentBitsMax, Math.max(sentBitsMin, each)));
  }

  private sends(content: ContentName): boolean {
    const { studio } = this;
    if (!studio) return false;
    if (content === "audio") return !studio.muted;
    return (content === "video" ? studio.camera : studio.screen) !== null;
  }

  private async change(content: ContentName, how: (studio: Studio) => Promise<unknown>): Promise<void> {
    const { studio } = this;
    if (!studio) return;
    this.problem = null;
    try {
      await how(studio);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.problem = { kind: "device", error };
    } finally {
      this.conference?.tell(content, this.sends(content));
      this.emit("change", undefined);
    }
  }

  private hear(): void {
    const levels = new Map(this.conference?.members.map((member) => [member.id, member.level()]));
    const loud = (): string => [...levels.keys()].filter((id) => this.speakers.isLoud(id)).join();
    const before = loud();
    if (this.speakers.hear(levels, performance.now()) || before !== loud()) this.emit("change", undefined);
  }

  private note(kind: Note["kind"], nick: string): void {
    const note = { id: ++this.noteIds, kind, nick };
    this.notes = [...this.notes, note].slice(-notesMax);
    setTimeout(() => {
      this.notes = this.notes.filter((other) => other !== note);
      this.emit("change", undefined);
    }, noteMs);
    this.emit("change", undefined);
  }

  private look(): void {
    this.mesh?.look();
  }

  private hush(): void {
    this.timers.forEach(clearInterval);
    this.timers = [];
    this.mesh = this.conference = null;
    this.studio?.close();
    this.studio = null;
    this.hand = false;
    this.hands.clear();
    this.lock.release();
    this.chat.calling.room = undefined;
    this.chat.store.changed();
  }
}
