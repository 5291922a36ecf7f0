// A call in the conversation: one line, made by its proposal, which says what became of it. The same signals come live, as copies of other
// devices', and from the archive, there perhaps before the proposal that they speak of.
import { bareJid } from "../core/jid.ts";
import type { Origin } from "../chat/messages.ts";
import type { CallLine, Conversation } from "../chat/model.ts";
import type { Reading } from "../chat/reading.ts";
import type { Store } from "../chat/store.ts";
import type { Signal } from "./signal.ts";

const keptMax = 200;

interface Later {
  signal: Signal;
  /** Said by us. */
  own: boolean;
  time: number;
}

export class Lines {
  /** What speaks of calls whose proposal was not read so far, by conversation and session. */
  private readonly later = new Map<string, Later[]>();

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  take(signal: Signal, reading: Reading, origin: Origin): void {
    const own = reading.from === "" || bareJid(reading.from) === this.store.me.jid;
    const jid = bareJid(own ? reading.to : reading.from);
    if (!jid || this.store.conversations.get(jid)?.room) return; // no calls with occupants of rooms
    const time = origin.time ?? reading.time ?? this.now();
    if (signal.verb === "propose") return this.propose(jid, signal, own, time, reading, origin);
    const known = this.store.conversations.get(jid);
    const said = { signal, own, time };
    if (known && find(known, signal.sid) >= 0) return this.apply(known, said);
    const key = `${jid} ${signal.sid}`;
    const kept = this.later.get(key) ?? [];
    if (kept.length < 8) this.later.set(key, [...kept, said]);
    if (this.later.size > keptMax) this.later.delete(this.later.keys().next().value!);
  }

  /** Calls that may still ring: proposed by others since this time, and neither taken nor ended. */
  open(since: number): CallLine[] {
    return [...this.store.conversations.values()].flatMap(({ messages }) =>
      messages.flatMap(({ call, own, time }) => (call?.outcome === "ringing" && !own && time >= since ? call : [])),
    );
  }

  private propose(jid: string, { sid, video }: Signal, own: boolean, time: number, reading: Reading, origin: Origin): void {
    const conversation = this.store.conversation(jid);
    const at = find(conversation, sid);
    if (at >= 0 && conversation.messages[at]!.own !== own) return; // a session's id is its maker's
    const archiveId = origin.archiveId ?? reading.stanzaIds.find(({ by }) => by === this.store.me.jid)?.id;
    const call: CallLine = { sid, video, from: reading.from, outcome: "ringing" };
    this.store.insert(conversation, { id: `call:${sid}`, archiveId, author: own ? "me" : jid, nick: "", own, time, body: "", call }, origin.earlier);
    const key = `${jid} ${sid}`;
    for (const said of this.later.get(key) ?? []) this.apply(conversation, said);
    this.later.delete(key);
    this.store.recount(conversation);
  }

  private apply(conversation: Conversation, said: Later): void {
    const at = find(conversation, said.signal.sid);
    const line = conversation.messages[at]!;
    const call = outcomeOf(line.call!, said, said.own === line.own);
    if (call === line.call) return;
    conversation.messages[at] = { ...line, call };
    this.store.recount(conversation);
    this.store.changed();
  }
}

/** `byCaller`: the word is of the side that proposed. Each side may say what is its own to say, once. */
function outcomeOf(call: CallLine, { signal: { verb, reason }, time }: Later, byCaller: boolean): CallLine {
  const { outcome, answeredAt } = call;
  if (outcome === "ringing" && verb === "retract" && byCaller) return { ...call, outcome: reason === "expired" ? "moved" : "missed" };
  if (outcome === "ringing" && verb === "reject" && !byCaller) {
    return { ...call, outcome: reason === "busy" ? "busy" : reason === "expired" ? "moved" : "declined" };
  }
  if (outcome === "ringing" && (verb === "proceed" || verb === "accept") && !byCaller) return { ...call, outcome: "answered", answeredAt: time };
  if (outcome === "answered" && verb === "finish") return { ...call, outcome: "ended", lengthMs: Math.max(0, time - (answeredAt ?? time)) };
  return call;
}

function find({ messages }: Conversation, sid: string): number {
  return messages.findIndex(({ call }) => call?.sid === sid);
}
