// Pictures and sound of a call: theirs large, or who they are; the user's own small in the corner.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { Shown } from "./views.tsx";

interface StageProps {
  shown: Shown;
  name: string;
  picture?: string;
  hidden: boolean;
}

/** Chosen by the user for this page; a browser's default at first. */
export const speakers = { id: "" };
export type SinkAudio = HTMLAudioElement & { setSinkId?(id: string): Promise<void> };

export function Stage({ shown, name, picture, hidden }: StageProps): JSX.Element {
  const { centre, t } = shown;
  const { current: call, peer, studio } = centre;
  const sound = useRef<HTMLAudioElement>(null);
  const theirs = useRef<HTMLVideoElement>(null);
  const own = useRef<HTMLVideoElement>(null);
  const stream = peer?.remote ?? null;
  const [track] = stream?.getVideoTracks() ?? [];
  const going = call !== null && !call.over && call.taken;
  const seen =
    going && track !== undefined && !track.muted && track.readyState === "live" && call.session?.muted.video !== true && !call.session?.held;
  const mine = studio?.shown ?? null;
  useEffect(() => {
    for (const element of [sound.current!, theirs.current!]) {
      if (element.srcObject === stream) continue;
      element.srcObject = stream;
      if (stream) void element.play().catch(() => {}); // it plays when something comes, or the user clicks
    }
    if (speakers.id) void (sound.current as SinkAudio).setSinkId?.(speakers.id).catch(() => {});
  }, [stream]);
  useEffect(() => {
    if (sound.current) sound.current.muted = studio?.held === true;
  }, [studio?.held]);
  useEffect(() => {
    const video = own.current;
    if (!video) return;
    video.srcObject = mine && new MediaStream([mine]);
    if (mine) void video.play().catch(() => {});
  }, [mine]);
  const muted = going && call.session?.muted.audio;
  return (
    <div class="call-stage" hidden={hidden}>
      {/* biome-ignore lint/a11y/useMediaCaption: it is spoken now */}
      <audio ref={sound} autoplay />
      <video ref={theirs} class="call-theirs" autoplay playsInline muted hidden={!seen} aria-label={t("otherPicture", { name })} />
      {!seen && (
        <div class={`call-face ${call && !call.over && !going ? "call-rings" : ""}`}>
          <Avatar name={name || "?"} picture={picture} />
        </div>
      )}
      {mine && (
        <video
          ref={own}
          class={`call-own ${studio?.screen ? "call-screen" : ""}`}
          autoplay
          playsInline
          muted
          aria-label={t(studio?.screen ? "youShare" : "ownPicture")}
        />
      )}
      <p class="call-notes" aria-live="polite">
        {muted && (
          <span>
            <Icon name="micOff" />
            {t("otherMuted", { name })}
          </span>
        )}
        {going && studio?.muted && (
          <span>
            <Icon name="micOff" />
            {t("youMuted")}
          </span>
        )}
        {going && studio?.screen && (
          <span>
            <Icon name="screen" />
            {t("youShare")}
          </span>
        )}
      </p>
    </div>
  );
}
