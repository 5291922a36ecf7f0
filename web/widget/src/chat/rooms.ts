// Rooms (XEP-0045): joining, who is here, leaving, and finding out after a resumption whether we are still in (XEP-0410).
import { IqError, type Link } from "../core/link.ts";
import { bareJid, resourcepart, userId } from "../core/jid.ts";
import { ns } from "../core/ns.ts";
import { randomId } from "../core/ids.ts";
import { attribute, child, children, el, text, type Node } from "../core/xml.ts";
import type { Conversation, Occupant, Room } from "./model.ts";
import { cleanName, makeNick, oneLine, refusedCharacter, writtenName } from "./nick.ts";
import { readError } from "./reading.ts";
import type { Store } from "./store.ts";

const rejoinMs = 4_000;
const conflictsMax = 9;
const refusalsMax = 9;
const answerMsMax = 15_000;

function numbered(nick: string, tries: number): string {
  return tries === 0 ? nick : `${nick} ${tries + 1}`;
}

/** Whether a room knows us by this name, perhaps with a number that tells us from others. */
function isNumbered(nick: string, name: string): boolean {
  for (let tries = 0; tries <= conflictsMax; tries++) if (numbered(name, tries).normalize() === nick.normalize()) return true;
  return false;
}

export class Rooms {
  private readonly conflicts = new Map<string, number>();
  private readonly joinTimers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Rooms that we have asked for another nick, and who waits for the answer. */
  private readonly nickChanges = new Map<string, (refusal?: string) => void>();
  /** The id of each room's last entry: by it a refusal is known, whoever it comes from. */
  private readonly entries = new Map<string, string>();
  /** Characters that the server takes in no nick, as its refusals have told. */
  private readonly refusedCharacters = new Set<string>();

  constructor(
    private readonly link: Link,
    private readonly store: Store,
    /** We are in: the archive can be asked and what waits be sent. */
    private readonly joined: (conversation: Conversation) => void,
  ) {}

  join(conversation: Conversation, password?: string): void {
    const room = conversation.room;
    if (!room || room.phase === "joined") return;
    if (password !== undefined) room.password = password;
    const tries = this.conflicts.get(conversation.jid) ?? 0;
    room.nick = numbered(this.nick(), tries);
    this.link.send(
      el(
        "presence",
        { to: `${conversation.jid}/${room.nick}`, id: `join-${randomId(12)}` },
        el("x", { xmlns: ns.muc }, el("history", { maxstanzas: "0" }), room.password !== undefined && el("password", {}, room.password)),
        this.written(),
      ),
    );
    this.store.changed();
  }

  leave(conversation: Conversation): void {
    const room = conversation.room;
    if (room?.phase === "joined") this.link.send(el("presence", { to: `${conversation.jid}/${room.nick}`, type: "unavailable" }));
    if (room) room.phase = "left";
    this.store.changed();
  }

  /**
   * Asks the rooms we are in for another nick. Where one refuses, those that agreed are asked for the old one again. Without a connection
   * nothing is asked: see `followName`.
   */
  async rename(name: string): Promise<void> {
    const agreed: [jid: string, old: string][] = [];
    for (const { jid, room } of [...this.store.conversations.values()]) {
      if (room?.phase !== "joined" || room.nick === this.nick(name)) continue;
      const old = room.nick;
      const refusal = await this.changeName(jid, name);
      if (refusal === undefined || this.link.status.phase !== "online") {
        agreed.push([jid, old]);
        continue;
      }
      for (const [other, before] of agreed) void this.changeNick(other, before);
      throw new IqError(refusal);
    }
  }

  /** Rooms that know us by a former name are asked for the present one: it changed while we were away, or another page has told it. */
  async followName(): Promise<void> {
    const name = this.nick();
    for (const { jid, room } of [...this.store.conversations.values()]) {
      if (room?.phase !== "joined") continue;
      if (isNumbered(room.nick, name)) {
        this.tellWritten(jid, room);
        continue;
      }
      for (let tries = 0; tries <= conflictsMax && name === this.nick(); tries++) {
        if ((await this.changeName(jid, this.store.me.name, tries)) !== "conflict") break;
      }
    }
  }

  /** The nick stays; the room hears how the name is written now, if that is new to it. */
  private tellWritten(jid: string, { nick, occupants }: Room): void {
    if (occupants[nick]?.name !== writtenName(nick, this.store.me.name)) this.link.send(el("presence", { to: `${jid}/${nick}` }, this.written()));
  }

  private nick(name = this.store.me.name): string {
    return makeNick(name, this.refusedCharacters) || "Guest";
  }

