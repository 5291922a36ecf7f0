// Tells the other side that the user is writing (XEP-0085): once when he begins, and when he stops. Not in crowded rooms.
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { randomId } from "../core/ids.ts";
import { el } from "../core/xml.ts";
import type { Conversation } from "./model.ts";

const crowdMax = 30;
const pauseMs = 8_000;

export class Typing {
  private conversation: Conversation | null = null;
  private timer = 0;

  constructor(private readonly link: Link) {}

  typed(conversation: Conversation, text: string): void {
    const { room } = conversation;
    if (text.trim() === "") return this.stop();
    if (room && (room.phase !== "joined" || Object.keys(room.occupants).length > crowdMax)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stop("paused"), pauseMs) as unknown as number;
    if (this.conversation === conversation) return;
    this.stop();
    this.timer = setTimeout(() => this.stop("paused"), pauseMs) as unknown as number;
    this.conversation = conversation;
    this.tell("composing");
  }

  stop(state: "active" | "paused" = "active"): void {
    clearTimeout(this.timer);
    this.tell(state);
    this.conversation = null;
  }

  /** The message itself says that he is done. */
  sent(): void {
    clearTimeout(this.timer);
    this.conversation = null;
  }

  private tell(state: "composing" | "active" | "paused"): void {
    if (!this.conversation) return;
    const { jid, room } = this.conversation;
    const type = room ? "groupchat" : "chat";
    this.link.send(el("message", { to: jid, type, id: randomId(12) }, el(state, { xmlns: ns.chatStates }), el("no-store", { xmlns: ns.hints })));
  }
}
