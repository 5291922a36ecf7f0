// From an open socket to a session in one round trip: all that the client has to say is said at once, and the answers are read as they come.
//
// The client logs in by SASL2 (XEP-0388) with a site token (OAUTHBEARER, RFC 7628). With the same frame it asks for the session that it had
// (XEP-0198) and, should the server not have that any more, for a new one (XEP-0386). It does not wait for the server's features: the widget
// comes from the server that it talks to, and so knows them.
import { StreamFailure } from "./failures.ts";
import type { Frames } from "./frames.ts";
import { ns } from "./ns.ts";
import { randomId } from "./ids.ts";
import { makeSmState, type StreamManagement } from "./sm.ts";
import { attribute, child, el, text, type Node } from "./xml.ts";

/** How long a session waits for its page to come back. Until then others see its user as there. */
const resumeMaxS = 60;

export interface Login {
  /** A site token. */
  token: string;
  /** A UUID by which the server knows this browser again; none where the connections of this browser are not one device's. */
  agent?: string;
}

export interface Session {
  epoch: string;
  jid: string;
  resumed: boolean;
}

/** What a frame of the server leads to: an answer, the session, or (null) the wait for the next frame. */
export type Step = { answer: Node } | { session: Session } | null;

/** The client's side of it, without a socket. `sm` has the session to resume, if there is one, and afterwards the one that there is now. */
export class Negotiation {
  constructor(
    private readonly domain: string,
    private readonly login: Login,
    private readonly sm: StreamManagement,
  ) {}

  /** What is said at once, each a frame. */
  begin(): Node[] {
    return [el("open", { xmlns: ns.framing, to: this.domain, version: "1.0" }), this.authenticate()];
  }

  /** Throws a StreamFailure where the server says no, or what it should not. */
  take(frame: Element): Step {
    const { localName, namespaceURI } = frame;
    if (namespaceURI === ns.sasl2) {
      if (localName === "success") return { session: this.succeed(frame) };
      // The server has said what is wrong with the token, and owes a failure (RFC 7628 section 3.2.3).
      if (localName === "challenge") return { answer: el("response", { xmlns: ns.sasl2 }, btoa("\x01")) };
      if (localName === "failure") throw new StreamFailure(`sasl:${child(frame)?.localName ?? "failure"}`, text(child(frame, ns.sasl2, "text")));
    } else if (localName === "open" || localName === "features") {
      return null;
    }
    throw new StreamFailure(`unexpected:${localName}`);
  }

  private authenticate(): Node {
    const { login, sm } = this;
    // The token says whose it is; what the address of that user is, we hear when it is bound.
    const bearer = new TextEncoder().encode(`n,,\x01auth=Bearer ${login.token}\x01\x01`);
    return el(
      "authenticate",
      { xmlns: ns.sasl2, mechanism: "OAUTHBEARER" },
      el("initial-response", {}, btoa(String.fromCharCode(...bearer))),
      login.agent !== undefined && el("user-agent", { id: login.agent }, el("software", {}, "Teahouse")),
      sm.state && el("resume", { xmlns: ns.sm, h: String(sm.inbound), previd: sm.state.id }),
      el(
        "bind",
        { xmlns: ns.bind2 },
        el("tag", {}, "widget"),
        el("enable", { xmlns: ns.sm, resume: "true", max: String(resumeMaxS) }),
        el("enable", { xmlns: ns.carbons }),
      ),
    );
  }

  private succeed(success: Element): Session {
    const { sm } = this;
    const resumed = child(success, ns.sm, "resumed");
    const h = (resumed ?? child(success, ns.sm, "failed"))?.getAttribute("h");
    if (h) sm.acknowledge(Number(h));
    if (resumed && sm.state) return { epoch: sm.state.epoch, jid: sm.state.jid, resumed: true };
    const bound = child(success, ns.bind2, "bound");
    if (!bound) throw new StreamFailure("unexpected:success");
    const jid = text(child(success, ns.sasl2, "authorization-identifier"));
    const epoch = randomId(12);
    const id = attribute(child(bound, ns.sm, "enabled"), "id");
    sm.replace(id ? makeSmState(id, epoch, jid) : null);
    return { epoch, jid, resumed: false };
  }
}

export async function negotiate(frames: Frames, negotiation: Negotiation): Promise<Session> {
  for (const node of negotiation.begin()) frames.write(node);
  for (;;) {
    const step = negotiation.take(await frames.next());
    if (!step) continue;
    if ("session" in step) return step.session;
    frames.write(step.answer);
  }
}
