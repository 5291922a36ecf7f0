// Answers to the requests other entities may make of this client: what it can do, whether it lives. Everything else is politely refused.
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, el, type Node } from "../core/xml.ts";

export const features = [ns.discoInfo, ns.chatStates, ns.receipts, ns.ping, ns.markers, ns.stanzaId, ns.carbons];

export function answerRequest(link: Link, iq: Element, calls: readonly string[]): void {
  const type = attribute(iq, "type");
  if (type !== "get" && type !== "set") return;
  const answer = (...children: Node[]): void => {
    link.send({ name: "iq", attributes: { type: "result", to: attribute(iq, "from") || undefined, id: attribute(iq, "id") }, children });
  };
  const disco = child(iq, ns.discoInfo, "query");
  if (type === "set" && child(iq, ns.roster, "query")) return answer();
  if (type === "get" && child(iq, ns.ping, "ping")) return answer();
  if (type === "get" && disco) {
    const identity = el("identity", { category: "client", type: "web", name: "Teahouse" });
    const query = el(
      "query",
      { xmlns: ns.discoInfo, node: disco.getAttribute("node") ?? undefined },
      identity,
      ...[...features, ...calls].map((f) => el("feature", { var: f })),
    );
    return answer(query);
  }
  const condition = el("service-unavailable", { xmlns: ns.stanzaErrors });
  link.send(el("iq", { type: "error", to: attribute(iq, "from") || undefined, id: attribute(iq, "id") }, el("error", { type: "cancel" }, condition)));
}
