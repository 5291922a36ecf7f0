// A voice message while it is spoken: the microphone, how loud it is, how long it has been.
import { pageNow } from "../core/clock.ts";
import { voicePrefix } from "../core/file.ts";

export type MicrophoneTrouble = "microphoneBlocked" | "microphoneMissing" | "microphoneBusy";

/** It ends by itself then. */
export const recordingMsMax = 10 * 60_000;
const bitsPerSecond = 32_000;
/** Of these the first that the browser makes. All browsers play the first, and know its length. */
const types = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/ogg;codecs=opus", ""];

export function canRecord(): boolean {
  return typeof MediaRecorder === "function" && typeof navigator.mediaDevices?.getUserMedia === "function";
}

function troubleOf(error: unknown): MicrophoneTrouble {
  const { name } = error as Error;
  if (name === "NotAllowedError" || name === "SecurityError") return "microphoneBlocked";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "microphoneMissing" : "microphoneBusy";
}

export class Recording {
  private readonly began = pageNow();
  private readonly pieces: Blob[] = [];
  private readonly stopped: Promise<void>;
  private readonly sound: AudioContext | null = null;
  private readonly analyser: AnalyserNode | null = null;

  private constructor(
    private readonly stream: MediaStream,
    private readonly recorder: MediaRecorder,
  ) {
    recorder.ondataavailable = ({ data }) => this.pieces.push(data);
    this.stopped = new Promise((resolve) => (recorder.onstop = recorder.onerror = () => resolve()));
    try {
      this.sound = new AudioContext();
      this.analyser = this.sound.createAnalyser();
      this.analyser.fftSize = 1024;
      this.sound.createMediaStreamSource(stream).connect(this.analyser);
    } catch {
      this.analyser = null; // the time is shown all the same
    }
    recorder.start();
  }

  /** Asks for the microphone; throws a MicrophoneTrouble. */
  static async start(): Promise<Recording> {
    let stream: MediaStream | undefined;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
      return new Recording(stream, new MediaRecorder(stream, { mimeType: mimeType || undefined, audioBitsPerSecond: bitsPerSecond }));
    } catch (error) {
      stream?.getTracks().forEach((track) => track.stop());
      throw troubleOf(error);
    }
  }

  get lengthMs(): number {
    return pageNow() - this.began;
  }

  /** From 0 to 1. */
  level(): number {
    if (!this.analyser) return 0;
    const samples = new Uint8Array(this.analyser.fftSize);
    this.analyser.getByteTimeDomainData(samples);
    let loudest = 0;
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample - 128));
    return Math.min(1, Math.sqrt(loudest / 128));
  }

  /** Ends it and gives what was said. */
  async finish(): Promise<{ file: File; lengthMs: number }> {
    const { lengthMs } = this;
    this.close();
    await this.stopped;
    const type = this.recorder.mimeType.split(";", 1)[0] || "audio/webm";
    const ending = { "audio/mp4": "m4a", "audio/ogg": "ogg" }[type] ?? "webm";
    const stamp = new Date().toISOString().slice(0, 19).replace(/\D/g, "");
    return { file: new File(this.pieces, `${voicePrefix}${stamp}.${ending}`, { type }), lengthMs: Math.round(lengthMs) };
  }

  /** Ends it; the microphone is free. */
  close(): void {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.stream.getTracks().forEach((track) => track.stop());
    void this.sound?.close().catch(() => {});
  }
}
