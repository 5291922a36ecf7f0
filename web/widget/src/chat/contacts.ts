// The roster and presence outside of rooms: who is here, who asks to see that we are.
import type { Link } from "../core/link.ts";
import { bareJid, resourcepart } from "../core/jid.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, children, el, text } from "../core/xml.ts";
import { makeCaps, type Calling } from "./calling.ts";
import type { People } from "./people.ts";
import { toShow, type Store } from "./store.ts";

const recentMax = 20;

export class Contacts {
  /** Whom we have told in this session that we are here, though they are not subscribed: accounts, and each of their resources. */
  private readonly greeted = new Set<string>();

  constructor(
    private readonly link: Link,
    private readonly store: Store,
    private readonly people: People,
    private readonly calling: Calling,
  ) {}

  /** A new session: nobody has been told anything yet, and nobody's presence is known. */
  begin(): void {
    this.greeted.clear();
    this.store.clearPresence();
  }

  async loadRoster(): Promise<void> {
    try {
      const answer = await this.link.iq("get", undefined, el("query", { xmlns: ns.roster }));
      this.store.contacts.clear();
      this.takeRoster(answer);
    } catch {
      // Without a roster there are only the conversations.
    }
  }

  /** Takes the roster, or a push of one item of it; only our own server may send that. */
  takeRoster(iq: Element): void {
    const from = bareJid(attribute(iq, "from"));
    if (from !== "" && from !== this.store.me.jid) return;
    for (const item of children(child(iq, ns.roster, "query"), ns.roster, "item")) {
      const jid = attribute(item, "jid");
      const subscription = attribute(item, "subscription");
      if (subscription === "remove") this.store.contacts.delete(jid);
      else this.store.contacts.set(jid, { jid, subscription, name: attribute(item, "name") });
    }
    this.store.changed();
  }

  takePresence(presence: Element): void {
    const from = attribute(presence, "from");
    const bare = bareJid(from);
    const type = attribute(presence, "type");
    if (bare === this.store.me.jid) return;
    if (type === "subscribe") {
      this.store.requests.add(bare);
      this.people.want(bare);
      return this.store.changed();
    }
    if (type !== "" && type !== "unavailable") return;
    this.store.setPresence(bare, resourcepart(from), toShow(type, text(child(presence, ns.client, "show"))));
    if (type === "") return this.heard(from);
    for (const jid of [from, bare]) this.greeted.delete(jid);
  }

  /** Directed presence to somebody we talk with but who is not subscribed to us, so both see that the other is here. */
  greet(jid: string): void {
    const bare = bareJid(jid);
    const subscription = this.store.contacts.get(bare)?.subscription;
    if (this.greeted.has(jid) || subscription === "from" || subscription === "both") return;
    if (bare.includes("@") && !this.store.conversations.get(bare)?.room) this.link.send(el("presence", { to: jid }, makeCaps(this.calling)));
  }

  /** He is here, at this address. If it is new to us, we are new to it. */
  heard(from: string): void {
    const known = this.store.conversations.get(bareJid(from));
    if (this.link.leading && known) this.greet(from);
  }

  /** Those we talked with last see that we are here again. */
  greetRecent(): void {
    if (!this.link.leading) return;
    for (const { jid, room } of this.store.list().slice(0, recentMax)) if (!room) this.greet(jid);
  }

  /** Whichever tab greeted. */
  takeOutgoing(presence: Element): void {
    const to = attribute(presence, "to");
    if (to && attribute(presence, "type") === "") this.greeted.add(to);
  }

  /** Answers somebody who wants to see our presence. */
  allow(jid: string, yes: boolean): void {
    this.link.send(el("presence", { to: jid, type: yes ? "subscribed" : "unsubscribed" }));
    this.store.requests.delete(jid);
    this.store.changed();
  }
}
