// A person's picture; initials on a colour of their own while it is absent, loading, or blocked by the page's CSP.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Show } from "../chat/model.ts";
import { Icon } from "./icons.tsx";
import { hue, initials } from "./text.ts";

export interface AvatarProps {
  name: string;
  picture?: string;
  room?: boolean;
  show?: Show;
  size?: "small" | "large";
}

export function Avatar({ name, picture, room, show, size }: AvatarProps): JSX.Element {
  const [broken, setBroken] = useState<string>();
  const [loaded, setLoaded] = useState<string>();
  return (
    <span class={`avatar ${size ?? ""} ${room ? "avatar-room" : ""}`} style={{ "--hue": String(hue(name)) }} aria-hidden="true">
      {room ? <Icon name="hash" /> : <span>{initials(name)}</span>}
      {picture && picture !== broken && (
        <img
          src={picture}
          alt=""
          class={loaded === picture ? "loaded" : ""}
          referrerpolicy="no-referrer"
          decoding="async"
          onLoad={() => setLoaded(picture)}
          onError={() => setBroken(picture)}
        />
      )}
      {show && show !== "offline" && <i class={`dot dot-${show}`} />}
    </span>
  );
}
