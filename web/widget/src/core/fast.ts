// The token by which this browser comes back as a user without the site's token (XEP-0484), and how it shows that it has it (HT-SHA-256-NONE:
// a page has no part in the channel that its WebSocket goes through).
//
// It is kept in the storage of the page's origin, below its user, is good with the browser's agent id alone, and never leaves the browser again.
import { hasFields, isNumber, isString } from "./check.ts";

export const mechanism = "HT-SHA-256-NONE";

export interface FastToken {
  token: string;
  /** By the server's clock, in ms. */
  expires: number;
  /** The user's localpart, as the server has it. */
  user: string;
}

export const isFastToken = hasFields<FastToken>({ token: isString, expires: isNumber, user: isString });

/** What each side says to show that it has the token. */
export interface Proof {
  user: string;
  initiator: string;
  responder: string;
}

/** Null where the browser does no cryptography (a page over plain http). */
export async function makeProof({ token, user }: FastToken): Promise<Proof | null> {
  const { subtle } = crypto;
  if (!subtle) return null;
  const encoder = new TextEncoder();
  const key = await subtle.importKey("raw", encoder.encode(token), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const [initiator, responder] = await Promise.all(
    ["Initiator", "Responder"].map(async (word) => binary(new Uint8Array(await subtle.sign("HMAC", key, encoder.encode(word))))),
  );
  return { user, initiator: initiator!, responder: responder! };
}

/** Bytes as `btoa` takes them. */
export const binary = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