  /** Gives the condition with which the room refused the nick of this name, if it did. */
  private async changeName(room: string, name: string, tries = 0): Promise<string | undefined> {
    for (;;) {
      const nick = numbered(this.nick(name), tries);
      const refusal = await this.changeNick(room, nick, name);
      if (refusal !== "jid-malformed" || numbered(this.nick(name), tries) === nick) return refusal;
    }
  }

  /** The name as it is written, where the nick can't show it (XEP-0172): goes with all that shows the nick. */
  written(name = this.store.me.name): Node | false {
    const clean = cleanName(name);
    return clean !== "" && clean !== this.nick(name) && el("nick", { xmlns: ns.nick }, clean);
  }

  private changeNick(room: string, nick: string, name = this.store.me.name): Promise<string | undefined> {
    return new Promise((resolve) => {
      const settle = (refusal?: string): void => {
        clearTimeout(timer);
        this.nickChanges.delete(room);
        resolve(refusal);
      };
      const timer = setTimeout(() => settle("remote-server-timeout"), answerMsMax);
      this.nickChanges.set(room, settle);
      if (!this.link.send(el("presence", { to: `${room}/${nick}` }, this.written(name)))) settle("remote-server-timeout");
    });
  }

  /** Everything must be joined anew: the session is not the one that had joined. */
  forget(): void {
    for (const { room } of this.store.conversations.values()) {
      if (room && room.phase !== "left" && room.phase !== "failed") Object.assign(room, { phase: "idle", occupants: {} });
    }
    this.conflicts.clear();
  }

  /** XEP-0410: an error that only a stranger gets means that the room has dropped us while we were away. */
  async checkJoined(conversation: Conversation): Promise<void> {
    const room = conversation.room;
    if (room?.phase !== "joined") return;
    try {
      await this.link.iq("get", `${conversation.jid}/${room.nick}`, el("ping", { xmlns: ns.ping }));
    } catch (error) {
      const condition = error instanceof IqError ? error.condition : "";
      if (["service-unavailable", "feature-not-implemented", "item-not-found", "remote-server-timeout"].includes(condition)) return;
      this.rejoin(conversation);
    }
  }

  /** We are not in any more. On its way in already, it waits for that answer. */
  rejoin(conversation: Conversation): void {
    if (!conversation.room) return;
    conversation.synced = false;
    if (conversation.room.phase === "joining") return;
    conversation.room.phase = "idle";
    this.join(conversation);
  }

  /** A join that this or another tab sent: all wait for the same answer. */
  takeOutgoing(presence: Element): void {
    const to = attribute(presence, "to");
    if (!child(presence, ns.muc, "x")) return;
    const conversation = this.store.conversation(bareJid(to), true);
    conversation.pinned = true;
    const { room } = conversation;
    if (!room || room.phase === "joined") return;
    this.entries.set(conversation.jid, attribute(presence, "id"));
    Object.assign(room, { phase: "joining", nick: resourcepart(to), error: undefined, errorText: undefined, occupants: {} });
    clearTimeout(this.joinTimers.get(conversation.jid));
    this.joinTimers.set(
      conversation.jid,
      setTimeout(() => this.joinUnanswered(conversation.jid), answerMsMax),
    );
    this.store.changed();
  }

  private joinUnanswered(jid: string): void {
    const room = this.store.conversations.get(jid)?.room;
    if (room?.phase !== "joining" || this.link.status.phase !== "online") return; // away: it is joined anew afterwards
    Object.assign(room, { phase: "failed", error: "remote-server-timeout" });
    this.store.changed();
  }

  private entered(id: string): string | undefined {
    return [...this.entries].find(([, entry]) => entry === id)?.[0];
  }

  /** Takes a presence if it comes from a room. */
  take(presence: Element): boolean {
    const from = attribute(presence, "from");
    const type = attribute(presence, "type");
    const conversation = this.store.conversations.get((type === "error" && this.entered(attribute(presence, "id"))) || bareJid(from));
    const room = conversation?.room;
    if (!conversation || !room) return false;
    const nick = resourcepart(from);
    if (type === "error") this.refused(conversation, presence);
    else if (type === "unavailable") this.gone(conversation, nick, presence);
    else if (type === "") this.here(conversation, nick, presence);
    this.store.changed();
    return true;
  }

