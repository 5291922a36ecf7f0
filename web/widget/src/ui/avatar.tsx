// A person's picture; initials on a colour of their own while it is absent, loading, or blocked by the page's CSP. What is no person has an icon.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Conversation, Show } from "../chat/model.ts";
import { useUi } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";
import { conversationName, isFromSite } from "./names.ts";
import { hue, initials } from "./text.ts";

export interface AvatarProps {
  name: string;
  picture?: string;
  icon?: IconName;
  show?: Show;
  size?: "small" | "large";
}

export function Avatar({ name, picture, icon, show, size }: AvatarProps): JSX.Element {
  const [broken, setBroken] = useState<string>();
  const [loaded, setLoaded] = useState<string>();
  return (
    <span class={`avatar ${size ?? ""} ${icon ? "avatar-icon" : ""}`} style={{ "--hue": String(hue(name)) }} aria-hidden="true">
      {icon ? <Icon name={icon} /> : <span dir="auto">{initials(name)}</span>}
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

export function ConversationAvatar({ conversation }: { conversation: Conversation }): JSX.Element {
  const { chat, t } = useUi();
  const { jid, room } = conversation;
  const name = conversationName(chat, conversation, t);
  if (room) return <Avatar name={name} icon="hash" />;
  if (isFromSite(chat, conversation)) return <Avatar name={name} icon="bell" />;
  return <Avatar name={name} picture={chat.store.picture(jid)} show={chat.store.show(jid)} />;
}
