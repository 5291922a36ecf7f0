// The buttons of a room's call.
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Speakers, useDevices } from "../../ui/controls.tsx";
import type { SinkAudio } from "../../ui/stage.tsx";
import { CallButton } from "../../ui/views.tsx";
import type { GroupShown } from "./views.tsx";

export function GroupControls({ shown }: { shown: GroupShown }): JSX.Element {
  const { group, chat, t, g } = shown;
  const { studio, conference } = group;
  const box = useRef<HTMLDivElement>(null);
  const devices = useDevices();
  const pictures = chat.calling.mode === "video";
  const canShare = pictures && typeof navigator.mediaDevices.getDisplayMedia === "function";
  const place = (): HTMLElement | null => box.current?.closest<HTMLElement>(".call-window") ?? null;
  const canFloat = document.pictureInPictureEnabled && place()?.querySelector(".tile video") != null;
  return (
    <div class="call-controls" ref={box}>
      {studio && conference?.inside && (
        <>
          <CallButton
            icon={studio.muted ? "micOff" : "mic"}
            label={t(studio.muted ? "unmute" : "mute")}
            press={() => group.mute(!studio.muted)}
            pressed={studio.muted}
          />
          {pictures && (
            <CallButton
              icon={studio.camera ? "film" : "filmOff"}
              label={t(studio.camera ? "cameraOff" : "cameraOn")}
              press={() => void group.setCamera(!studio.camera)}
              pressed={studio.camera !== null}
            />
          )}
          {studio.camera && devices.cameras > 1 && <CallButton icon="turn" label={t("cameraSwitch")} press={() => void group.switchCamera()} />}
          {canShare && (
            <CallButton
              icon="screen"
              label={t(studio.screen ? "screenOff" : "screenOn")}
              press={() => void group.setScreen(!studio.screen)}
              pressed={studio.screen !== null}
            />
          )}
          <CallButton icon="hand" label={g(group.hand ? "handDown" : "handUp")} press={() => group.raise(!group.hand)} pressed={group.hand} />
          {canFloat && (
            <CallButton
              icon="pip"
              label={t("pip")}
              press={() =>
                void place()
                  ?.querySelector<HTMLVideoElement>(".tile video")
                  ?.requestPictureInPicture()
                  .catch(() => {})
              }
            />
          )}
          {devices.speakers.length > 1 && (
            <Speakers t={t} devices={devices.speakers} audio={() => [...(place()?.querySelectorAll<SinkAudio>("audio") ?? [])]} />
          )}
        </>
      )}
      <CallButton kind="bad" icon="hangup" label={g("leave")} press={() => group.leave()} />
    </div>
  );
}
