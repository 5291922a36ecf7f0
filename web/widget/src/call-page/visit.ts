// One user's part in an arranged call: what the page is at. It opens the link, asks for the microphone before the link is used up, joins, and
// then waits for the other or calls them: whoever joins second calls, and the one who waits takes the call, as the user has said by joining.
import type { Centre } from "../calls/centre.ts";
import { DeviceError, Studio } from "../calls/media.ts";
import type { Chat } from "../chat/chat.ts";
import { Emitter } from "../core/emitter.ts";
import { join, judgeRefusal, keep, lookAt, takeLink, type Joined, type Opened, type Refusal } from "./link.ts";

export type At = "loading" | "ready" | "asking" | "joining" | "back" | "waiting" | "over" | "refused";

export interface VisitPorts {
  site: string;
  /** Begins the chat of this token; ends when its session is there. */
  start(joined: Joined): Promise<{ chat: Chat; centre: Centre }>;
}

export class CallVisit extends Emitter<{ change: void }> {
  at: At = "loading";
  opened: Opened | null = null;
  refusal: Refusal | null = null;
  device: DeviceError | null = null;
  /** The user shows themselves. */
  video = false;
  centre: Centre | null = null;
  private link = "";
  private joined: Joined | null = null;
  /** The other's call is taken without a question. */
  private awaits = false;

  constructor(private readonly ports: VisitPorts) {
    super();
  }

  /** The call goes on, over the page. */
  get isInCall(): boolean {
    const { current = null } = this.centre ?? {};
    return current !== null && !current.over && current.taken;
  }

  async open(): Promise<void> {
    this.turn("loading");
    if (typeof RTCPeerConnection !== "function" || !navigator.locks) return this.refuse({ text: "oldBrowser", passes: false });
    const kept = takeLink();
    if (!kept) return this.refuse({ text: "unknown", passes: false });
    this.link = kept.link;
    if (kept.joined) {
      this.opened = this.joined = kept.joined;
      return this.turn("back");
    }
    try {
      this.opened = await lookAt(this.ports.site, this.link);
      this.turn("ready");
    } catch (error) {
      this.refuse(judgeRefusal(error));
    }
  }

  /** REQUIRES: the user has pressed the button. */
  async enter(video: boolean): Promise<void> {
    const returns = this.at === "back";
    this.video = video;
    this.device = null;
    this.turn("asking");
    try {
      (await Studio.open(video, () => {})).close();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.device = error;
      return this.turn(returns ? "back" : "ready");
    }
    this.turn("joining");
    try {
      this.joined ??= await join(this.ports.site, this.link);
      keep({ link: this.link, joined: this.joined });
    } catch (error) {
      return this.refuse(judgeRefusal(error));
    }
    await this.begin(this.joined, returns || this.joined.is_awaited);
  }

  callAgain(): void {
    this.awaits = true;
    this.centre?.call(this.opened!.with.jid, this.video);
  }

  private async begin(joined: Joined, calls: boolean): Promise<void> {
    try {
      if (!this.centre) this.follow((await this.ports.start(joined)).centre);
    } catch {
      return this.refuse({ text: "signedOut", passes: false });
    }
    this.awaits = true;
    this.turn("waiting");
    const centre = this.centre!;
    if (!calls) this.takeIncoming();
    else if (centre.left)
      centre.rejoin(); // the other's page still has the call of the page before this one
    else centre.call(joined.with.jid, this.video);
  }

  private follow(centre: Centre): void {
    this.centre = centre;
    centre.on("change", () => {
      this.takeIncoming();
      const { current } = centre;
      const ended = current?.over && current.end?.reason !== "moved";
      if (ended && current.end!.by !== "nobody") this.awaits = false; // one whose line was lost may come back
      if (ended && this.at === "waiting" && !this.awaits) this.at = "over";
      else if (current && !current.over && this.at === "over") this.at = "waiting";
      this.emit("change", undefined);
    });
  }

  private takeIncoming(): void {
    const { centre, awaits, opened } = this;
    const call = centre?.incoming;
    if (call && awaits && !call.over && !centre.preparing && call.with === opened!.with.jid) centre.accept(this.video);
  }

  private refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.turn("refused");
  }

  private turn(at: At): void {
    this.at = at;
    this.emit("change", undefined);
  }
}
