// What a service that holds calls says of who is in one: RFC 4575's <conference-info/>, in which people are told by their addresses in the room.
import { bareJid, resourcepart } from "../../core/jid.ts";
import { attribute, child, children, text } from "../../core/xml.ts";

const coin = "urn:xmpp:coin:1"; // XEP-0298
export const infoNs = "urn:ietf:params:xml:ns:conference-info"; // RFC 4575
const usersMax = 1_000;

/** The nick that an address of a room as a URI (RFC 5122) names; undefined for what is none of this room. */
export function readEntity(entity: string, room: string): string | undefined {
  try {
    const jid = decodeURIComponent(entity.replace(/^xmpp:/, ""));
    return entity.startsWith("xmpp:") && bareJid(jid) === room && resourcepart(jid) ? resourcepart(jid) : undefined;
  } catch {
    return undefined; // no UTF-8
  }
}

/** Of whom a stream is that the service begins (XEP-0521). */
export function readStreamer(jingle: Element, room: string): string | undefined {
  const user = children(child(child(jingle, coin, "conference-info"), coin, "users"), coin, "user")[0];
  return readEntity(attribute(user, "entity"), room);
}

/** Nicks of those in it, and whether the room gives them no voice. */
export function readUsers(info: Element, room: string): Map<string, { voiceless: boolean }> {
  const users = new Map<string, { voiceless: boolean }>();
  for (const user of children(child(info, infoNs, "users"), infoNs, "user").slice(0, usersMax)) {
    const nick = readEntity(attribute(user, "entity"), room);
    const status = text(child(child(user, infoNs, "endpoint"), infoNs, "status"));
    if (nick) users.set(nick, { voiceless: status === "muted-via-focus" });
  }
  return users;
}
