// A call that goes on in a room: who is in it, and the way in.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { meshMembersMax } from "../calls/group/most.ts";
import { findService } from "../calls/group/service.ts";
import type { Chat } from "../chat/chat.ts";
import type { Conversation } from "../chat/model.ts";
import { useUi } from "./context.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icons.tsx";
import { personName } from "./names.ts";

const namedMax = 4;

/** Whether the user may call in this room. */
export function mayCallIn(chat: Chat, { room }: Conversation): boolean {
  return room?.phase === "joined" && chat.calling.mode !== "off" && !chat.stopped;
}

const inCall = ({ room }: Conversation) => Object.values(room?.occupants ?? {}).filter(({ call }) => call !== undefined);

/** In the room's header, where no call goes on. */
export function RoomCallButtons({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const { chat, t } = useUi();
  const { jid } = conversation;
  if (!mayCallIn(chat, conversation) || inCall(conversation).length > 0) return null;
  return (
    <>
      <IconButton icon="phone" label={t("callRoom")} press={() => chat.calling.call(jid, false)} />
      {chat.calling.mode === "video" && <IconButton icon="film" label={t("callRoomVideo")} press={() => chat.calling.call(jid, true)} />}
    </>
  );
}

/** How many may take part, as far as is known. */
function useMost(chat: Chat, jid: string, goes: boolean): number | undefined {
  const [most, setMost] = useState<number | undefined>();
  useEffect(() => {
    let isShown = goes;
    const { link, options } = chat;
    if (goes) void findService(link, options.site.domain, jid).then((service) => isShown && setMost(service ? service.most : meshMembersMax));
    return () => {
      isShown = false;
    };
  }, [chat, jid, goes]);
  return most;
}

export function RoomCall({ conversation }: { conversation: Conversation }): JSX.Element | null {
  const { chat, t, language } = useUi();
  const { jid, room } = conversation;
  const all = inCall(conversation);
  const here = chat.calling.room === jid;
  const most = useMost(chat, jid, all.length > 0 && !here && mayCallIn(chat, conversation));
  if (!mayCallIn(chat, conversation) || all.length === 0) return null;
  const others = all.filter(({ nick }) => nick !== room!.nick);
  const names = others.slice(0, namedMax).map(({ name, nick }) => personName(name ?? nick, t));
  const more = others.length - names.length;
  const list = new Intl.ListFormat(language.locale, { type: "conjunction" }).format([...names, ...(more > 0 ? [t("callMore", { n: more })] : [])]);
  const text = here ? t("callHere") : others.length > 0 ? t("callGoing", { n: others.length, names: list }) : t("callElsewhere");
  const full = !here && most !== undefined && others.length >= most;
  return (
    <section class="room-call" aria-label={t("callRoomGoes")}>
      <Icon name="phone" />
      <p role="status">
        <bdi>{text}</bdi>
        {full && <span class="muted">{t("callFull", { n: most })}</span>}
      </p>
      {!here && !full && (
        <>
          <button type="button" class="room-join" onClick={() => chat.calling.call(jid, false)}>
            {t("callJoin")}
          </button>
          {chat.calling.mode === "video" && <IconButton icon="film" label={t("callJoinVideo")} press={() => chat.calling.call(jid, true)} />}
        </>
      )}
    </section>
  );
}
