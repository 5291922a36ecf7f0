// The lazily loaded core: who the user is, the connection, the conversations. Loaded before the chat is opened only when there may be
// something unread: for signed-in users, and for guests who have written before.
import { Addresses } from "./chat/addresses.ts";
import { Chat } from "./chat/chat.ts";
import { namedParties } from "./chat/named.ts";
import type { Site } from "./core/api.ts";
import { ServerClock } from "./core/clock.ts";
import { isClaims } from "./core/claims.ts";
import { isFastToken } from "./core/fast.ts";
import { fetchedIdentity, givenIdentity, guestIdentity, keptIdentity, type Identity, type KeptIdentity } from "./core/identity.ts";
import { userScope, type OpenStorage } from "./core/storage.ts";
import { CredentialsError } from "./core/failures.ts";
import type { Failure } from "./loader/shell.ts";
import type { Settings } from "./loader/settings.ts";

class StillNamed extends Error {}

/** Whom the token URL names. A logout holds until that is nobody or somebody else: the page's site may still be ending its own session. */
async function namedBy(url: string, clock: ServerClock, site: string, left: Set<string>): Promise<Identity | null> {
  const identity = await fetchedIdentity(clock, url);
  if (!identity || !left.has(userScope(site, identity.claims.sub))) left.clear();
  if (identity && left.has(userScope(site, identity.claims.sub))) {
    throw new StillNamed(`${url} still names the user who has logged out. It is asked again until it answers 204, 401, or somebody else's token.`);
  }
  return identity;
}

/** The user whom the page names, where this browser kept a token of the server's that is still good. */
function keptBy({ site, user, tokenUrl }: Settings, clock: ServerClock, open: OpenStorage): KeptIdentity | null {
  if (!user) return null;
  const storage = open("local", userScope(site, user));
  const [token, claims] = [storage.get("fast", isFastToken), storage.get("claims", isClaims)];
  return token && token.expires > clock.now() && claims?.sub === user ? keptIdentity(clock, claims, tokenUrl) : null;
}

const wrongUser = (user: string): CredentialsError =>
  new CredentialsError(
    "signed-out",
    `The page names the user ${JSON.stringify(user)}, and gives no token of theirs: it needs data-token or data-token-url.`,
  );

export async function startChat(settings: Settings, site: Site, open: OpenStorage, left: Set<string>): Promise<Chat> {
  const { origin, token, tokenUrl, room, to, push, calls } = settings;
  const clock = new ServerClock();
  clock.hear(site.time, site.heardAt);
  const named = token
    ? givenIdentity(clock, token, tokenUrl)
    : (keptBy(settings, clock, open) ?? (tokenUrl ? await namedBy(tokenUrl, clock, settings.site, left) : null));
  if (settings.user && !token && named?.claims.sub !== settings.user) throw wrongUser(settings.user);
  const identity = named ?? (await guestIdentity(clock, open, origin, settings.site));
  const keepsTokens = Boolean(settings.user) && !identity.guest;
  const addresses = new Addresses(origin, site, identity, keepsTokens ? open("local", userScope(settings.site, identity.claims.sub)) : undefined);
  if (!identity.kept) await addresses.learn(namedParties({ to, room }, identity.claims)); // else the chat does, once it has a session
  const chat = new Chat({ origin, site, clock, open, addresses, identity, keepsTokens, room, to, push, calls });
  await chat.start();
  return chat;
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof StillNamed) return { kind: "leaving", text: error.message };
  if (error instanceof CredentialsError) {
    if (error.reason === "signed-out") return { kind: "signed-out", text: error.message };
    if (error.reason === "busy") return { kind: "busy", text: error.message, retryMs: error.retryAfterMs };
    if (error.reason === "refused") return { kind: "not-allowed", text: error.message };
  }
  return { kind: "unreachable", text: error instanceof Error ? error.message : undefined };
}
