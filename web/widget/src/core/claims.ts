// What a token (JWT) says of its user.

export interface Claims {
  iss?: string;
  sub: string;
  exp: number;
  name?: string;
  picture?: string;
  rooms?: string[];
}

/** Reads a token's claims without checking them: the server does that. Null when it is no JWT or nobody's. */
export function readClaims(token: string): Claims | null {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Claims;
    return typeof claims.sub === "string" ? claims : null;
  } catch {
    return null;
  }
}
