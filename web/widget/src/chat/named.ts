// Users and rooms as the page, its tag and its token name them, and the conversations that these are.
import type { Site } from "../core/api.ts";
import { isString } from "../core/check.ts";
import type { Claims } from "../core/claims.ts";
import type { Identity } from "../core/identity.ts";
import type { Target } from "../loader/shell.ts";
import { type Addresses, roomParty, userParty, type Party } from "./addresses.ts";
import { limits, type Conversation } from "./model.ts";
import type { Store } from "./store.ts";

function parties({ to, room }: Target): Party[] {
  return [...(to ? [userParty(to)] : []), ...(room ? [roomParty(room)] : [])];
}

function roomsOf({ rooms }: Claims): string[] {
  return Array.isArray(rooms) ? rooms.filter(isString).slice(0, limits.roomsJoined) : [];
}

/** All that a tag and a token name. */
export function namedParties({ to, room }: Target, claims: Claims): Party[] {
  return [`user:${claims.sub}`, ...parties({ to, room }), ...roomsOf(claims).map(roomParty)];
}

export class Named {
  constructor(
    private readonly store: Store,
    private readonly addresses: Addresses,
    private readonly site: Site,
    private readonly identity: Identity,
  ) {}

  /** Whether `person` and `room` know the address of what the page asks for; else `learn` it first. */
  knows(target: Target): boolean {
    return parties(target).every((party) => this.addresses.find(party) !== undefined);
  }

  learn(target: Target): Promise<void> {
    return this.addresses.learn(parties(target));
  }

  /** The same, and what the token names. */
  learnAll(target: Target): Promise<void> {
    return this.addresses.learn(namedParties(target, this.identity.claims));
  }

  /** Without what can be nobody's name. REQUIRES: `knows(target)`. */
  usable({ to, room }: Target): Target {
    const { addresses } = this;
    return { to: to && !addresses.isNone(userParty(to)) ? to : undefined, room: room && !addresses.isNone(roomParty(room)) ? room : undefined };
  }

  person(id: string): Conversation {
    return this.store.conversation(this.addresses.jid(userParty(id)));
  }

  room(name: string): Conversation {
    const conversation = this.store.conversation(this.roomJid(name), true);
    conversation.pinned = true;
    return conversation;
  }

  /** Pins all that is named. Gives the conversation to begin with: the tag's user or room, the token's only room, the lobby where nothing is
   * named; none where the token names several rooms, or the site has no lobby. */
  pinFirst(target: Target): string | null {
    const { identity, addresses, site } = this;
    const { to, room } = this.usable(target);
    const claimed = roomsOf(identity.claims).filter((name) => !addresses.isNone(roomParty(name)));
    for (const name of claimed) this.room(name);
    if (room) this.room(room);
    if (to) this.person(to).pinned = true;
    if (to) return this.person(to).jid;
    if (room) return this.roomJid(room);
    if (claimed.length > 0) return claimed.length === 1 ? this.roomJid(claimed[0]!) : null;
    return site.lobby ? this.room(site.lobby).jid : null;
  }

  private roomJid(name: string): string {
    return this.addresses.jid(roomParty(name));
  }
}
