// Plays a voice message: a button, where it is, how long it is. One plays at a time.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { SharedFile } from "../core/file.ts";
import type { Ui } from "./context.ts";
import { lengthText } from "./length.ts";
import { Icon } from "./icons.tsx";

let playing: HTMLAudioElement | null = null;

export function VoicePlayer({ file, ui, fail }: { file: SharedFile; ui: Ui; fail(): void }): JSX.Element {
  const { t } = ui;
  const audio = useRef<HTMLAudioElement>(null);
  const [plays, setPlays] = useState(false);
  const [at, setAt] = useState(0);
  const [told, setTold] = useState(0);
  // What browsers record in WebM says nothing of its length; then the message does.
  const lengthS = told || (file.lengthMs ?? 0) / 1000;
  const toggle = (): void => {
    const player = audio.current!;
    if (!player.paused) return player.pause();
    if (playing !== player) playing?.pause();
    playing = player;
    player.play().catch((error: Error) => error.name !== "AbortError" && fail());
  };
  return (
    <div class="voice">
      <button type="button" class="voice-play" aria-label={`${t(plays ? "pause" : "play")}: ${t("voice")}`} onClick={toggle}>
        <Icon name={plays ? "pause" : "play"} />
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(lengthS, 0.1)}
        step={0.1}
        value={at}
        style={{ "--done": `${lengthS ? Math.min(100, (100 * at) / lengthS) : 0}%` }}
        aria-label={t("position")}
        aria-valuetext={`${lengthText(1000 * at)} / ${lengthText(1000 * lengthS)}`}
        onInput={({ currentTarget }) => {
          audio.current!.currentTime = Number(currentTarget.value);
          setAt(Number(currentTarget.value));
        }}
      />
      <span class="voice-time">{(plays || at > 0 || lengthS > 0) && lengthText(1000 * (plays || at > 0 ? at : lengthS))}</span>
      {/* biome-ignore lint/a11y/useMediaCaption: it is spoken, and nobody has written it down */}
      <audio
        ref={audio}
        src={file.url}
        preload="none"
        onPlay={() => setPlays(true)}
        onPause={() => setPlays(false)}
        onTimeUpdate={({ currentTarget }) => setAt(currentTarget.currentTime)}
        onDurationChange={({ currentTarget: { duration } }) => Number.isFinite(duration) && setTold(duration)}
        onEnded={() => {
          setPlays(false);
          setAt(0);
        }}
        onError={fail}
      />
    </div>
  );
}