  private here(conversation: Conversation, nick: string, presence: Element): void {
    const room = conversation.room!;
    const x = child(presence, ns.mucUser, "x");
    const item = child(x, ns.mucUser, "item");
    const codes = statusCodes(x);
    const muji = child(presence, ns.muji);
    const occupant: Occupant = {
      nick,
      jid: attribute(item, "jid") || undefined,
      occupantId: attribute(child(presence, ns.occupantId, "occupant-id"), "id") || undefined,
      role: attribute(item, "role"),
      affiliation: attribute(item, "affiliation"),
      show: text(child(presence, ns.client, "show")),
      name: writtenName(nick, text(child(presence, ns.nick, "nick"))),
      call: muji ? String(children(muji).map((c) => attribute(c, "name") || c.localName)) : undefined,
    };
    room.occupants = { ...room.occupants, [nick]: occupant };
    if (!codes.includes("110")) return;
    room.nick = nick;
    room.occupantId = occupant.occupantId;
    if (codes.includes("201") && this.link.leading) this.acceptDefaults(conversation.jid);
    if (room.phase === "joined") return;
    room.phase = "joined";
    this.conflicts.delete(conversation.jid);
    clearTimeout(this.joinTimers.get(conversation.jid));
    void this.askName(conversation);
    this.joined(conversation);
  }

  /** The name that the room was given; one without a name answers with its id. */
  private async askName(conversation: Conversation): Promise<void> {
    const answer = await this.link.iq("get", conversation.jid, el("query", { xmlns: ns.discoInfo })).catch(() => null);
    const identity = child(child(answer, ns.discoInfo, "query"), ns.discoInfo, "identity");
    const name = attribute(identity, "name");
    if (!identity) return;
    conversation.name = name === userId(conversation.jid) ? "" : oneLine(name);
    this.store.changed();
  }

  private gone(conversation: Conversation, nick: string, presence: Element): void {
    const room = conversation.room!;
    const x = child(presence, ns.mucUser, "x");
    const codes = statusCodes(x);
    const { [nick]: _, ...others } = room.occupants;
    room.occupants = others;
    if (nick in conversation.typing) {
      const { [nick]: __, ...rest } = conversation.typing;
      conversation.typing = rest;
    }
    const own = codes.includes("110") || nick === room.nick;
    if (codes.includes("303")) {
      if (!own) return;
      room.nick = attribute(child(x, ns.mucUser, "item"), "nick") || room.nick;
      this.nickChanges.get(conversation.jid)?.();
      return;
    }
    if (!own) return;
    const destroyed = child(x, ns.mucUser, "destroy");
    const reason = text(child(destroyed ?? child(x, ns.mucUser, "item"), ns.mucUser, "reason"));
    room.occupants = {};
    room.phase = "left";
    room.errorText = oneLine(reason) || undefined;
    room.error = destroyed
      ? "destroyed"
      : codes.includes("301")
        ? "banned"
        : codes.includes("307") && !codes.includes("333")
          ? "kicked"
          : codes.includes("321") || codes.includes("322")
            ? "removed"
            : undefined;
    if (!room.error && (codes.includes("332") || codes.includes("333")) && this.link.leading) {
      setTimeout(() => room.phase === "left" && this.rejoin(conversation), rejoinMs);
    }
  }

  private refused(conversation: Conversation, presence: Element): void {
    const room = conversation.room!;
    const error = readError(presence);
    const tries = (this.conflicts.get(conversation.jid) ?? 0) + 1;
    if (error?.condition === "conflict" && room.phase === "joining" && tries <= conflictsMax) {
      if (!this.link.leading) return;
      this.conflicts.set(conversation.jid, tries);
      return this.join(conversation);
    }
    const learned = error?.condition === "jid-malformed" && this.learn(refusedCharacter(error.text));
    if (room.phase === "joined") return this.nickChanges.get(conversation.jid)?.(error?.condition ?? ""); // nothing else changes
    if (learned && room.phase === "joining") {
      if (this.link.leading) this.join(conversation);
      return;
    }
    Object.assign(room, { phase: "failed", error: error?.condition, errorText: error ? oneLine(error.text) : undefined, occupants: {} });
  }

  /** Whether a nick without this character is worth a try. */
  private learn(character: string | undefined): boolean {
    if (character === undefined || this.refusedCharacters.has(character) || this.refusedCharacters.size >= refusalsMax) return false;
    this.refusedCharacters.add(character);
    return true;
  }

  /** A room that our join made is locked until its maker accepts the defaults. */
  private acceptDefaults(room: string): void {
    const form = el("x", { xmlns: ns.dataForm, type: "submit" });
    this.link.iq("set", room, el("query", { xmlns: "http://jabber.org/protocol/muc#owner" }, form)).catch(() => {});
  }
}

function statusCodes(x: Element | null): string[] {
  return children(x, ns.mucUser, "status").map((s) => attribute(s, "code"));
}
