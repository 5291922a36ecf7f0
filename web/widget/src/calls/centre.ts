// The calls of one tab: at most one goes on, at most one rings. It joins what is heard (XEP-0353, Jingle) to the Call that it is for, and the user's
// microphone, camera and screen to the call that goes on. The tab that has a call holds a Web Lock, so that the others know.
import type { Calls } from "../chat/calling.ts";
import { isInCall } from "../chat/calling.ts";
import type { Chat } from "../chat/chat.ts";
import type { Origin } from "../chat/messages.ts";
import type { Reading } from "../chat/reading.ts";
import { isString } from "../core/check.ts";
import { Emitter } from "../core/emitter.ts";
import { randomUuid } from "../core/ids.ts";
import { bareJid } from "../core/jid.ts";
import { Call, endForgotten, times, type CallPorts, type Plan } from "./call.ts";
import { loadServers } from "./ice.ts";
import type { Group } from "./group/group.ts";
import { isContact, mayKnow } from "./known.ts";
import { readLeft, readLeftRoom, type Left } from "./left.ts";
import { Lines } from "./line.ts";
import { CallLock } from "./lock.ts";
import { BrowserPeer, DeviceError, Studio } from "./media.ts";
import { judge, readCounts, type Counts, type Quality } from "./quality.ts";
import { Rings } from "./rings.ts";
import { takeRequest } from "./requests.ts";
import { readSignal, type Signal } from "./signal.ts";
import { Tone } from "./tone.ts";

const statsEveryMs = 2_000;
/** An end that needs no thought is shown for so long; others until the user has seen them. */
const plainEndMs = 10_000;
/** The first tab says that it rings; another does where none did. */
const ringingMs = 400;

/** What keeps a call from beginning, or its camera from being used. */
export type Problem = { kind: "device"; error: DeviceError } | { kind: "other-tab" | "other-call" | "offline" | "outdated" | "guest" };

interface CentreEvents {
  change: void;
  /** For the page. */
  phase: Call;
}

export class Centre extends Emitter<CentreEvents> implements Calls {
  /** The call that goes on, or has just ended. */
  current: Call | null = null;
  incoming: Call | null = null;
  studio: Studio | null = null;
  peer: BrowserPeer | null = null;
  quality: Quality = { bars: 3 };
  problem: Problem | null = null;
  /** Whom a call is being made to or taken from, while the browser asks for the microphone. */
  preparing: { jid: string; video: boolean } | null = null;
  /** Whom the user has called last. */
  wanted: { jid: string; video: boolean } | null = null;
  left: Left | null;
  /** Calls of rooms, once there was one. */
  private group: Group | null = null;
  private readonly lines: Lines;
  private readonly rings: Rings;
  private readonly tone = new Tone();
  private readonly lock: CallLock;
  private counts: Counts | null = null;
  private timer = 0;
  /** Sessions of which a tab of this browser has said that it rings. */
  private readonly saidRinging = new Set<string>();

  constructor(
    private readonly chat: Chat,
    private readonly sounds: boolean,
    /** Loads what calls of rooms need. */
    private readonly loadGroup: () => Promise<Group>,
  ) {
    super();
    const { store, options } = chat;
    const now = (): number => chat.now();
    this.lines = new Lines(store, now);
    this.lock = new CallLock(chat.calling.scope);
    this.rings = new Rings(options.site.domain, (jid) => isContact(store, jid), now);
    const kept = chat.session.get("call", isString);
    this.left = readLeft(kept, now());
    const room = readLeftRoom(kept, now());
    if (room) void this.withGroup((group) => group.offer(room));
    chat.session.remove("call"); // a duplicated tab has none
    chat.on("stop", ({ final }) => this.stop(final));
    chat.on("status", ({ phase }) => {
      if (phase === "online") this.current?.networkChanged(); // where it was away, so was the network
      if (phase === "stopped") for (const call of [this.current, this.incoming]) call?.close();
    });
    addEventListener("online", () => this.current?.networkChanged());
    (navigator as { connection?: EventTarget }).connection?.addEventListener?.("change", () => this.current?.networkChanged());
  }

