// Who the user is and how to get a token that says so: given in the page, fetched from the page's own site, or a guest's.
import { makeGuest, Problem } from "./api.ts";
import { findToken, readClaims, type Claims } from "./claims.ts";
import { isString } from "./check.ts";
import type { ServerClock } from "./clock.ts";
import { CredentialsError } from "./failures.ts";
import type { OpenStorage, Storage } from "./storage.ts";

function mustRead(token: string, source: string): Claims {
  const claims = readClaims(token);
  if (claims) return claims;
  const looks = token ? `begins with ${JSON.stringify(token.slice(0, 16))}` : "is empty";
  throw new CredentialsError(
    "signed-out",
    `${source} is not a JWT whose "sub" is a string: the user's id, in quotes even if it is a number. It ${looks}.`,
  );
}

export interface Identity {
  readonly guest: boolean;
  /** The user is known by what this browser kept, and signs in by the server's token as long as that is good. */
  readonly kept?: boolean;
  /** The claims of the newest token. */
  readonly claims: Claims;
  /** A token that has not run out; `refresh` when the server refused the last one. */
  token(refresh?: boolean): Promise<string>;
  /** A token for calls of the server's HTTP API: the session's own where the browser came back without one of the site's. */
  pass(): Promise<string>;
  /** Takes a token of the same user that is good for longer. */
  replace(token: string): void;
}

const marginS = 60;
/** For how long the server renews the token of a guest after it ran out. */
const renewableS = 30 * 86_400;

/** `clock` is the server's: what a token's end means, only the server can say. */
function makeIdentity(clock: ServerClock, guest: boolean, first: string, renew: (old: string, refused: boolean) => Promise<string>): Identity {
  let token = first;
  let claims = mustRead(first, "The token");
  let renewing: Promise<string> | null = null;
  return {
    guest,
    get claims() {
      return claims;
    },
    pass() {
      return this.token();
    },
    async token(refresh = false) {
      if (!refresh && claims.exp - marginS > clock.now() / 1000) return token;
      renewing ??= renew(token, refresh)
        .then((next) => {
          const read = mustRead(next, "The new token");
          if (read.sub !== claims.sub) throw new CredentialsError("signed-out", "The new token is for somebody else.");
          claims = read;
          return (token = next);
        })
        .finally(() => (renewing = null));
      return renewing;
    },
    replace(next) {
      const read = readClaims(next);
      if (read?.sub === claims!.sub && read.exp > claims!.exp) [token, claims] = [next, read];
    },
  };
}

/** Null when the page's site answers that nobody is signed in (204). */
async function fetchToken(url: string): Promise<string | null> {
  const response = await fetch(url, { credentials: "same-origin", headers: { accept: "text/plain" }, cache: "no-store" });
  if (response.status === 401 || response.status === 403) throw new CredentialsError("signed-out", `${url} answered ${response.status}.`);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  if (response.status === 204) return null;
  const token = findToken(await response.text());
  mustRead(token, `What ${url} answered`);
  return token;
}

async function renewFrom(url: string): Promise<string> {
  const token = await fetchToken(url);
  if (token === null) throw new CredentialsError("signed-out", `${url} answered that nobody is signed in any more.`);
  return token;
}

/** A token written in the page, renewed from `url` if the page has one. */
export function givenIdentity(clock: ServerClock, token: string, url?: string): Identity {
  return makeIdentity(clock, false, findToken(token), async (old, refused) => {
    if (url) return renewFrom(url);
    // A token that looks old is still offered; only the server can refuse it.
    if (refused) throw new CredentialsError("signed-out", "The page's token has run out or was refused.");
    return old;
  });
}

/** Null when nobody is signed in. */
export async function fetchedIdentity(clock: ServerClock, url: string): Promise<Identity | null> {
  const token = await fetchToken(url);
  return token === null ? null : makeIdentity(clock, false, token, () => renewFrom(url));
}

export interface KeptIdentity extends Identity {
  readonly kept: true;
  /** How the session is asked for a token. */
  ask: () => Promise<string>;
}

/** The user whom the page names, and of whom this browser kept all that a session needs. `url` is asked when the server's token is refused. */
export function keptIdentity(clock: ServerClock, kept: Claims, url?: string): KeptIdentity {
  let given: Identity | null = null;
  let session: Promise<Identity> | null = null;
  const take = (token: string): Identity => {
    const next = makeIdentity(clock, false, token, () => (url ? renewFrom(url) : Promise.reject(noToken())));
    if (next.claims.sub !== kept.sub) throw new CredentialsError("signed-out", "The token is for another user than the page names.");
    return (given ??= next);
  };
  return {
    guest: false,
    kept: true,
    ask: () => Promise.reject(noToken()),
    get claims() {
      return given?.claims ?? kept;
    },
    async token(refresh) {
      if (given) return given.token(refresh);
      if (!url) throw noToken();
      return take(await renewFrom(url)).token();
    },
    async pass() {
      if (given) return given.token();
      try {
        session ??= this.ask().then((token) => makeIdentity(clock, false, token, () => this.ask()));
        return await (await session).token();
      } catch {
        session = null;
        return this.token(); // a server, or a site, that gives sessions none
      }
    },
    replace(token) {
      if (given) given.replace(token);
      else if (readClaims(token)?.sub === kept.sub) take(token);
    },
  };
}

const noToken = (): CredentialsError =>
  new CredentialsError("signed-out", "The page names its user without a token: it needs data-token or data-token-url too.");

export function guestStorage(open: OpenStorage, site: string): Storage {
  return open("local", `${site}:guest`);
}

/** One page at a time, where pages can know of each other: not where locks are refused (a sandboxed page). */
async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const start = (): Promise<T> => (begun ??= work());
  await navigator.locks?.request(name, start).catch(() => {});
  return start();
}

export async function guestIdentity(clock: ServerClock, open: OpenStorage, origin: string, site: string): Promise<Identity> {
  const storage = guestStorage(open, site);
  const renew = async (old?: string): Promise<string> => {
    try {
      const { token } = await makeGuest(origin, site, old);
      storage.set("token", token);
      return token;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 429) throw new CredentialsError("busy", error.message, Math.max(5, error.retryAfterS) * 1000);
      if (old && (error.status === 401 || error.status === 404)) {
        storage.remove("token"); // too old to renew: the next page makes a new guest
        throw new CredentialsError("signed-out", error.message);
      }
      throw new CredentialsError("refused", error.message);
    }
  };
  const known = storage.get("token", isString);
  const claims = known ? readClaims(known) : null;
  if (known && claims && claims.exp + renewableS > clock.now() / 1000) return makeIdentity(clock, true, known, renew);
  // Two pages opened at once must not become two guests.
  const make = async (): Promise<string> => storage.get("token", isString) ?? renew();
  storage.remove("token");
  return makeIdentity(clock, true, await alone(`teahouse:${site}:guest`, make), renew);
}
