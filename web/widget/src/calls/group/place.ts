// Our place in the presences of a room's call (Muji, XEP-0272): says of us what is to be said, where the room does not show it.
import type { Occupant, Room } from "../../chat/model.ts";
import { ns } from "../../core/ns.ts";
import { el, type Node } from "../../core/xml.ts";
import { mujiText, writeMuji, type ContentName, type Marks } from "./muji.ts";

export interface PlacePorts {
  jid: string;
  room(): Room | null;
  /** Our full address. */
  me(): string;
  send(presence: Node): boolean;
  after(ms: number, run: () => void): () => void;
}

export class Place {
  /** How the room showed us when we spoke last: its answer is not there yet. */
  private spokenTo: Occupant | undefined;
  /** The room has shown us in the call. */
  private shown = false;
  private cancel: () => void = () => {};

  constructor(
    private readonly ports: PlacePorts,
    private readonly sayAgainMs: number,
    /** Nothing has come back in that time. */
    private readonly again: () => void,
  ) {}

  /** What was said last is old: the next is said at once. */
  forget(): void {
    this.spokenTo = undefined;
  }

  /** `contents` null: we prepare. `elsewhere`: another device of ours takes part in our place. `unsaid`: the server can't be told now. */
  show(room: Room, own: Occupant, contents: readonly ContentName[] | null, marks: Marks): "told" | "elsewhere" | "unsaid" {
    const isOurs = own.jid === undefined || own.jid === this.ports.me();
    if (own.call === mujiText(contents, marks) && isOurs) {
      this.shown = true;
      return "told";
    }
    if (this.shown && !isOurs && own.call !== undefined) return "elsewhere";
    if (this.spokenTo === own) return "told"; // the answer is on its way
    this.spokenTo = own;
    this.cancel();
    this.cancel = this.ports.after(this.sayAgainMs, () => {
      this.spokenTo = undefined;
      this.again();
    });
    return this.say(writeMuji(contents, marks), room) ? "told" : "unsaid";
  }

  say(muji: Node | null, room = this.ports.room()): boolean {
    if (room?.phase !== "joined") return false;
    const name = room.occupants[room.nick]?.name;
    const written = name !== undefined && el("nick", { xmlns: ns.nick }, name);
    return this.ports.send(el("presence", { to: `${this.ports.jid}/${room.nick}` }, muji, written));
  }

  close(): void {
    this.cancel();
  }
}