  /** The name of whom a call is with, and their picture are the chat's. */
  hear(reading: Reading, origin: Origin): void {
    if (reading.type === "error") return this.current?.sid === reading.id ? this.current.refused(reading.error?.condition ?? "") : undefined;
    const signal = readSignal(reading.signal);
    if (!signal) return;
    const { me } = this.chat.store;
    const own = reading.from === "" || bareJid(reading.from) === me.jid;
    if (!own || bareJid(reading.to) !== me.jid) this.lines.take(signal, reading, origin);
    if (origin.from === "archive") return;
    if (own) return this.hearOwn(signal, reading.from === "");
    if (signal.verb === "propose") return this.proposed(signal, reading);
    for (const call of [this.current, this.incoming]) if (call?.sid === signal.sid) call.hear(signal, reading.from);
  }

  takeIq(iq: Element): void {
    takeRequest(iq, this.chat, { current: this.current, incoming: this.incoming, group: this.group, begin: (plan) => this.approached(plan) });
  }

  caughtUp(): void {
    for (const { sid, video, from } of this.lines.open(this.chat.now() - times.unansweredMs)) {
      if (from) this.ring({ sid, video, to: from, role: "responder" });
    }
  }

  /** Calls, once the browser gives a microphone; a room's call is entered. */
  call(jid: string, video: boolean): void {
    if (this.chat.calling.mayBegin === false) {
      this.problem = { kind: "guest" };
      return this.emit("change", undefined);
    }
    const conversation = this.chat.store.conversations.get(jid);
    if (conversation?.room) return void this.withGroup((group) => group.join(conversation, video));
    if (this.busy) return;
    this.wanted = { jid: bareJid(jid), video };
    void this.begin(this.wanted, () => this.dial(bareJid(jid), video));
  }

  /** Takes the call that rings. `camera`: the user is seen too. */
  accept(camera: boolean): void {
    const call = this.incoming;
    if (!call || call.over) return;
    const { with: jid, video } = call;
    void this.begin({ jid, video: video && camera }, async () => {
      if (call.over) return this.hush();
      await this.take(call);
      if (!video || !camera) call.session?.inform("mute", "video");
    });
  }

  decline = (): void => this.incoming?.hangUp();

  /** With one person. */
  get busy(): boolean {
    return this.preparing !== null || (this.current !== null && !this.current.over);
  }

  private async withGroup(run: (group: Group) => unknown): Promise<void> {
    try {
      this.group ??= await this.loadGroup();
    } catch (error) {
      console.error("teahouse: calls of rooms could not be loaded.", error);
      this.problem = { kind: "outdated" };
      return this.emit("change", undefined);
    }
    await run(this.group);
  }

  /** Takes up the call that this page had before it was loaded anew. */
  rejoin(): void {
    const { left } = this;
    if (!left) return;
    this.left = null;
    this.call(left.to, left.video);
  }

  leave(): void {
    const { left } = this;
    this.left = null;
    if (left) endForgotten(this.ports({ sid: left.sid, role: "initiator", to: left.to, video: false }), left);
    this.emit("change", undefined);
  }

  hangUp(): void {
    this.preparing = null;
    this.current?.hangUp();
    if (!this.current) this.hush();
    this.emit("change", undefined);
  }

  /** What has ended is seen no more. */
  dismiss(): void {
    if (this.current?.over) this.current = null;
    this.problem = null;
    this.emit("change", undefined);
  }

  mute(muted: boolean): void {
    this.studio?.mute(muted);
    this.current?.session?.inform(muted ? "mute" : "unmute", "audio");
  }

  hold(held: boolean): void {
    this.studio?.hold(held);
    this.current?.session?.inform(held ? "hold" : "unhold");
  }

  /** Shows the user, or shows them no more. */
  async setCamera(on: boolean): Promise<void> {
    await this.change(async (studio) => {
      await (on ? studio.openCamera() : studio.closeCamera());
    });
  }

  switchCamera(): Promise<void> {
    return this.change((studio) => studio.switchCamera());
  }

