// Names and pictures from the site's users. Asked for when something shows them, a few at a time, once a page.
import { loadUser, Problem } from "../core/api.ts";
import { bareJid, domainpart, userId } from "../core/jid.ts";
import type { Identity } from "../core/identity.ts";
import type { Store } from "./store.ts";

const requestsMax = 4;

export class People {
  private readonly asked = new Set<string>();
  private readonly unknown = new Set<string>();
  private readonly queue: string[] = [];
  private running = 0;

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
    void this.work();
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

  async load(bare: string): Promise<void> {
    this.asked.add(bare);
    const id = userId(bare);
    try {
      const user = await loadUser(this.origin, id, await this.identity.token());
      const known = this.store.people.get(bare);
      const name = user.name ?? "";
      if (known?.name === name && known.picture === user.picture) return;
      this.store.people.set(bare, { jid: bare, id, name, picture: safePicture(user.picture) });
      this.store.changed();
    } catch (error) {
      // No such user (yet): the localpart is the name until he speaks. Anything else may pass: ask again when it is shown next.
      if (error instanceof Problem && error.status === 404) {
        this.unknown.add(bare);
        this.store.changed();
      } else this.asked.delete(bare);
    }
  }

  private async work(): Promise<void> {
    if (this.running >= requestsMax) return;
    const bare = this.queue.shift();
    if (!bare) return;
    this.running++;
    await this.load(bare);
    this.running--;
    void this.work();
  }
}

export function safePicture(url: string | undefined): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined;
}
