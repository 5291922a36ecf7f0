// Names and pictures from the site's users. Asked for when something shows them, many at a time, once a page.
import { loadAddresses } from "../core/api.ts";
import { bareJid, domainpart } from "../core/jid.ts";
import type { Identity } from "../core/identity.ts";
import type { Store } from "./store.ts";

const askedMax = 50;

export class People {
  private readonly asked = new Set<string>();
  private readonly unknown = new Set<string>();
  private queue: string[] = [];
  private working = false;

  constructor(
    private readonly origin: string,
    private readonly domain: string,
    private readonly identity: Identity,
    private readonly store: Store,
  ) {}

  want(jid: string | undefined): void {
    const bare = jid ? bareJid(jid) : "";
    if (!bare || this.asked.has(bare) || domainpart(bare) !== this.domain || !bare.includes("@")) return;
    this.asked.add(bare);
    this.queue.push(bare);
    if (!this.working) void this.work();
  }

  /** Somebody spoke: if he was not known as a user before, he may be now (an account is made by its first use). */
  heard(jid: string): void {
    const bare = bareJid(jid);
    if (this.unknown.delete(bare)) this.asked.delete(bare);
    this.want(bare);
  }

  /** Nobody of this address has ever been here. */
  isUnknown(bare: string): boolean {
    return this.unknown.has(bare);
  }

  async load(...jids: string[]): Promise<void> {
    for (const jid of jids) this.asked.add(jid);
    try {
      const found = await loadAddresses(this.origin, await this.identity.token(), jids);
      for (const { jid, party, name, picture } of found) this.take(jid, party.slice("user:".length), name, safePicture(picture));
    } catch {
      for (const jid of jids) this.asked.delete(jid); // it may pass: they are asked for when they are shown next
    }
  }

  private take(jid: string, id: string, name: string | undefined, picture: string | undefined): void {
    const known = this.store.people.get(jid);
    // Nobody yet: the id is the name until they speak.
    if (name === undefined) this.unknown.add(jid);
    if (known?.id === id && known.name === (name ?? "") && known.picture === picture && name !== undefined) return;
    this.store.people.set(jid, { jid, id, name: name ?? "", picture });
    this.store.changed();
  }

  private async work(): Promise<void> {
    this.working = true;
    await null; // what is shown together is asked for together
    while (this.queue.length > 0) {
      const jids = this.queue.slice(0, askedMax);
      this.queue = this.queue.slice(askedMax);
      await this.load(...jids);
    }
    this.working = false;
  }
}

export function safePicture(url: string | undefined): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined;
}
