// Names and pictures from the site's users. Asked for when something shows them, many at a time, once a page.
import { loadAddresses } from "../core/api.ts";
import { bareJid, domainpart } from "../core/jid.ts";
import type { Identity } from "../core/identity.ts";
import type { Store } from "./store.ts";

const askedMax = 50;

export class People {
  private readonly asked = new Set<string>();
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
    if (this.asked.has(bare) || !this.isOfSite(bare)) return;
    this.asked.add(bare);
    this.queue.push(bare);
    if (!this.working) void this.work();
  }

  /** Somebody spoke: if he was not known as a user before, he may be now (an account is made by its first use). */
  heard(jid: string): void {
    const bare = bareJid(jid);
    if (this.isUnknown(bare)) this.asked.delete(bare);
    this.want(bare);
  }

  /** Nobody of this address had ever been here when the server was asked last. */
  isUnknown(bare: string): boolean {
    return this.store.people.get(bare)?.name === "";
  }

  /** Whether a message may go to this address, as far as is known. Only the site's own users are asked about; other addresses may be anybody's. */
  isReachable(bare: string): boolean {
    return !this.isOfSite(bare) || Boolean(this.store.people.get(bare)?.name);
  }

  /** Asks the server again, whatever it has said before. Where it can't be asked the address counts as somebody's. */
  async findReachable(bare: string): Promise<boolean> {
    const answered = await this.load(bare);
    return !answered || this.isReachable(bare);
  }

  /** False if they could not be asked for. */
  async load(...jids: string[]): Promise<boolean> {
    for (const jid of jids) this.asked.add(jid);
    try {
      const found = await loadAddresses(this.origin, await this.identity.pass(), jids);
      for (const { jid, party, name, picture } of found) this.take(jid, party.slice("user:".length), name ?? "", safePicture(picture));
      return true;
    } catch {
      for (const jid of jids) this.asked.delete(jid); // it may pass: they are asked for when they are shown next
      return false;
    }
  }

  private isOfSite(bare: string): boolean {
    return bare.includes("@") && domainpart(bare) === this.domain;
  }

  /** An empty name: nobody yet. The id stands for it until they speak. */
  private take(jid: string, id: string, name: string, picture: string | undefined): void {
    const known = this.store.people.get(jid);
    if (known?.id === id && known.name === name && known.picture === picture) return;
    this.store.people.set(jid, { jid, id, name, picture });
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
