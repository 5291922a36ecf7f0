// One picture of a group call: a member, a screen, or the user; and what can be done with it.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "../../../ui/avatar.tsx";
import { Icon, type IconName } from "../../../ui/icons.tsx";
import { Bars } from "../../ui/window.tsx";
import type { Member } from "../conference.ts";
import type { GroupShown } from "./views.tsx";

export interface TileProps {
  id: string;
  name: string;
  /** What is written on it, where that is not the name. */
  label: string;
  picture?: string;
  stream: MediaStream | null;
  member?: Member;
  muted: boolean;
  hand: boolean;
  speaks: boolean;
  mirrored?: boolean;
  screen?: boolean;
}

interface Acts {
  shown: GroupShown;
  pinned: boolean;
  pin(): void;
  /** The user may mute and remove them. */
  moderated: boolean;
  /** Lets them speak, where the room gives them no voice. */
  silence(): void;
  remove(): void;
}

export function Tile({ tile, acts }: { tile: TileProps; acts: Acts }): JSX.Element {
  const { t, g } = acts.shown;
  const { member, name, label, stream } = tile;
  const state = member && !tile.screen && member.state !== "active" ? g(member.state, { name }) : "";
  return (
    <li class={`tile ${tile.speaks ? "tile-speaks" : ""} ${tile.screen ? "tile-screen" : ""}`} data-tile={tile.id}>
      {stream ? (
        <Picture stream={stream} mirrored={tile.mirrored} label={tile.screen ? label : t("otherPicture", { name })} />
      ) : (
        <Avatar name={name} picture={tile.picture} />
      )}
      {state && <p class="tile-state">{state}</p>}
      <p class="tile-name">
        {tile.hand && <Icon name="hand" />}
        {tile.muted && <Icon name="micOff" />}
        <bdi>{label}</bdi>
        {tile.muted && <span class="hidden">{g(member?.voiceless ? "voicelessMark" : "mutedMark")}</span>}
        {tile.hand && <span class="hidden">{g("handOf", { name })}</span>}
        {tile.speaks && <span class="hidden">{g("speaks", { name })}</span>}
        {member?.state === "active" && !tile.screen && <Bars t={t} quality={member.quality} />}
      </p>
      <div class="tile-acts">
        {acts.moderated && (
          <>
            {member?.voiceless ? (
              <TileButton icon="mic" label={g("giveVoice", { name })} press={acts.silence} />
            ) : (
              !tile.muted && <TileButton icon="micOff" label={g("silence", { name })} press={acts.silence} />
            )}
            <TileButton icon="leave" label={g("remove", { name })} press={acts.remove} />
          </>
        )}
        <TileButton
          icon={acts.pinned ? "narrow" : "wide"}
          label={g(acts.pinned ? "unpin" : "pin", { name: label })}
          press={acts.pin}
          pressed={acts.pinned}
        />
      </div>
    </li>
  );
}

function TileButton({ icon, label, press, pressed }: { icon: IconName; label: string; press(): void; pressed?: boolean }): JSX.Element {
  return (
    <button type="button" class="tile-button" aria-label={label} title={label} aria-pressed={pressed} onClick={press}>
      <Icon name={icon} />
    </button>
  );
}

function Picture({ stream, mirrored, label }: { stream: MediaStream; mirrored?: boolean; label: string }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current!;
    if (element.srcObject === stream) return;
    element.srcObject = stream;
    void element.play().catch(() => {});
  }, [stream]);
  return <video ref={video} class={mirrored ? "tile-mirrored" : ""} autoplay playsInline muted aria-label={label} />;
}
