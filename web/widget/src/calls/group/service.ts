// The service of a site that holds a room's call where it is too large to go directly between browsers (XEP-0521), as the site's own host names it.
import { domainpart, localpart } from "../../core/jid.ts";
import type { Link } from "../../core/link.ts";
import { ns } from "../../core/ns.ts";
import { attribute, child, children, el, text } from "../../core/xml.ts";
import { meshMembersMax } from "./most.ts";

const discoItems = "http://jabber.org/protocol/disco#items";
const feature = "urn:xmpp:jingle:av-conferences:0";
const limitsForm = "urn:teahouse:calls:0";
/** Services of one site that are asked what they are. */
const askedMax = 8;

export interface Service {
  /** Of the room's call. */
  jid: string;
  /** A call of so many goes directly between them. */
  direct: number;
  /** How many may take part; undefined where it does not say. */
  most: number | undefined;
}

/** What a disco#info says of it; null where it holds no calls. */
export function readService(query: Element | null, jid: string): Service | null {
  if (!children(query, ns.discoInfo, "feature").some((f) => attribute(f, "var") === feature)) return null;
  const fields = children(query, ns.dataForm, "x").flatMap((form) => children(form, ns.dataForm, "field"));
  const value = (name: string): string => text(child(fields.find((f) => attribute(f, "var") === name) ?? null, ns.dataForm, "value"));
  const ours = value("FORM_TYPE") === limitsForm;
  const read = (name: string): number | undefined => (ours && /^\d{1,6}$/.test(value(name)) ? Number(value(name)) : undefined);
  return { jid, direct: Math.min(read("direct") ?? meshMembersMax, meshMembersMax), most: read("participants") };
}

async function look(link: Link, domain: string, room: string): Promise<Service | null> {
  const query = (to: string, namespace: string): Promise<Element | null> =>
    link.iq("get", to, el("query", { xmlns: namespace })).then((answer) => child(answer, namespace, "query"));
  const hosts = children(await query(domain, discoItems), discoItems, "item").map((item) => attribute(item, "jid"));
  const rooms = domainpart(room);
  if (!hosts.includes(rooms)) return null; // a room of another site
  const others = hosts
    .filter((host) => host !== rooms && !host.includes("@"))
    .sort((a, b) => Number(b.startsWith("calls.")) - Number(a.startsWith("calls.")));
  for (const host of others.slice(0, askedMax)) {
    const info = await query(host, ns.discoInfo).catch(() => null);
    const service = readService(info, `${localpart(room)}@${host}`);
    if (service) return service;
  }
  return null;
}

/** Null where the room's site has none, or none can be found now. */
export const findService = (link: Link, domain: string, room: string): Promise<Service | null> => look(link, domain, room).catch(() => null);

/** Whether a room shows everybody's addresses to everybody. */
export async function isOpen(link: Link, room: string): Promise<boolean> {
  const answer = await link.iq("get", room, el("query", { xmlns: ns.discoInfo })).catch(() => null);
  const features = children(child(answer, ns.discoInfo, "query"), ns.discoInfo, "feature");
  return features.some((feature) => attribute(feature, "var") === "muc_nonanonymous");
}
