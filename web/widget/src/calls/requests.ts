// The requests of sessions (XEP-0166): each comes to the call that it is of, or may begin one, and is answered.
import { isInCall } from "../chat/calling.ts";
import type { Chat } from "../chat/chat.ts";
import { bareJid } from "../core/jid.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, type Node } from "../core/xml.ts";
import { writeRefusal, type Call, type Plan } from "./call.ts";
import type { Group } from "./group/group.ts";
import { BadContents, readContents } from "./jingle/xml.ts";
import { isContact } from "./known.ts";
import { Refused } from "./peer.ts";
import { isSid } from "./signal.ts";

export interface Takers {
  /** The call that goes on in this tab, and the one that rings in all. */
  current: Call | null;
  incoming: Call | null;
  /** Calls of rooms, once there was one. */
  group: Group | null;
  /** Is given what a contact begins without a proposal. */
  begin: (plan: Plan) => void;
}

export function takeRequest(iq: Element, { link, store, calling }: Chat, { current, incoming, group, begin }: Takers): void {
  const jingle = child(iq, ns.jingle, "jingle");
  const [from, sid, action] = [attribute(iq, "from"), attribute(jingle, "sid"), attribute(jingle, "action")];
  if (attribute(iq, "type") !== "set") return;
  const answer = (error?: Node): void => {
    const attributes = { type: error ? "error" : "result", to: from, id: attribute(iq, "id") };
    link.send({ name: "iq", attributes, children: error ? [error] : [] });
  };
  const guarded = (what: () => boolean): boolean => {
    try {
      return what();
    } catch (error) {
      const refusal =
        error instanceof Refused
          ? writeRefusal(error.condition, error.jingle, error.message)
          : writeRefusal("bad-request", undefined, error instanceof BadContents ? error.message : "");
      answer(refusal);
      return true;
    }
  };
  const call = [current, incoming].find((each) => each?.sid === sid);
  const taken = guarded(() => {
    if (!jingle || !(call?.take(action, from, jingle) || group?.take(action, sid, from, jingle))) return false;
    answer();
    return true;
  });
  if (taken) return;
  const refuse = (): void => answer(writeRefusal("item-not-found", "unknown-session"));
  if (group?.going || (call && call === current)) return refuse();
  if (!link.leading) return;
  if (call) return refuse();
  const beginIt = (): boolean => {
    const plan = readApproach(from, sid, jingle!, isContact(store, bareJid(from)));
    answer();
    begin(plan);
    return true;
  };
  const approach = jingle && action === "session-initiate" ? (): boolean => guarded(beginIt) : refuse;
  void isInCall(calling.scope).then((elsewhere) => elsewhere || approach(), approach);
}

/** Throws Refused and BadContents. */
function readApproach(from: string, sid: string, offer: Element, known: boolean): Plan {
  if (!known || !isSid(sid)) throw new Refused("service-unavailable"); // as where nobody is
  const media = readContents(offer).contents.flatMap(({ description }) => (description ? [description.media] : []));
  if (media.length === 0) throw new Refused("feature-not-implemented", undefined, "Only calls are taken here.");
  return { sid, role: "responder", to: from, video: media.includes("video"), offer };
}
