// Who may learn that the user is here.
import type { Store } from "../chat/store.ts";

/** Whether they see our presence (RFC 6121). */
export function isContact(store: Store, jid: string): boolean {
  return /^(both|from)$/.test(store.contacts.get(jid)?.subscription ?? "");
}

/** Whether a call of theirs may be answered before the user does anything: contacts, and those whom the user has written to, or called. */
export function mayKnow(store: Store, jid: string): boolean {
  return isContact(store, jid) || store.conversations.get(jid)?.messages.some(({ own }) => own) === true;
}
