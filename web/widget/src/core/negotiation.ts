// From an open socket to a session, as a straight line of sends and awaited frames: logs in with a site token (SASL OAUTHBEARER, RFC 7628),
// resumes the session there is (XEP-0198), or binds a new one.
import { StreamFailure } from "./failures.ts";
import type { Frames } from "./frames.ts";
import { randomId } from "./ids.ts";
import { ns } from "./ns.ts";
import { makeSmState, type StreamManagement } from "./sm.ts";
import { child, el, text } from "./xml.ts";

/** How long a session waits for its page to come back. Until then others see its user as there. */
const resumeMaxS = 60;

export interface Session {
  epoch: string;
  jid: string;
}

/** `sm` has the session to resume, if there is one, and afterwards the one that there is now. */
export async function negotiate(frames: Frames, domain: string, token: string, sm: StreamManagement): Promise<Session & { resumed: boolean }> {
  await openStream(frames, domain);
  await logIn(frames, token);
  const features = await openStream(frames, domain);
  if (sm.state && (await resume(frames, sm))) return { epoch: sm.state.epoch, jid: sm.state.jid, resumed: true };
  return { ...(await bind(frames, sm, child(features, ns.sm, "sm") !== null)), resumed: false };
}

async function openStream(frames: Frames, domain: string): Promise<Element> {
  frames.write(el("open", { xmlns: ns.framing, to: domain, version: "1.0" }));
  let frame = await frames.next();
  if (frame.localName === "open") frame = await frames.next();
  if (frame.localName !== "features") throw new StreamFailure("no-features");
  return frame;
}

async function logIn(frames: Frames, token: string): Promise<void> {
  // The token says whose it is; what the address of that user is, we hear when it is bound.
  const bearer = new TextEncoder().encode(`n,,\x01auth=Bearer ${token}\x01\x01`);
  frames.write(el("auth", { xmlns: ns.sasl, mechanism: "OAUTHBEARER" }, btoa(String.fromCharCode(...bearer))));
  let outcome = await frames.next();
  if (outcome.localName === "challenge") {
    frames.write(el("response", { xmlns: ns.sasl }, btoa("\x01")));
    outcome = await frames.next();
  }
  if (outcome.localName === "success") return;
  throw new StreamFailure(`sasl:${child(outcome)?.localName ?? "failure"}`, text(child(outcome, ns.sasl, "text")));
}

/** False: the server does not have the session any more. */
async function resume(frames: Frames, sm: StreamManagement): Promise<boolean> {
  frames.write(el("resume", { xmlns: ns.sm, h: String(sm.inbound), previd: sm.state!.id }));
  const answer = await frames.next();
  const h = answer.getAttribute("h");
  if (h !== null) sm.acknowledge(Number(h));
  if (answer.localName === "resumed") return true;
  sm.replace(null);
  return false;
}

async function bind(frames: Frames, sm: StreamManagement, smOffered: boolean): Promise<Session> {
  const resource = `widget-${randomId(8)}`;
  frames.write(el("iq", { xmlns: ns.client, type: "set", id: "bind" }, el("bind", { xmlns: ns.bind }, el("resource", {}, resource))));
  const answer = await frames.next();
  if (answer.getAttribute("type") !== "result") {
    throw new StreamFailure(`bind:${child(child(answer, ns.client, "error"), ns.stanzaErrors)?.localName ?? "failed"}`);
  }
  const jid = text(child(child(answer, ns.bind, "bind"), ns.bind, "jid"));
  const epoch = randomId(12);
  if (smOffered) {
    frames.write(el("enable", { xmlns: ns.sm, resume: "true", max: String(resumeMaxS) }));
    const enabled = await frames.next();
    const id = enabled.getAttribute("id");
    if (enabled.localName === "enabled" && id) sm.replace(makeSmState(id, epoch, jid));
  }
  return { epoch, jid };
}
