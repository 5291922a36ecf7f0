// From an open socket to a session in one round trip: all that the client has to say is said at once, and the answers are read as they come.
//
// The client logs in by SASL2 (XEP-0388) with a site token (OAUTHBEARER, RFC 7628) or with a token that the server gave this browser (XEP-0484).
// With the same frame it asks for the session that it had (XEP-0198) and, should the server not have that any more, for a new one (XEP-0386).
// It does not wait for the server's features: the widget comes from the server that it talks to, and so knows them.
import { StreamFailure } from "./failures.ts";
import { binary, mechanism, type FastToken, type Proof } from "./fast.ts";
import type { Frames } from "./frames.ts";
import { ns } from "./ns.ts";
import { randomId } from "./ids.ts";
import { makeSmState, type StreamManagement } from "./sm.ts";
import { attribute, child, el, text, type Node } from "./xml.ts";

/** How long a session waits for its page to come back. Until then others see its user as there. */
const resumeMaxS = 60;

export interface Login {
  /** A site token, or the proof of a token that the server gave. */
  by: string | Proof;
  /** A UUID by which the server knows this browser again; none where the connections of this browser are not one device's. */
  agent?: string;
  /** What the browser calls itself. */
  device?: string;
  /** A token is wanted for the next time. */
  wantsToken?: boolean;
}

export interface Session {
  epoch: string;
  jid: string;
  resumed: boolean;
}

/** What a frame of the server leads to: an answer, the session with what the server gave beside, or (null) the wait for the next frame. */
export type Step = { answer: Node } | { session: Session; given: FastToken | null } | null;

const authenticate = ({ by, agent, device }: Login, ...wishes: (Node | null | false)[]): Node => {
  const isToken = typeof by === "string";
  // A site token says whose it is; what the address of that user is, we hear when it is bound.
  const response = isToken ? binary(new TextEncoder().encode(`n,,\x01auth=Bearer ${by}\x01\x01`)) : `${utf8(by.user)}\0${by.initiator}`;
  return el(
    "authenticate",
    { xmlns: ns.sasl2, mechanism: isToken ? "OAUTHBEARER" : mechanism },
    el("initial-response", {}, btoa(response)),
    agent !== undefined && el("user-agent", { id: agent }, el("software", {}, "Teahouse"), device && el("device", {}, device)),
    ...wishes,
  );
};
const utf8 = (words: string): string => binary(new TextEncoder().encode(words));

const openStream = (domain: string, { by }: Login): Node =>
  el("open", { xmlns: ns.framing, to: domain, from: typeof by === "string" ? undefined : `${by.user}@${domain}`, version: "1.0" });

/** The frames by which the token of `login` ends: it signs in for the last time. */
export const invalidation = (domain: string, login: Login): Node[] => [
  openStream(domain, login),
  authenticate(login, el("fast", { xmlns: ns.fast, invalidate: "true" })),
];

/** The client's side of it, without a socket. `sm` has the session to resume, if there is one, and afterwards the one that there is now. */
export class Negotiation {
  constructor(
    private readonly domain: string,
    private readonly login: Login,
    private readonly sm: StreamManagement,
  ) {}

  /** What is said at once, each a frame. */
  begin(): Node[] {
    const { login, sm, domain } = this;
    const resume = sm.state && el("resume", { xmlns: ns.sm, h: String(sm.inbound), previd: sm.state.id });
    const bind = el(
      "bind",
      { xmlns: ns.bind2 },
      el("tag", {}, "widget"),
      el("enable", { xmlns: ns.sm, resume: "true", max: String(resumeMaxS) }),
      el("enable", { xmlns: ns.carbons }),
    );
    const fast =
      typeof login.by !== "string" ? el("fast", { xmlns: ns.fast }) : login.wantsToken === true && el("request-token", { xmlns: ns.fast, mechanism });
    return [openStream(domain, login), authenticate(login, fast, resume, bind)];
  }

  /** Throws a StreamFailure where the server says no, or what it should not. */
  take(frame: Element): Step {
    const { localName, namespaceURI } = frame;
    if (namespaceURI === ns.sasl2) {
      if (localName === "success") return { session: this.succeed(frame), given: readToken(frame) };
      // The server has said what is wrong with the token, and owes a failure (RFC 7628 section 3.2.3).
      if (localName === "challenge") return { answer: el("response", { xmlns: ns.sasl2 }, btoa("\x01")) };
      if (localName === "failure") throw new StreamFailure(`sasl:${child(frame)?.localName ?? "failure"}`, text(child(frame, ns.sasl2, "text")));
    } else if (localName === "open" || localName === "features") {
      return null;
    }
    throw new StreamFailure(`unexpected:${localName}`);
  }

  private succeed(success: Element): Session {
    const { sm } = this;
    const { by } = this.login;
    // A server that does not have the token either is not the one that gave it.
    const proof = text(child(success, ns.sasl2, "additional-data"));
    if (typeof by !== "string" && proof !== btoa(by.responder)) throw new StreamFailure("unproved");
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

function readToken(success: Element): FastToken | null {
  const given = child(success, ns.fast, "token");
  const [token, expires] = [attribute(given, "token"), Date.parse(attribute(given, "expiry"))];
  const user = text(child(success, ns.sasl2, "authorization-identifier")).split("@", 1)[0]!;
  return token && user && Number.isFinite(expires) ? { token, expires, user } : null;
}

export async function negotiate(frames: Frames, negotiation: Negotiation): Promise<{ session: Session; given: FastToken | null }> {
  for (const node of negotiation.begin()) frames.write(node);
  for (;;) {
    const step = negotiation.take(await frames.next());
    if (!step) continue;
    if ("session" in step) return step;
    frames.write(step.answer);
  }
}
