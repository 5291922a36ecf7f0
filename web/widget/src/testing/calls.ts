// Two calls that hear each other without a browser: clocks that a test moves on, peers that say what Chromium said.
import { Call, type CallPorts, type PeerEvents, type Plan } from "../calls/call.ts";
import { BadContents } from "../calls/jingle/xml.ts";
import { Refused, type Peer } from "../calls/peer.ts";
import { readSignal } from "../calls/signal.ts";
import { IqError } from "../core/link.ts";
import { attribute, child, parse, serialize, type Node } from "../core/xml.ts";
import { answer, offer } from "./chromium-sdp.ts";

export class FakeTime {
  now = 0;
  private timers: { at: number; run: () => void }[] = [];
  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.now + ms, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((t) => t !== timer));
  };
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((t) => t !== next);
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }
}

/** Says Chromium's SDP; what is done to it is kept. */
export class FakePeer implements Peer {
  done: string[] = [];
  taken: string[] = [];
  credentials = 0;
  /** Media sections of the offer. */
  sections = 2;
  way = "sendrecv";
  constructor(readonly events: PeerEvents) {}

  async offer(restart: boolean): Promise<string> {
    this.done.push(restart ? "restart" : "offer");
    if (restart) this.credentials++;
    return this.said(offer, this.sections);
  }
  async answer(sdp: string): Promise<string> {
    this.done.push("answer");
    if (sdp.includes("ufrag:again")) this.credentials++;
    this.take(sdp);
    return this.said(answer, sdp.split("\nm=").length - 1);
  }
  async accept(sdp: string): Promise<void> {
    this.done.push("accept");
    this.take(sdp);
  }
  async rollback(): Promise<void> {
    this.done.push("rollback");
  }
  async addCandidate(mid: string, candidate: string): Promise<void> {
    this.done.push(`${mid} ${candidate.split(" ")[4]}`);
  }
  close(): void {
    this.done.push("close");
  }
  private take(sdp: string): void {
    this.taken.push(sdp);
  }
  /** With as many sections, and the credentials of the last restart. */
  private said(sdp: string, count: number): string {
    const [session, ...sections] = sdp.split(/\n(?=m=)/);
    const all = Array.from({ length: count }, (_, i) => sections[i] ?? sections[1]!.replace("a=mid:1", `a=mid:${i}`));
    const text = [session!.replace(/^a=group:.*$/m, `a=group:BUNDLE ${all.map((_, i) => i).join(" ")}`), ...all].join("\n");
    return text
      .replace(/a=sendrecv/g, `a=${this.way}`)
      .replace(/a=ice-ufrag:.*/g, (line) => (this.credentials ? `a=ice-ufrag:again${this.credentials}` : line));
  }
}

export class Side {
  peer!: FakePeer;
  call!: Call;
  other!: Side;
  /** What it said: verbs, and actions of Jingle. */
  said: string[] = [];
  /** What its requests were refused with. */
  refused: string[] = [];
  /** Nothing that it says arrives. */
  deaf = false;
  readonly ports: CallPorts;

  constructor(
    readonly jid: string,
    readonly time: FakeTime,
  ) {
    this.ports = {
      me: () => jid,
      now: () => time.now,
      after: time.after,
      send: (message) => this.send(message),
      iq: (to, payload) => this.iq(to, payload),
      makePeer: (_, events) => (this.peer = new FakePeer(events)),
    };
  }

  start(plan: Omit<Plan, "sid"> & { sid?: string }): Call {
    return (this.call = new Call(this.ports, { sid: "s1", ...plan }));
  }

  private send(message: Node): boolean {
    const element = parse(serialize(message))!;
    const signal = readSignal(element.firstChild as Element)!;
    this.said.push(signal.verb);
    if (!this.other.deaf) this.other.call?.hear(signal, this.jid);
    return true;
  }

  private async iq(_to: string, payload: Node): Promise<Element> {
    const jingle = parse(serialize(payload))!;
    const action = attribute(jingle, "action");
    this.said.push(action);
    if (this.other.deaf) throw new IqError("remote-server-timeout");
    return this.other.receive(action, this.jid, jingle, this);
  }

  receive(action: string, from: string, jingle: Element, sender: Side): Element {
    try {
      if (!this.call.take(action, from, jingle)) throw new Refused("item-not-found", "unknown-session");
      return parse(`<iq xmlns="jabber:client" type="result"/>`)!;
    } catch (error) {
      const condition = error instanceof Refused ? error.condition : error instanceof BadContents ? "bad-request" : "crash";
      sender.refused.push(`${action} ${condition}`);
      const unknown = error instanceof Refused && error.jingle ? `<${error.jingle} xmlns="urn:xmpp:jingle:errors:1"/>` : "";
      throw new IqError(condition, "", child(parse(`<iq xmlns="jabber:client"><error>${unknown}</error></iq>`)));
    }
  }
}

export function makeSides(): { a: Side; b: Side; time: FakeTime } {
  const time = new FakeTime();
  const [a, b] = [new Side("ann@a.test/x", time), new Side("bo@a.test/y", time)];
  [a.other, b.other] = [b, a];
  return { a, b, time };
}
