// Addresses (RFC 7622) as the widget meets them: strings, split where needed, and user ids mapped to localparts (XEP-0106).

export function bareJid(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? jid : jid.slice(0, slash);
}

export function resourcepart(jid: string): string {
  const slash = jid.indexOf("/");
  return slash < 0 ? "" : jid.slice(slash + 1);
}

export function localpart(jid: string): string {
  const bare = bareJid(jid);
  const at = bare.indexOf("@");
  return at < 0 ? "" : bare.slice(0, at);
}

export function domainpart(jid: string): string {
  const bare = bareJid(jid);
  return bare.slice(bare.indexOf("@") + 1);
}

const escaped: Record<string, string> = {
  " ": "\\20",
  '"': "\\22",
  "&": "\\26",
  "'": "\\27",
  "/": "\\2f",
  ":": "\\3a",
  "<": "\\3c",
  ">": "\\3e",
  "@": "\\40",
  "\\": "\\5c",
};
const unescaped = Object.fromEntries(Object.entries(escaped).map(([character, code]) => [code, character]));
const codes = "20|22|26|27|2f|3a|3c|3e|40|5c";

/** XEP-0106: a backslash is escaped only where it would otherwise read as one of the escapes. */
export function escapeLocalpart(id: string): string {
  return id.replace(new RegExp(`\\\\(?=${codes})|[ "&'/:<>@]`, "g"), (c) => escaped[c] ?? c);
}

export function unescapeLocalpart(localpart: string): string {
  return localpart.replace(new RegExp(`\\\\(?:${codes})`, "g"), (code) => unescaped[code] ?? code);
}

/** The account of a site's user id: `sub` lower-cased and escaped, at the tenant's domain. */
export function userJid(id: string, domain: string): string {
  return `${escapeLocalpart(id.toLowerCase())}@${domain}`;
}

/** An id that can be no localpart is its bytes behind "=": "m²" is "=m=c2=b2" (src/account/user_id.h). */
function underived(localpart: string): string | undefined {
  if (!/^=(?:[a-z0-9._-]|=[0-9a-f]{2})+$/.test(localpart) || !localpart.includes("=", 1)) return undefined;
  try {
    return decodeURIComponent(localpart.slice(1).replace(/=/g, "%"));
  } catch {
    return undefined; // no UTF-8
  }
}

/** The site's user id of an account (or id of a room), as `GET /v1/users/{id}` takes it. */
export function userId(jid: string): string {
  return underived(localpart(jid)) ?? unescapeLocalpart(localpart(jid));
}