  async setScreen(on: boolean): Promise<void> {
    await this.change(async (studio) => {
      await (on ? studio.share() : studio.unshare());
    });
  }

  /** Changes what is sent, and tells the other side: a new content where there were no pictures so far. */
  private async change(how: (studio: Studio) => Promise<void>): Promise<void> {
    const { studio, current, peer } = this;
    if (!studio || !current) return;
    this.problem = null;
    try {
      await how(studio);
    } catch (error) {
      if (error instanceof DeviceError) this.problem = { kind: "device", error };
      else throw error;
    } finally {
      if (studio.shown && peer && !peer.sendsVideo) {
        peer.addMedia("video");
        current.session?.add();
      } else current.session?.inform(studio.shown ? "unmute" : "mute", "video");
      this.emit("change", undefined);
    }
  }

  private hearOwn(signal: Signal, here: boolean): void {
    if (signal.verb === "ringing" && here) this.saidRinging.add(signal.sid);
    for (const call of [this.current, this.incoming]) if (call?.sid === signal.sid) call.hearOwn(signal);
  }

  private proposed({ sid, video }: Signal, { from, time }: Reading): void {
    if (time !== undefined && this.chat.now() - time > times.unansweredMs) return; // kept for us while we were away
    this.ring({ sid, video, to: from, role: "responder" });
  }

  /** A session without a proposal. It rings in this tab alone: no message tells others what becomes of it. */
  private approached(plan: Plan): void {
    const call = new Call(this.ports(plan), plan);
    const isBusy = this.preparing || this.incoming || (this.current && !this.current.over);
    if (isBusy || !this.rings.admit(plan.sid, call.with)) return call.refuseBusy();
    this.show(call);
    call.sayRinging();
    if (this.sounds) this.tone.start(true);
  }

  private ring(plan: Plan): void {
    const jid = bareJid(plan.to);
    if (!this.rings.admit(plan.sid, jid)) return;
    const call = new Call(this.ports(plan), plan);
    const { current } = this;
    const same = current && !current.over && current.with === jid ? current : null;
    if (same && !same.taken && same.role === "initiator") {
      if (same.sid < plan.sid) return call.refuseTie();
      this.current = call; // first: what ends now takes no microphone with it
      same.giveWay();
      return void this.take(call); // both want this call: nobody need be asked
    }
    if (same?.taken) {
      this.current = call;
      same.migrate(plan.sid);
      return void this.take(call);
    }
    if ((current && !current.over) || this.group?.going) return mayKnow(this.chat.store, jid) ? call.refuseBusy() : call.abandon();
    if (this.incoming || this.preparing) return;
    void isInCall(this.chat.calling.scope).then((elsewhere) => {
      if (elsewhere || call.over || this.incoming) return;
      this.show(call);
      const say = (): void => {
        if (call.over || this.saidRinging.has(call.sid)) return;
        if (mayKnow(this.chat.store, jid)) call.sayRinging();
        if (this.sounds) this.tone.start(true);
      };
      if (this.chat.link.leading) say();
      else setTimeout(say, ringingMs);
    });
  }

  private show(call: Call): void {
    this.incoming = call;
    this.follow(call);
    this.emit("change", undefined);
  }

  /** Opens the microphone (and camera), then does this. */
  private async begin(whom: { jid: string; video: boolean }, then: () => Promise<void>): Promise<void> {
    if (this.preparing) return;
    this.problem = null;
    if (this.current?.over) this.current = null;
    this.preparing = whom;
    this.emit("change", undefined);
    try {
      if (this.group?.going) this.problem = { kind: "other-call" };
      else if (await isInCall(this.chat.calling.scope)) this.problem = this.studio ? null : { kind: "other-tab" };
      if (this.problem) return;
      this.studio ??= await Studio.open(whom.video, () => this.emit("change", undefined));
      if (this.preparing === whom) await then();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.problem = { kind: "device", error };
    } finally {
      if (this.preparing === whom) this.preparing = null;
      if (!this.current || this.current.over) this.hush();
      this.emit("change", undefined);
    }
  }

