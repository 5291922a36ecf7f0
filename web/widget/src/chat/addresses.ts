// The addresses of users and rooms as the page names them. Which spellings are one and the same only the server knows (PRECIS and XEP-0106
// are more than `toLowerCase`), so it is asked, except about names that are their own normal form.
import { loadAddresses, Problem, type Site } from "../core/api.ts";
import { escapeLocalpart, userJid } from "../core/jid.ts";
import { isString, listOf } from "../core/check.ts";
import type { Identity } from "../core/identity.ts";
import type { Storage } from "../core/storage.ts";

const plain = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const askedMax = 100;
const keptMax = 100;
const isPairs = listOf((value): value is [string, string] => Array.isArray(value) && value.length === 2 && value.every(isString));

/** Somebody or something the page names: "user:CORP\Bo", "room:news", or an address. */
export type Party = string;

export function userParty(id: string): Party {
  return id.includes("@") ? id : `user:${id}`;
}

export function roomParty(name: string): Party {
  return /^[^@/]+@[^@/]+/.test(name) ? name : `room:${name}`;
}

export class Addresses {
  private readonly known = new Map<Party, string>();
  private readonly refused = new Set<Party>();

  constructor(
    private readonly origin: string,
    private readonly site: Site,
    private readonly identity: Identity,
    /** Where they are kept for the next page, which may know none before it has a session. */
    private readonly storage?: Storage,
  ) {
    for (const [party, jid] of storage?.get("addresses", isPairs) ?? []) this.known.set(party, jid);
  }

  /** Undefined until the server has been asked. */
  find(party: Party): string | undefined {
    return this.known.get(party) ?? this.ownForm(party);
  }

  /** What is not known is taken as it is written. */
  jid(party: Party): string {
    return this.find(party) ?? this.asWritten(party);
  }

  /** The server has said that this can be no address; the console has said why. */
  isNone(party: Party): boolean {
    return this.refused.has(party);
  }

  /** Asks for what is not known yet. Afterwards all of it is: what could not be asked is taken as it is written. */
  async learn(parties: Party[]): Promise<void> {
    const asked = [...new Set(parties)].filter((party) => this.find(party) === undefined).slice(0, askedMax);
    if (asked.length === 0) return;
    try {
      for (const { of, jid } of await loadAddresses(this.origin, await this.identity.pass(), asked)) this.known.set(of, jid);
      this.storage?.set("addresses", [...this.known].slice(-keptMax));
    } catch (error) {
      // One that is none must not keep the others from being found.
      if (error instanceof Problem && error.status === 400) await this.sift(asked, error);
    }
    for (const party of asked) if (!this.known.has(party)) this.known.set(party, this.asWritten(party));
  }

  private async sift(asked: Party[], { message }: Problem): Promise<void> {
    if (asked.length > 1) return void (await Promise.all(asked.map((party) => this.learn([party]))));
    const [party] = asked as [Party];
    const [kind, name] = party.startsWith("room:") ? ["room", party.slice(5)] : ["user", party.replace(/^user:/, "")];
    console.error(`teahouse: ${JSON.stringify(name!.slice(0, 80))} is no ${kind}: ${message}`);
    this.refused.add(party);
  }

  private ownForm(party: Party): string | undefined {
    const name = party.slice(5);
    return (party.startsWith("user:") || party.startsWith("room:")) && plain.test(name) ? this.asWritten(party) : undefined;
  }

  private asWritten(party: Party): string {
    const { domain, rooms } = this.site;
    const name = party.slice(5);
    if (party.startsWith("user:")) return userJid(name, domain);
    if (party.startsWith("room:")) return `${escapeLocalpart(name.toLowerCase())}@${rooms}`;
    return party.split("/", 1)[0]!.toLowerCase();
  }
}
