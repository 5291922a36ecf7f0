// The buttons of a call that goes on.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icons.tsx";
import { speakers, type SinkAudio } from "./stage.tsx";
import { CallButton, type Shown } from "./views.tsx";
import type { Translate } from "../../strings/table.ts";
import type { CallStrings } from "../../strings/calls.ts";

interface Devices {
  cameras: number;
  speakers: MediaDeviceInfo[];
}

/** What can be chosen from, as it is plugged in and out. */
export function useDevices(): Devices {
  const [devices, set] = useState<Devices>({ cameras: 0, speakers: [] });
  useEffect(() => {
    const media = navigator.mediaDevices;
    const look = (): void =>
      void media.enumerateDevices().then(
        (all) =>
          set({
            cameras: all.filter(({ kind }) => kind === "videoinput").length,
            speakers: all.filter(({ kind, deviceId }) => kind === "audiooutput" && deviceId !== ""),
          }),
        () => {},
      );
    look();
    media.addEventListener("devicechange", look);
    return () => media.removeEventListener("devicechange", look);
  }, []);
  return devices;
}

export function Controls({ shown }: { shown: Shown }): JSX.Element {
  const { centre, chat, t } = shown;
  const { current: call, studio } = centre;
  const box = useRef<HTMLDivElement>(null);
  const devices = useDevices();
  const element = <T extends HTMLElement>(name: string): T | null => box.current?.closest(".call-window")?.querySelector<T>(name) ?? null;
  const going = call?.taken && studio;
  const pictures = chat.calling.mode === "video";
  const canShare = pictures && typeof navigator.mediaDevices.getDisplayMedia === "function";
  const canFloat = document.pictureInPictureEnabled && element(".call-theirs:not([hidden])") !== null;
  return (
    <div class="call-controls" ref={box}>
      {going && (
        <>
          <CallButton
            icon={studio.muted ? "micOff" : "mic"}
            label={t(studio.muted ? "unmute" : "mute")}
            press={() => centre.mute(!studio.muted)}
            pressed={studio.muted}
          />
          {pictures && (
            <CallButton
              icon={studio.camera ? "film" : "filmOff"}
              label={t(studio.camera ? "cameraOff" : "cameraOn")}
              press={() => void centre.setCamera(!studio.camera)}
              pressed={studio.camera !== null}
            />
          )}
          {studio.camera && devices.cameras > 1 && <CallButton icon="turn" label={t("cameraSwitch")} press={() => void centre.switchCamera()} />}
          {canShare && (
            <CallButton
              icon="screen"
              label={t(studio.screen ? "screenOff" : "screenOn")}
              press={() => void centre.setScreen(!studio.screen)}
              pressed={studio.screen !== null}
            />
          )}
          <CallButton
            icon={studio.held ? "play" : "pause"}
            label={t(studio.held ? "unhold" : "hold")}
            press={() => centre.hold(!studio.held)}
            pressed={studio.held}
          />
          {canFloat && (
            <CallButton
              icon="pip"
              label={t("pip")}
              press={() =>
                void element<HTMLVideoElement>(".call-theirs")
                  ?.requestPictureInPicture()
                  .catch(() => {})
              }
            />
          )}
          {devices.speakers.length > 1 && (
            <Speakers
              t={t}
              devices={devices.speakers}
              audio={() => [...(box.current?.closest(".call-window")?.querySelectorAll<SinkAudio>("audio") ?? [])]}
            />
          )}
        </>
      )}
      <CallButton kind="bad" icon="hangup" label={t("hangUp")} press={() => centre.hangUp()} />
    </div>
  );
}

interface SpeakersProps {
  t: Translate<CallStrings>;
  devices: MediaDeviceInfo[];
  audio(): SinkAudio[];
}

/** The browser's own list, over a round button. */
export function Speakers({ t, devices, audio }: SpeakersProps): JSX.Element | null {
  const [chosen, choose] = useState(speakers.id);
  if (!("setSinkId" in HTMLMediaElement.prototype)) return null;
  return (
    <span class="call-button call-plain call-speaker">
      <Icon name="speaker" />
      <select
        aria-label={t("speaker")}
        title={t("speaker")}
        value={chosen}
        onChange={({ currentTarget }) => {
          speakers.id = currentTarget.value;
          choose(speakers.id);
          for (const element of audio()) void element.setSinkId?.(speakers.id).catch(() => {});
        }}
      >
        {devices.map(({ deviceId, label }, i) => (
          <option key={deviceId} value={deviceId === "default" ? "" : deviceId}>
            {label || t("speakerNumber", { n: i + 1 })}
          </option>
        ))}
      </select>
    </span>
  );
}
