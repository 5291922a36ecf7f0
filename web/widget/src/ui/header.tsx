// The bar on top of a view: where we are, and the ways out of it.
import type { JSX } from "preact";
import type { Conversation } from "../chat/model.ts";
import { Avatar } from "./avatar.tsx";
import { conversationName, useUi } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";

export function IconButton(props: { icon: IconName; label: string; press(): void; class?: string; expanded?: boolean }): JSX.Element {
  return (
    <button type="button" class={`icon-button ${props.class ?? ""}`} aria-label={props.label} title={props.label} aria-expanded={props.expanded} onClick={props.press}>
      <Icon name={props.icon} />
    </button>
  );
}

export function CloseButton(): JSX.Element | null {
  const { t, close } = useUi();
  return close && <IconButton icon="close" label={t("close")} press={close} />;
}

export function ListHeader(): JSX.Element {
  const { chat } = useUi();
  return (
    <header class="header">
      <h2 class="title">{chat.options.site.name}</h2>
      <CloseButton />
    </header>
  );
}

export function ConversationHeader({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t, chat, show, wide, view } = useUi();
  const { store } = chat;
  const { room, jid } = conversation;
  const name = conversationName(chat, conversation);
  const others = store.unread() - conversation.unread;
  const presence = store.show(jid);
  const here = room ? Object.keys(room.occupants).length : 0;
  const inPeople = view.name === "people";
  const subtitle = room
    ? room.phase === "joined"
      ? t("peopleCount", { n: here })
      : room.phase === "joining" || room.phase === "idle"
        ? t("joining")
        : ""
    : presence
      ? t(presence)
      : "";
  return (
    <header class="header">
      {!wide && (
        <IconButton
          icon="back"
          class="back"
          label={inPeople ? t("peopleClose") : others > 0 ? `${t("back")}, ${t("unread", { n: others })}` : t("back")}
          press={() => show(inPeople ? { name: "conversation", jid } : { name: "list" })}
        />
      )}
      {!wide && !inPeople && others > 0 && (
        <span class="count back-count" aria-hidden="true">
          {others > 99 ? "99+" : others}
        </span>
      )}
      <Avatar name={name} room={room !== null} picture={room ? undefined : store.picture(jid)} show={room ? undefined : presence} />
      <div class="headline">
        <h2 class="title">
          <bdi>{inPeople && !wide ? t("people") : name}</bdi>
        </h2>
        <p class="subtitle" title={room?.subject}>
          {room?.subject ? `${subtitle} · ${room.subject}` : subtitle}
        </p>
      </div>
      {room?.phase === "joined" && (
        <IconButton
          icon="people"
          label={inPeople ? t("peopleClose") : t("peopleShow")}
          expanded={inPeople}
          press={() => show(inPeople ? { name: "conversation", jid } : { name: "people", jid })}
        />
      )}
      <CloseButton />
    </header>
  );
}
