// A browser's connection to one other member of a mesh: voice, camera and screen, each in a content of its own from the beginning, so that nothing
// need be agreed on later. Where the other side began with fewer contents, the screen goes in the camera's place. Or to the service that holds a
// call, which goes one way: `out` for what we send, `in` for a stream of somebody else's.
import type { PeerEvents } from "../call.ts";
import type { Role } from "../jingle/model.ts";
import type { Studio } from "../media.ts";
import type { Peer } from "../peer.ts";
import { contentNames, type ContentName } from "./muji.ts";

const kindOf = (name: ContentName): "audio" | "video" => (name === "audio" ? "audio" : "video");
export type Way = "both" | "out" | "in";

/** All pictures that we send together, so that a way out that is narrow is not filled by five. */
const bitsMax = 2_400_000;

/**
 * The names that stand as `a=mid` are replaced by others, all over the SDP. Packets would carry the browser's own, by which the other side knows
 * nothing: so that extension is not offered, and streams are told apart by their SSRCs.
 */
export function renameMids(sdp: string, names: ReadonlyMap<string, string>): string {
  const rename = (mid: string): string => names.get(mid) ?? mid;
  if (names.size === 0) return sdp;
  return sdp
    .replace(/^a=extmap:\d+(\/\w+)? urn:ietf:params:rtp-hdrext:sdes:mid\r?\n/gm, "")
    .replace(/^a=mid:(\S+)/gm, (_, mid: string) => `a=mid:${rename(mid)}`)
    .replace(/^a=group:BUNDLE (.*\S)/gm, (_, mids: string) => `a=group:BUNDLE ${mids.split(" ").map(rename).join(" ")}`);
}

export class MeshPeer implements Peer {
  private readonly pc: RTCPeerConnection;
  private readonly transceivers: Partial<Record<ContentName, RTCRtpTransceiver>> = {};
  private bits = bitsMax;
  private readonly sending = new Set<RTCRtpTransceiver>();
  private readonly streams: Partial<Record<ContentName, MediaStream>> = {};
  /** The browser's own names of what we have offered, and the contents'. */
  private readonly names = new Map<string, string>();
  private readonly mids = new Map<string, string>();

  constructor(
    iceServers: RTCIceServer[],
    private readonly studio: Studio,
    role: Role,
    contents: readonly ContentName[],
    events: PeerEvents & { changed(): void },
    private readonly way: Way = "both",
  ) {
    this.pc = new RTCPeerConnection({ iceServers, rtcpMuxPolicy: "require", bundlePolicy: "max-bundle" });
    const { pc } = this;
    pc.onicecandidate = ({ candidate }) => {
      const mid = candidate?.sdpMid ?? "";
      if (candidate?.candidate) events.candidate(this.names.get(mid) ?? mid, candidate.candidate);
    };
    pc.onconnectionstatechange = () => {
      const { connectionState: state } = pc;
      if (state === "connected" || state === "disconnected" || state === "failed") events.state(state);
    };
    pc.ontrack = ({ track, transceiver }) => {
      const name = this.nameOf(transceiver);
      if (!name) return;
      this.transceivers[name] ??= transceiver;
      this.streams[name] = new MediaStream([track]);
      for (const type of ["mute", "unmute", "ended"] as const) track.addEventListener(type, () => events.changed());
      events.changed();
    };
    if (role === "initiator") for (const name of contents) this.add(name);
  }

  /** What comes of this content now. */
  stream(name: ContentName): MediaStream | null {
    const stream = this.streams[name];
    const [track] = stream?.getTracks() ?? [];
    return stream && track?.readyState === "live" && (!track.muted || name === "audio") ? stream : null;
  }

  level(): number {
    const sources = this.transceivers.audio?.receiver.getSynchronizationSources?.() ?? [];
    return Math.max(0, ...sources.map(({ audioLevel = 0 }) => audioLevel));
  }

  /** What the studio has now goes out. */
  async send(): Promise<void> {
    for (const name of contentNames) await this.transceivers[name]?.sender.replaceTrack(this.track(name)).catch(() => {}); // it has ended
  }

  /** Pictures go to so many connections. */
  async share(peers: number): Promise<void> {
    await this.limit(Math.max(150_000, Math.round(bitsMax / Math.max(1, peers))));
  }

  /** Pictures may take so many bits a second. */
  async limit(bits: number): Promise<void> {
    this.bits = bits;
    for (const name of ["video", "screen"] as const) {
      const sender = this.transceivers[name]?.sender;
      const parameters = sender?.getParameters();
      if (!sender || !parameters?.encodings?.length) continue;
      for (const encoding of parameters.encodings) encoding.maxBitrate = bits;
      await sender.setParameters(parameters).catch(() => {});
    }
  }

  async offer(restart: boolean): Promise<string> {
    if (restart) this.pc.restartIce();
    await this.pc.setLocalDescription();
    for (const name of contentNames) {
      const mid = this.transceivers[name]?.mid;
      if (!mid || mid === name) continue;
      this.names.set(mid, name);
      this.mids.set(name, mid);
    }
    return renameMids(this.pc.localDescription!.sdp, this.names);
  }

  async answer(sdp: string): Promise<string> {
    const { pc } = this;
    await pc.setRemoteDescription({ type: "offer", sdp: renameMids(sdp, this.mids) });
    for (const transceiver of pc.getTransceivers()) {
      const name = this.nameOf(transceiver);
      if (!name || this.way !== "both" || this.sending.has(transceiver) || transceiver.direction === "stopped") continue;
      this.sending.add(transceiver);
      this.transceivers[name] = transceiver;
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams?.(this.studio.stream);
      await transceiver.sender.replaceTrack(this.track(name));
    }
    await pc.setLocalDescription();
    await this.limit(this.bits);
    return renameMids(pc.localDescription!.sdp, this.names);
  }

  async accept(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "answer", sdp: renameMids(sdp, this.mids) });
    await this.limit(this.bits);
  }

  async rollback(): Promise<void> {
    if (this.pc.signalingState === "have-local-offer") await this.pc.setLocalDescription({ type: "rollback" });
  }

  addCandidate(mid: string, candidate: string): Promise<void> {
    return this.pc.addIceCandidate({ sdpMid: this.mids.get(mid) ?? mid, candidate });
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats();
  }

  close(): void {
    this.pc.close();
  }

  private add(name: ContentName): void {
    const direction = this.way === "out" ? "sendonly" : "sendrecv";
    const transceiver = this.pc.addTransceiver(this.track(name) ?? kindOf(name), { direction, streams: [this.studio.stream] });
    this.transceivers[name] = transceiver;
    this.sending.add(transceiver);
  }

  private track(name: ContentName): MediaStreamTrack | null {
    const { studio } = this;
    if (name === "audio") return studio.track("audio");
    if (name === "screen") return studio.screen;
    return this.transceivers.screen || this.way === "out" || !studio.screen ? studio.camera : studio.screen;
  }

  /** By its name, or where others name theirs otherwise by its kind. */
  private nameOf(transceiver: RTCRtpTransceiver): ContentName | undefined {
    const known = contentNames.find((name) => this.transceivers[name] === transceiver || transceiver.mid === name);
    if (known) return known;
    const { kind } = transceiver.receiver.track;
    return contentNames.find((name) => kindOf(name) === kind && !this.transceivers[name]);
  }
}
