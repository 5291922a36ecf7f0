// A token (JWT) as pages print it, and what it says of its user.
import { hasFields, isNumber, isString, listOf, optional } from "./check.ts";

export interface Claims {
  iss?: string;
  sub: string;
  exp: number;
  name?: string;
  picture?: string;
  rooms?: string[];
}

export const isClaims = hasFields<Claims>({
  sub: isString,
  exp: isNumber,
  name: optional(isString),
  picture: optional(isString),
  rooms: optional(listOf(isString)),
});

/**
 * The token in what a page prints: alone, as {"token": "…"}, or as in a header ("Bearer …"), perhaps in quotes, with white space or line breaks
 * in it. Where there is none, what was printed.
 */
export function findToken(printed: string): string {
  const token = unwrap(printed.replace(/\s+/g, "")).replace(/^bearer/i, ""); // a byte order mark is white space too
  return token === "" || /^[\w-]+\.[\w.-]*$/.test(token) ? token : printed.trim();
}

function unwrap(printed: string): string {
  try {
    const value: unknown = JSON.parse(printed);
    const token = typeof value === "object" && value ? (value as { token?: unknown }).token : value;
    return typeof token === "string" ? token : printed;
  } catch {
    return printed.replace(/^'(.*)'$/, "$1");
  }
}

/** Reads a token's claims without checking them: the server does that. Null when it is no JWT or nobody's. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Claims;
    if (typeof claims.sub !== "string") return null;
    if (typeof claims.name !== "string") delete claims.name; // the server refuses it with a sentence
    if (typeof claims.picture !== "string") delete claims.picture;
    return claims;
  } catch {
    return null;
  }
}
