// A service that holds the call of a FakeRoom (XEP-0521), without media: takes streams, and calls everybody back with those of each other.
import { attribute, child, children, parse, serialize, type Node } from "../core/xml.ts";
import { IqError } from "../core/link.ts";
import { jingleNs } from "../calls/jingle/xml.ts";
import type { FakeRoom, Seat } from "./room.ts";

export const callJid = "tea@calls.a.test";

interface Stream {
  seat: Seat;
  sid: string;
  jingle: Element;
  up: boolean;
}

export class FakeService {
  most = 20;
  /** It takes nobody: with this condition. */
  refuses: string | null = null;
  /** What was asked of it. */
  asked: string[] = [];
  private streams: Stream[] = [];
  private ids = 0;
  readonly voiceless = new Set<string>();
  /** Sids of what it has called whom with, by the stream's. */
  private readonly calls: { seat: Seat; sid: string; of: Stream }[] = [];

  constructor(readonly house: FakeRoom) {}

  /** Nicks of those in it. */
  get nicks(): string[] {
    return [...new Set(this.streams.filter(({ up }) => up).map(({ seat }) => seat.nick))].sort();
  }

  async take(seat: Seat, payload: Node): Promise<Element> {
    const jingle = parse(serialize(payload))!;
    const [action, sid] = [attribute(jingle, "action"), attribute(jingle, "sid")];
    await null;
    const contents = children(jingle, jingleNs.jingle, "content").map((c) => attribute(child(c, jingleNs.rtp, "description"), "media"));
    if (action !== "transport-info") this.asked.push([seat.nick, action, ...contents].join(" "));
    if (action === "session-initiate") {
      const isIn = this.streams.some((stream) => stream.seat === seat);
      const full = !isIn && new Set(this.streams.map((stream) => stream.seat)).size >= this.most;
      if (this.refuses ?? (full ? "resource-constraint" : null)) throw new IqError(this.refuses ?? "resource-constraint");
      this.streams.push({ seat, sid, jingle, up: false });
      queueMicrotask(() => void this.say(seat, "session-accept", sid, this.contentsOf(jingle)));
    } else if (action === "session-terminate") this.end((stream) => stream.seat === seat && stream.sid === sid, "success", false);
    return parse(`<iq xmlns="jabber:client" type="result"/>`)!;
  }

  /** Their stream is connected: all in it get it, and they get all others'. */
  comeUp(seat: Seat): void {
    for (const stream of this.streams.filter((each) => each.seat === seat && !each.up)) {
      const isFirst = !this.streams.some((each) => each.seat === seat && each.up);
      stream.up = true;
      for (const other of this.streams.filter((each) => each.seat !== seat && each.up)) {
        this.call(other.seat, stream);
        if (isFirst) this.call(seat, other);
      }
    }
    this.inform();
  }

  /** What it holds is lost. */
  end(which: (stream: Stream) => boolean, reason: string, tells = true): void {
    const gone = this.streams.filter(which);
    this.streams = this.streams.filter((stream) => !gone.includes(stream));
    for (const stream of gone) {
      if (tells) this.terminate(stream.seat, stream.sid, reason);
      for (const call of this.calls.filter(({ of }) => of === stream)) this.terminate(call.seat, call.sid, "success");
    }
    this.inform();
  }

  /** They don't get this one's stream through. */
  fail(seat: Seat, of: string): void {
    for (const call of this.calls.filter((each) => each.seat === seat && each.of.seat.nick === of))
      this.terminate(seat, call.sid, "connectivity-error");
  }

  private inform(): void {
    const users = this.nicks.map((nick) => {
      const entity = `xmpp:tea@rooms.a.test/${encodeURIComponent(nick)}`;
      const status = this.voiceless.has(nick) ? "muted-via-focus" : "connected";
      return `<user entity="${entity}"><endpoint entity="${entity}"><status>${status}</status></endpoint></user>`;
    });
    const info = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"><users>${users.join("")}</users></conference-info>`;
    for (const { seat, sid, up } of this.streams) if (up) void this.say(seat, "session-info", sid, info);
  }

  private call(seat: Seat, of: Stream): void {
    const sid = `f${++this.ids}`;
    this.calls.push({ seat, sid, of });
    const whose = `<conference-info xmlns="urn:xmpp:coin:1"><users><user entity="xmpp:tea@rooms.a.test/${encodeURIComponent(of.seat.nick)}"/></users></conference-info>`;
    void this.say(seat, "session-initiate", sid, this.contentsOf(of.jingle) + whose);
  }

  private terminate(seat: Seat, sid: string, reason: string): void {
    void this.say(seat, "session-terminate", sid, `<reason><${reason}/></reason>`);
  }

  private say(seat: Seat, action: string, sid: string, inner: string): Promise<unknown> {
    const jingle = parse(`<jingle xmlns="urn:xmpp:jingle:1" action="${action}" sid="${sid}">${inner}</jingle>`)!;
    return seat.receive(action, sid, callJid, jingle).catch(() => {});
  }

  private contentsOf(jingle: Element): string {
    return children(jingle, jingleNs.jingle, "content")
      .map((content) => content.toString().replace("actpass", "active"))
      .join("");
  }
}

/** A room whose calls of more than `direct` are held by a service. */
export function makeServed(house: FakeRoom, direct: number): FakeService {
  const service = new FakeService(house);
  house.service = service;
  house.direct = direct;
  return service;
}
