// The servers that help two browsers to find each other, as the account's own host names them (XEP-0215).
import { attribute, child, children, el } from "../core/xml.ts";
import type { Link } from "../core/link.ts";

const extdisco = "urn:xmpp:extdisco:2";
const serversMax = 8;

/** Those of the answer that a browser can use. */
export function readServers(services: Element | null): RTCIceServer[] {
  const servers: RTCIceServer[] = [];
  for (const service of children(services, extdisco, "service")) {
    const [type, host, port, transport] = ["type", "host", "port", "transport"].map((name) => attribute(service, name));
    const [username, credential] = [attribute(service, "username"), attribute(service, "password")];
    if (!/^(stuns?|turns?)$/.test(type!) || !/^[A-Za-z0-9.:-]{1,255}$/.test(host!) || !/^\d{0,5}$/.test(port!)) continue;
    if (type!.startsWith("turn") && !(username && credential)) continue;
    const place = `${host!.includes(":") ? `[${host}]` : host}${port && `:${port}`}`;
    const isTurn = type!.startsWith("turn") && /^(udp|tcp)$/.test(transport!);
    servers.push({ urls: `${type}:${place}${isTurn ? `?transport=${transport}` : ""}`, ...(username && { username, credential }) });
    if (servers.length === serversMax) break;
  }
  return servers;
}

/** None where the host names none: two on one network find each other all the same. */
export async function loadServers(link: Link, domain: string): Promise<RTCIceServer[]> {
  try {
    const answer = await link.iq("get", domain, el("services", { xmlns: extdisco }));
    return readServers(child(answer, extdisco, "services"));
  } catch {
    return [];
  }
}
