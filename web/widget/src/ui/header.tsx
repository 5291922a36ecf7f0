// The bar on top of a view: where we are, and the ways out of it.
import type { JSX } from "preact";
import type { Chat } from "../chat/chat.ts";
import type { Conversation, Room } from "../chat/model.ts";
import type { ChatStrings } from "../strings/chat.ts";
import type { Translate } from "../strings/table.ts";
import { ConversationAvatar } from "./avatar.tsx";
import { useUi } from "./context.ts";
import { IconButton } from "./icon-button.tsx";
import { conversationName, isMarkedGuest } from "./names.ts";
import { RoomCallButtons } from "./room-call.tsx";

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
  const name = conversationName(chat, conversation, t);
  const others = store.unread() - conversation.unread;
  const inPeople = view.name === "people";
  const subtitle = chat.stopped ? "" : room ? roomState(room, t) : personState(chat, jid, t);
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
      <ConversationAvatar conversation={conversation} />
      <div class="headline">
        <h2 class="title">
          <bdi>{inPeople && !wide ? t("people") : name}</bdi>
        </h2>
        <p class="subtitle" title={room?.subject}>
          {subtitle}
          {subtitle && room?.subject && " · "}
          {room?.subject && <bdi>{room.subject}</bdi>}
        </p>
      </div>
      {chat.mayCall(conversation) && (
        <>
          <IconButton icon="phone" label={t("callVoice", { name })} press={() => chat.calling.call(jid, false)} />
          {chat.calling.mode === "video" && <IconButton icon="film" label={t("callVideo", { name })} press={() => chat.calling.call(jid, true)} />}
        </>
      )}
      <RoomCallButtons conversation={conversation} />
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

function roomState({ phase, occupants }: Room, t: Translate<ChatStrings>): string {
  if (phase === "joined") return t("peopleCount", { n: Object.keys(occupants).length });
  return phase === "joining" || phase === "idle" ? t("joining") : "";
}

function personState({ store }: Chat, jid: string, t: Translate<ChatStrings>): string {
  const presence = store.show(jid);
  return [isMarkedGuest(jid, store.personName(jid)) && t("guest"), presence && t(presence)].filter(Boolean).join(" · ");
}
