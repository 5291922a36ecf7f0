// Calls, as far as every page of a site with calls has them: whether they are on, and what is heard of them until their own bundle is there,
// which is loaded with the first call that is made, comes, or stands in the history.
import type { Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { child, el, type Node } from "../core/xml.ts";
import type { Origin } from "./messages.ts";
import type { Reading } from "./reading.ts";

export type CallMode = "off" | "audio" | "video";
const modes: readonly CallMode[] = ["off", "audio", "video"];
/** What the page wants of calls, and its site has. */
export function leastMode(a: CallMode, b: CallMode): CallMode {
  return modes[Math.min(modes.indexOf(a), modes.indexOf(b))]!;
}

/** The loaded bundle (src/calls). */
export interface Calls {
  /** A message of XEP-0353, ours or another's, or an error that may be the answer to one of ours. */
  hear(reading: Reading, origin: Origin): void;
  takeIq(iq: Element): void;
  /** Calls this account, or enters the call of this room. REQUIRES: the user has asked for it. */
  call(jid: string, video: boolean): void;
  /** The archive has been read up to now. */
  caughtUp(): void;
}

const rtp = "urn:xmpp:jingle:apps:rtp:";
const features = [
  ns.jingle,
  ns.jingleMessage,
  ns.muji,
  `${rtp}1`,
  `${rtp}audio`,
  "urn:xmpp:jingle:transports:ice-udp:1",
  "urn:xmpp:jingle:apps:dtls:0",
  "urn:xmpp:jingle:apps:grouping:0",
  `${rtp}rtcp-fb:0`,
  `${rtp}rtp-hdrext:0`,
  `${rtp}ssma:0`,
  "urn:ietf:rfc:5888",
  "urn:ietf:rfc:5576",
];

/** The tab that has the call holds this Web Lock. */
export const callLock = (scope: string): string => `teahouse:call:${scope}`;
export async function isInCall(scope: string): Promise<boolean> {
  return (await navigator.locks.query()).held!.some(({ name }) => name === callLock(scope));
}

export class Calling {
  readonly mode: CallMode;
  /** The room whose call this tab is in. */
  room?: string;
  private loading: Promise<Calls> | null = null;
  private calls: Calls | null = null;
  private readonly waiting: ((calls: Calls) => void)[] = [];
  private loader: (() => Promise<Calls>) | null = null;

  constructor(
    private readonly link: Link,
    readonly scope: string,
    mode: CallMode = "off",
    /** Whether this user may begin calls. */
    readonly mayBegin = true,
  ) {
    const able = typeof RTCPeerConnection === "function" && Boolean(navigator.mediaDevices) && link.shared;
    this.mode = able ? mode : "off";
  }

  /** What the client says that it can do (XEP-0030). */
  get features(): string[] {
    if (this.mode === "off") return [];
    return this.mode === "video" ? [...features, `${rtp}video`] : features;
  }

  /** REQUIRES: calls are on. Runs once, when the bundle is needed. */
  set load(loader: () => Promise<Calls>) {
    this.loader = loader;
    if (this.waiting.length > 0) this.begin();
  }

  hear(reading: Reading, origin: Origin): void {
    if (this.mode !== "off" && (reading.signal || this.calls)) this.tell((calls) => calls.hear(reading, origin));
  }

  call(jid: string, video: boolean): void {
    if (this.mode === "off") console.warn("teahouse: this site has calls switched off, or this browser can't make any.");
    else this.tell((calls) => calls.call(jid, video && this.mode === "video"));
  }

  /** A page before this one has left a call to take up again. */
  wake(): void {
    this.tell(() => {});
  }

  caughtUp(): void {
    if (this.loading) this.tell((calls) => calls.caughtUp());
  }

  /** True for what a tab of this browser answers. Without calls on this page a call may be in another tab. */
  takeIq(iq: Element, refuse: () => void): boolean {
    if (!child(iq, ns.jingle)) return false;
    if (this.mode !== "off") this.tell((calls) => calls.takeIq(iq));
    else if (!this.link.leading || !this.link.shared) return false;
    else void isInCall(this.scope).then((inCall) => inCall || refuse(), refuse);
    return true;
  }

  private tell(what: (calls: Calls) => void): void {
    if (this.calls) return what(this.calls);
    this.waiting.push(what);
    this.begin();
  }

  private begin(): void {
    if (this.loading || !this.loader) return;
    this.loading = this.loader();
    this.loading.then(
      (calls) => {
        this.calls = calls;
        for (const what of this.waiting.splice(0)) what(calls);
      },
      (error) => {
        console.error("teahouse: calls could not be loaded.", error);
        this.loading = null;
        this.waiting.length = 0;
      },
    );
  }
}

/** XEP-0115, of what requests.ts answers: its hash, which a test looks after, says nothing that disco does not. */
export const capsNode = "https://teahouse.im/widget";
const hashes: Record<CallMode, string> = { off: "", audio: "R9Ofs3MeXQpBbxWYQ3n/pO61Koo=", video: "KAsggB+MS5/A0rrRewPT8qRKubg=" };
export function makeCaps({ mode }: Calling): Node | false {
  return mode !== "off" && el("c", { xmlns: ns.caps, hash: "sha-1", node: capsNode, ver: hashes[mode] });
}
