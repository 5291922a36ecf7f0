// What of a room's call is seen: the call itself, why it is over, and that the page before this one was in one.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import type { Chat } from "../../../chat/chat.ts";
import type { Conversation } from "../../../chat/model.ts";
import type { Shell } from "../../../loader/shell.ts";
import { callStrings, type CallStrings } from "../../../strings/calls.ts";
import { groupStrings, type GroupStrings } from "../../../strings/group.ts";
import { translator, type Translate } from "../../../strings/table.ts";
import { Avatar } from "../../../ui/avatar.tsx";
import { useChanges } from "../../../ui/context.ts";
import { conversationName, personName } from "../../../ui/names.ts";
import { CallButton } from "../../ui/views.tsx";
import type { Group } from "../group.ts";
import { GroupWindow } from "./window.tsx";

export interface GroupShown {
  group: Group;
  chat: Chat;
  t: Translate<CallStrings>;
  g: Translate<GroupStrings>;
  roomName(conversation: Conversation): string;
  /** What this occupant is called. */
  nameOf(nick: string): string;
}

export function GroupViews({ group, chat, shell }: { group: Group; chat: Chat; shell: Shell }): JSX.Element {
  useChanges(useCallback((changed) => group.on("change", changed), [group]));
  useChanges(useCallback((changed) => chat.store.on("change", changed), [chat]));
  const { language } = shell;
  const shown: GroupShown = useMemo(() => {
    const [t, g] = [translator(callStrings, language), translator(groupStrings, language)];
    const nameOf = (nick: string): string => personName(group.occupant(nick)?.name ?? nick, t);
    return { group, chat, t, g, nameOf, roomName: (conversation) => conversationName(chat, conversation, g) };
  }, [group, language]);
  return (
    <div lang={language.locale}>
      {group.room && <GroupWindow key={group.room.jid} shown={shown} conversation={group.room} />}
      {group.left && !group.room && <LeftRoomCall shown={shown} />}
    </div>
  );
}

function LeftRoomCall({ shown }: { shown: GroupShown }): JSX.Element | null {
  const { group, chat, t, g, roomName } = shown;
  const conversation = chat.store.conversations.get(group.left!.room);
  if (!conversation?.room) return null;
  const name = roomName(conversation);
  const text = g("leftCall", { name });
  return (
    <section class="call-card" role="alertdialog" aria-label={text}>
      <div class="call-who">
        <Avatar name={name} icon="hash" />
        <p role="alert">
          <bdi>{text}</bdi>
        </p>
      </div>
      <div class="call-answers">
        <CallButton icon="close" label={t("close")} press={() => group.forget()} words />
        <CallButton kind="good" icon="phone" label={t("rejoin")} press={() => group.rejoin()} words />
      </div>
    </section>
  );
}
