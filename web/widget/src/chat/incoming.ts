// What a message that came means for the conversations, and what is told back to its sender.
import { bareJid } from "../core/jid.ts";
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { randomId } from "../core/ids.ts";
import { attribute, child, el } from "../core/xml.ts";
import type { Calling } from "./calling.ts";
import type { Contacts } from "./contacts.ts";
import type { History } from "./history.ts";
import type { Messages } from "./messages.ts";
import type { Conversation } from "./model.ts";
import type { People } from "./people.ts";
import { readForwarded, readMessage, type Reading } from "./reading.ts";
import type { Sending } from "./sending.ts";
import type { Store } from "./store.ts";

export class Incoming {
  constructor(
    private readonly link: Link,
    private readonly store: Store,
    private readonly history: History,
    private readonly messages: Messages,
    private readonly sending: Sending,
    private readonly people: People,
    private readonly contacts: Contacts,
    private readonly calling: Calling,
  ) {}

  take(message: Element): void {
    if (this.history.take(message)) return;
    const carbon = child(message, ns.carbons);
    if (carbon) {
      if (bareJid(attribute(message, "from")) !== this.store.me.jid) return; // only our own server's copies (CVE-2017-5589)
      const forwarded = readForwarded(carbon);
      if (forwarded) this.apply(readMessage(forwarded.message), "carbon");
      return;
    }
    this.apply(readMessage(message), "live");
  }

  private apply(reading: Reading, from: "live" | "carbon"): void {
    if (reading.error && reading.type === "error") {
      this.calling.hear(reading, { from });
      return this.sending.refused(reading);
    }
    if (reading.invitation && reading.type !== "groupchat") this.invited(reading.invitation.room);
    const applied = this.messages.apply(reading, { from });
    if (!applied?.message) return;
    const { conversation, message, fresh } = applied;
    if (message.own) return this.sending.acknowledged(message.id);
    if (!fresh) return;
    if (!conversation.room) this.people.heard(conversation.jid);
    this.store.emit("incoming", { conversation, message });
    if (from === "live" && !conversation.room) this.answer(reading);
  }

  /** He hears that it has come, and that we are here. */
  private answer({ from, id, wantsReceipt }: Reading): void {
    this.contacts.heard(from);
    if (!wantsReceipt || !this.link.leading || !id) return;
    const received = el("received", { xmlns: ns.receipts, id });
    this.link.send(el("message", { to: from, type: "chat", id: randomId(12) }, received));
  }

  private invited(jid: string): void {
    if (!jid.includes("@") || this.store.conversations.has(jid)) return;
    const conversation: Conversation = this.store.conversation(jid, true);
    conversation.pinned = true;
    conversation.room!.phase = "left"; // joined when the user opens it
  }
}
