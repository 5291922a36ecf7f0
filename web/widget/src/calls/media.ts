// The user's sound and pictures, and how they go through the browser: microphone, camera and screen (Studio), and the RTCPeerConnection (BrowserPeer).
import type { MediaKind, Role } from "./jingle/model.ts";
import type { PeerEvents } from "./call.ts";
import type { Peer } from "./peer.ts";

export type DeviceProblem = "blocked" | "missing" | "in-use" | "insecure";
export class DeviceError extends Error {
  constructor(
    readonly problem: DeviceProblem,
    readonly media: MediaKind,
  ) {
    super(`${media} is ${problem}`);
  }
}

const problems: Record<string, DeviceProblem> = {
  NotAllowedError: "blocked",
  SecurityError: "blocked",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
export interface Size {
  width: { ideal: number };
  height: { ideal: number };
  frameRate?: { ideal: number };
}
const picture: Size = { width: { ideal: 1280 }, height: { ideal: 720 } };
/** What is shown beside others, and sent once for each of them. */
export const smallPicture: Size = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20 } };

async function openTrack(media: MediaKind, constraints: MediaTrackConstraints): Promise<MediaStreamTrack> {
  const devices = navigator.mediaDevices;
  if (!devices) throw new DeviceError("insecure", media);
  try {
    const stream = await devices.getUserMedia({ [media]: constraints });
    return stream.getTracks()[0]!;
  } catch (error) {
    throw new DeviceError(problems[(error as Error).name] ?? "in-use", media);
  }
}

/** The user's own tracks, for as long as a call goes on. */
export class Studio {
  /** Both belong together for the other side. */
  readonly stream = new MediaStream();
  muted = false;
  held = false;
  camera: MediaStreamTrack | null = null;
  screen: MediaStreamTrack | null = null;
  /** Where the tracks go. */
  out: { send(media: MediaKind): Promise<void> } | null = null;

  private constructor(
    private readonly microphone: MediaStreamTrack,
    private readonly changed: () => void,
    private readonly picture: Size,
  ) {}

  /** Asks for what is needed; a camera that can't be had ends it, unless there is none to ask for. */
  static async open(video: boolean, changed: () => void, size = picture): Promise<Studio> {
    const studio = new Studio(await openTrack("audio", sound), changed, size);
    try {
      if (video) await studio.openCamera();
    } catch (error) {
      studio.close();
      throw error;
    }
    return studio;
  }

  /** What is shown of the user. */
  get shown(): MediaStreamTrack | null {
    return this.screen ?? this.camera;
  }

  track(media: MediaKind): MediaStreamTrack | null {
    return media === "audio" ? this.microphone : this.shown;
  }

  async openCamera(constraints: MediaTrackConstraints = this.picture): Promise<void> {
    const before = this.camera;
    before?.stop(); // phones open one camera at a time
    this.camera = null;
    try {
      this.camera = await openTrack("video", constraints);
    } finally {
      await this.update();
    }
  }

  async closeCamera(): Promise<void> {
    this.camera?.stop();
    this.camera = null;
    await this.update();
  }

  /** Another of the cameras. */
  async switchCamera(): Promise<void> {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
    const { deviceId, facingMode } = this.camera?.getSettings() ?? {};
    if (facingMode) return this.openCamera({ ...this.picture, facingMode: facingMode === "user" ? "environment" : "user" });
    const next = cameras[(cameras.findIndex((camera) => camera.deviceId === deviceId) + 1) % cameras.length];
    if (next) await this.openCamera({ ...this.picture, deviceId: { exact: next.deviceId } });
  }

  /** False where the user thinks better of it. */
  async share(): Promise<boolean> {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
    const track = stream?.getVideoTracks()[0];
    if (!track) return false;
    this.screen?.stop();
    this.screen = track;
    track.addEventListener("ended", () => this.screen === track && void this.unshare());
    await this.update();
    return true;
  }

  async unshare(): Promise<void> {
    this.screen?.stop();
    this.screen = null;
    await this.update();
  }