  private async dial(to: string, video: boolean): Promise<void> {
    const plan: Plan = { sid: randomUuid(), role: "initiator", to, video };
    const ports = await this.prepare(plan);
    if (!this.preparing) return;
    const call = new Call(ports, plan);
    this.current = call;
    this.follow(call);
    if (!call.propose()) {
      this.current = null;
      this.problem = { kind: "offline" };
      return call.hangUp();
    }
    if (this.sounds) this.tone.start(false);
    this.emit("phase", call);
  }

  private async take(call: Call): Promise<void> {
    if (this.incoming === call) this.incoming = null;
    this.current = call;
    this.follow(call);
    await this.prepare(call);
    call.proceed();
  }

  private servers: RTCIceServer[] = [];
  private async prepare(plan: Pick<Plan, "sid" | "role" | "video"> & { to?: string }): Promise<CallPorts> {
    this.lock.hold();
    this.servers = await loadServers(this.chat.link, this.chat.options.site.domain);
    return this.ports({ to: "", ...plan });
  }

  private ports(plan: Plan): CallPorts {
    const { link } = this.chat;
    return {
      me: () => link.status.jid,
      now: () => this.chat.now(),
      send: (message) => link.send(message),
      iq: (to, payload) => link.iq("set", to, payload),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      makePeer: (role, events) => {
        const changed = (): void => this.emit("change", undefined);
        this.peer = new BrowserPeer(this.servers, this.studio!, role, plan.video, { ...events, changed });
        return this.peer;
      },
    };
  }

  private readonly followed = new WeakSet<Call>();
  private follow(call: Call): void {
    if (this.followed.has(call)) return;
    this.followed.add(call);
    call.on("change", () => this.turned(call));
    call.on("ended", () => this.ended(call));
  }

  private turned(call: Call): void {
    const { phase } = call;
    if (phase !== "calling" && phase !== "ringing" && phase !== "incoming") this.tone.stop();
    if (phase === "active" && this.timer === 0) {
      this.timer = setInterval(() => void this.measure(), statsEveryMs) as unknown as number;
      const { studio } = this;
      if (studio?.muted) call.session?.inform("mute", "audio");
      if (call.session?.has("video") && !studio?.shown) call.session.inform("mute", "video");
    }
    this.emit("change", undefined);
    this.emit("phase", call);
  }

  private ended(call: Call): void {
    const { by, reason } = call.end!;
    const plain = reason === "hangup" || reason === "moved" || by === "me";
    if (plain) setTimeout(() => this.current === call && this.dismiss(), plainEndMs);
    if (this.incoming === call) this.incoming = null;
    if (this.current === call || (!this.current && !this.preparing)) this.hush();
    this.emit("change", undefined);
  }

  /** Nothing goes on: the microphone and the camera are let go. */
  private hush(): void {
    this.tone.stop();
    clearInterval(this.timer);
    this.timer = 0;
    this.counts = null;
    this.quality = { bars: 3 };
    this.studio?.close();
    this.studio = this.peer = null;
    this.lock.release();
  }

  private async measure(): Promise<void> {
    const { peer, current } = this;
    if (!peer || !current) return;
    const report = await peer.stats().catch(() => null);
    if (!report || this.peer !== peer) return;
    const counts = readCounts([...report.values()]);
    if (this.counts) this.quality = judge(this.counts, counts, current.session?.held !== true);
    this.counts = counts;
    this.emit("change", undefined);
  }

  private stop(final: boolean): void {
    const { current } = this;
    const room = this.group?.park(final);
    if (room) this.chat.session.set("call", JSON.stringify(room));
    if (final) for (const call of [current, this.incoming]) call?.hangUp();
    else if (current?.taken && !current.over) {
      this.left = { sid: current.sid, to: current.to, video: current.video, at: this.chat.now() };
      this.chat.session.set("call", JSON.stringify(this.left));
      current.abandon();
      this.current = null;
    } else if (current && !current.over) current.hangUp();
    this.hush();
  }
}
