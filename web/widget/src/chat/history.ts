// The archives (XEP-0313): one of the account for all 1:1 conversations, one of each room.
//
// A conversation's messages are kept without gaps. After a new session, catching up starts at the newest archive id we know; if that takes
// more than a few pages, or the archive no longer has it, what was loaded is dropped and the newest page is loaded instead.
import { IqError, type Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, el, text } from "../core/xml.ts";
import type { Messages } from "./messages.ts";
import type { Conversation } from "./model.ts";
import { limits } from "./model.ts";
import { readForwarded, readMessage, type Reading } from "./reading.ts";
import type { Store } from "./store.ts";

interface Page {
  items: { archiveId: string; time?: number; reading: Reading }[];
  first?: string;
  last?: string;
  complete: boolean;
}

interface Query {
  room?: string;
  with?: string;
  /** Empty: the newest page. */
  before?: string;
  after?: string;
  max: number;
}

const olderPagesMax = 6;

export class History {
  private readonly queries = new Map<string, { archive: string; items: Page["items"] }>();
  private count = 0;

  constructor(
    private readonly link: Link,
    private readonly store: Store,
    private readonly messages: Messages,
  ) {}

  /** Takes a message if it is a result of one of this tab's queries, and from the archive that was asked. */
  take(message: Element): boolean {
    const result = child(message, ns.mam, "result");
    if (!result) return false;
    const query = this.queries.get(attribute(result, "queryid"));
    const from = attribute(message, "from");
    if (!query || (from !== query.archive && !(from === "" && query.archive === this.store.me.jid))) return true;
    const forwarded = readForwarded(result);
    if (forwarded) query.items.push({ archiveId: attribute(result, "id"), time: forwarded.time, reading: readMessage(forwarded.message) });
    return true;
  }

  /** Brings the 1:1 conversations up to now. */
  async syncAccount(): Promise<void> {
    const { archive } = this.store;
    archive.synced = false;
    const caughtUp = await this.catchUp(archive.newest, {}, (page) => {
      archive.newest = page.last ?? archive.newest;
    });
    if (!caughtUp) {
      for (const c of this.store.conversations.values()) if (!c.room) this.store.reset(c);
      const page = await this.page({ before: "", max: limits.listPage });
      archive.newest = page.last;
      archive.oldest = page.first;
      archive.more = !page.complete;
      this.applyPage(page, true);
      for (const c of this.store.conversations.values()) if (!c.room) c.more = archive.more;
    }
    archive.synced = true;
    archive.listed = true;
    for (const c of this.store.conversations.values()) if (!c.room) this.store.recount(c);
    this.store.changed();
  }

  /** Brings a room we are in up to now. */
  async syncRoom(conversation: Conversation): Promise<void> {
    const room = conversation.jid;
    try {
      const caughtUp = await this.catchUp(conversation.newestArchiveId, { room }, (page) => {
        conversation.newestArchiveId = page.last ?? conversation.newestArchiveId;
      });
      if (!caughtUp) {
        this.store.reset(conversation);
        const page = await this.page({ room, before: "", max: limits.historyPage });
        conversation.newestArchiveId = page.last;
        conversation.more = !page.complete;
        this.applyPage(page, true);
      }
    } catch (error) {
      if (!(error instanceof IqError) || error.condition === "remote-server-timeout") throw error;
      conversation.more = false; // this room keeps no archive for us
    }
    conversation.synced = true;
    this.store.recount(conversation);
    this.store.changed();
  }

  /** Loads the page before the oldest message shown. A page may hold nothing but receipts, so it goes on until something shows. */
  async older(conversation: Conversation): Promise<void> {
    if (conversation.loading || !conversation.more) return;
    conversation.loading = true;
    this.store.changed();
    try {
      let before = conversation.messages.find((m) => m.archiveId)?.archiveId ?? "";
      const count = conversation.messages.length;
      const target = conversation.room ? { room: conversation.jid } : { with: conversation.jid };
      for (let i = 0; i < olderPagesMax && conversation.more && conversation.messages.length < count + 10; i++) {
        const page = await this.page({ ...target, before, max: limits.historyPage });
        this.applyPage(page, true);
        conversation.more = !page.complete && page.first !== undefined;
        before = page.first ?? before;
      }
    } catch (error) {
      if (error instanceof IqError && error.condition !== "remote-server-timeout") conversation.more = false;
    } finally {
      conversation.loading = false;
      this.store.recount(conversation);
      this.store.changed();
    }
  }

  /** Finds older conversations for the list. */
  async olderList(): Promise<void> {
    const { archive } = this.store;
    if (!archive.more || !archive.synced || !archive.oldest) return;
    const known = new Set(this.store.conversations.keys());
    const page = await this.page({ before: archive.oldest, max: limits.listPage }).catch(() => null);
    if (!page) return;
    archive.oldest = page.first ?? archive.oldest;
    archive.more = !page.complete && page.first !== undefined;
    this.applyPage(page, true);
    for (const c of this.store.conversations.values()) if (!c.room && !known.has(c.jid)) c.more = true;
    this.store.changed();
  }

  private async catchUp(after: string | undefined, target: Pick<Query, "room">, advance: (page: Page) => void): Promise<boolean> {
    if (!after) return false;
    for (let i = 0; i < limits.catchUpPages; i++) {
      let page: Page;
      try {
        page = await this.page({ ...target, after, max: 100 });
      } catch (error) {
        if (error instanceof IqError && error.condition === "item-not-found") return false;
        throw error;
      }
      this.applyPage(page);
      advance(page);
      if (page.complete || !page.last) return true;
      after = page.last;
    }
    return false;
  }

  /**
   * Takes a page into the conversations. Archives may stamp to the second, so among equal times the order of the archive must be kept: a page
   * before what we have goes in backwards, each message ahead of its equals; receipts follow when the messages they speak of are there.
   */
  private applyPage({ items }: Page, earlier = false): void {
    const apply = ({ archiveId, time, reading }: Page["items"][number]): void => {
      this.messages.apply(reading, { from: "archive", archiveId, time, earlier });
    };
    if (!earlier) return items.forEach(apply);
    [...items].reverse().forEach((item) => item.reading.body && apply(item));
    items.forEach((item) => item.reading.body || apply(item));
  }

  private async page(query: Query): Promise<Page> {
    const queryid = `${this.link.tab}-h${++this.count}`;
    const archive = query.room ?? this.store.me.jid;
    const collected = { archive, items: [] as Page["items"] };
    this.queries.set(queryid, collected);
    const field = (name: string, value: string, type?: string) => el("field", { var: name, type }, el("value", {}, value));
    const form = el(
      "x",
      { xmlns: ns.dataForm, type: "submit" },
      field("FORM_TYPE", ns.mam, "hidden"),
      query.with !== undefined && field("with", query.with),
    );
    const set = el(
      "set",
      { xmlns: ns.rsm },
      el("max", {}, String(query.max)),
      query.before !== undefined && el("before", {}, ...(query.before ? [query.before] : [])),
      query.after !== undefined && el("after", {}, query.after),
    );
    try {
      const answer = await this.link.iq("set", query.room, el("query", { xmlns: ns.mam, queryid }, form, set));
      const fin = child(answer, ns.mam, "fin");
      const rsm = child(fin, ns.rsm, "set");
      return {
        items: collected.items,
        first: text(child(rsm, ns.rsm, "first")) || undefined,
        last: text(child(rsm, ns.rsm, "last")) || undefined,
        complete: attribute(fin, "complete") === "true",
      };
    } finally {
      this.queries.delete(queryid);
    }
  }
}