  mute(muted: boolean): void {
    this.muted = muted;
    void this.update();
  }

  hold(held: boolean): void {
    this.held = held;
    void this.update();
  }

  close(): void {
    for (const track of [this.microphone, this.camera, this.screen]) track?.stop();
    this.camera = this.screen = this.out = null;
  }

  private async update(): Promise<void> {
    this.microphone.enabled = !this.muted && !this.held;
    for (const track of [this.camera, this.screen]) if (track) track.enabled = !this.held;
    await this.out?.send("video");
    this.changed();
  }
}

export class BrowserPeer implements Peer {
  /** What comes from the other side. */
  readonly remote = new MediaStream();
  private readonly pc: RTCPeerConnection;
  private readonly senders: Partial<Record<MediaKind, RTCRtpTransceiver>> = {};

  constructor(
    iceServers: RTCIceServer[],
    private readonly studio: Studio,
    role: Role,
    video: boolean,
    events: PeerEvents & { changed(): void },
  ) {
    this.pc = new RTCPeerConnection({ iceServers, rtcpMuxPolicy: "require" });
    const { pc } = this;
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && events.candidate(candidate.sdpMid ?? "", candidate.candidate);
    pc.onconnectionstatechange = () => {
      const { connectionState: state } = pc;
      if (state === "connected" || state === "disconnected" || state === "failed") events.state(state);
    };
    pc.ontrack = ({ track }) => {
      for (const old of this.remote.getTracks()) if (old.kind === track.kind) this.remote.removeTrack(old);
      this.remote.addTrack(track);
      for (const type of ["mute", "unmute", "ended"] as const) track.addEventListener(type, () => events.changed());
      events.changed();
    };
    studio.out = this;
    if (role === "initiator") for (const media of video ? (["audio", "video"] as const) : (["audio"] as const)) this.addMedia(media);
  }

  /** Whether pictures can go out without another agreement. */
  get sendsVideo(): boolean {
    return this.senders.video !== undefined;
  }

  addMedia(media: MediaKind): void {
    const { studio } = this;
    this.senders[media] = this.pc.addTransceiver(studio.track(media) ?? media, { direction: "sendrecv", streams: [studio.stream] });
  }

  /** What the studio has now goes out. */
  async send(media: MediaKind): Promise<void> {
    await this.senders[media]?.sender.replaceTrack(this.studio.track(media)).catch(() => {}); // the connection has ended
  }

  async offer(restart: boolean): Promise<string> {
    if (restart) this.pc.restartIce();
    await this.pc.setLocalDescription();
    return this.pc.localDescription!.sdp;
  }

  async answer(sdp: string): Promise<string> {
    const { pc, studio } = this;
    await pc.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of pc.getTransceivers()) {
      const media = transceiver.receiver.track.kind as MediaKind;
      if (this.senders[media] || transceiver.direction === "stopped") continue;
      this.senders[media] = transceiver;
      transceiver.direction = "sendrecv"; // pictures too, though there may be none yet: a camera needs no other agreement then
      transceiver.sender.setStreams?.(studio.stream);
      await transceiver.sender.replaceTrack(studio.track(media));
    }
    await pc.setLocalDescription();
    return pc.localDescription!.sdp;
  }

  accept(sdp: string): Promise<void> {
    return this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  async rollback(): Promise<void> {
    if (this.pc.signalingState !== "have-local-offer") return;
    await this.pc.setLocalDescription({ type: "rollback" });
    for (const media of ["audio", "video"] as const) {
      const transceiver = this.senders[media];
      if (transceiver?.mid !== null) continue;
      transceiver.stop();
      delete this.senders[media];
    }
  }

  addCandidate(sdpMid: string, candidate: string): Promise<void> {
    return this.pc.addIceCandidate({ sdpMid, candidate });
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats();
  }

  close(): void {
    if (this.studio.out === this) this.studio.out = null;
    this.pc.close();
  }
}
