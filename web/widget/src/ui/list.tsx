// The conversations, newest first, each with its last message and how many are unread.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { Avatar, ConversationAvatar } from "./avatar.tsx";
import { useNow, useUi } from "./context.ts";
import { fileText } from "./file-words.ts";
import { callText } from "./call-line.tsx";
import { moveAmong } from "./focus.ts";
import { conversationName, personName } from "./names.ts";
import { retractedText } from "./message.tsx";
import { Notice } from "./notice.tsx";
import { PushSwitch } from "./push.tsx";

export function ConversationList({ selected }: { selected?: string }): JSX.Element {
  const { t, chat, isOpen, mayFocus, view, wide } = useUi();
  const { store } = chat;
  const now = useNow(30_000, isOpen);
  const list = useRef<HTMLUListElement>(null);
  const all = store.list();
  const stop = all.some((c) => c.jid === selected) ? selected : all[0]?.jid;
  useEffect(() => {
    if (!isOpen || !mayFocus || view.name !== "list" || wide) return;
    list.current?.querySelector<HTMLElement>('[data-item][tabindex="0"]')?.focus();
  }, [isOpen, view.name, wide]);
  return (
    <div
      class="list"
      onScroll={({ currentTarget: box }) => {
        if (box.scrollHeight - box.scrollTop - box.clientHeight < 200) void chat.olderConversations();
      }}
    >
      {[...store.requests].map((jid) => (
        <Request key={jid} jid={jid} />
      ))}
      {all.length === 0 && store.archive.synced && <Notice title={t("emptyList")} text={t("emptyListHint")} />}
      <ul ref={list} aria-label={t("conversations")} onKeyDown={(event) => moveAmong(event, event.currentTarget)}>
        {all.map((c) => (
          <li key={c.jid}>
            <Item conversation={c} current={c.jid === selected} tabStop={c.jid === stop} now={now} />
          </li>
        ))}
      </ul>
      {chat.push?.isPossible && <PushSwitch push={chat.push} />}
    </div>
  );
}

function Item(props: { conversation: Conversation; current: boolean; tabStop: boolean; now: number }): JSX.Element {
  const { conversation, current, tabStop, now } = props;
  const { t, chat, clock, show } = useUi();
  const { people } = chat;
  const { room, jid, unread } = conversation;
  const name = conversationName(chat, conversation, t);
  const last = conversation.messages.at(-1);
  const typing = Object.values(conversation.typing).find((w) => w.until > now);
  useEffect(() => {
    if (!room) people.want(jid);
  }, [jid]);
  const who = last?.call ? "" : last?.own ? t("you") : room && last?.nick ? personName(chat.store.authorName(conversation, last), t) : "";
  const said =
    room?.phase === "left" && unread === 0
      ? t("roomLeft")
      : last
        ? `${who && `${who}: `}${last.call ? callText(last, name, now, t) : last.retracted ? retractedText(last, t) : last.file ? fileText(last.file, t) : last.body.slice(0, 120)}`
        : "";
  return (
    <button
      type="button"
      class={`item ${current ? "current" : ""} ${unread > 0 ? "has-unread" : ""}`}
      data-item
      tabIndex={tabStop ? 0 : -1}
      aria-current={current ? "true" : undefined}
      onClick={() => show({ name: "conversation", jid })}
    >
      <ConversationAvatar conversation={conversation} />
      <span class="item-text">
        <span class="item-top">
          <bdi class="item-name">{name}</bdi>
          {last && (
            <time dir="auto" dateTime={new Date(last.time).toISOString()}>
              {clock.short(last.time, now)}
            </time>
          )}
        </span>
        <span class="item-bottom">
          {typing ? (
            <span class="item-said accent">{t("typingOne", { name: personName(typing.name, t) })}</span>
          ) : (
            <bdi class="item-said">{said || (room ? t("room") : "")}</bdi>
          )}
          {unread > 0 && (
            <span class="count">
              <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
              <span class="hidden">{t("unread", { n: unread })}</span>
            </span>
          )}
        </span>
      </span>
    </button>
  );
}

function Request({ jid }: { jid: string }): JSX.Element {
  const { t, chat } = useUi();
  const name = personName(chat.store.personName(jid), t);
  return (
    <div class="request" role="group" aria-label={t("request", { name })}>
      <Avatar name={name} picture={chat.store.picture(jid)} size="small" />
      <p>{t("request", { name })}</p>
      <button type="button" class="link" onClick={() => chat.allow(jid, true)}>
        {t("allow")}
      </button>
      <button type="button" class="link" onClick={() => chat.allow(jid, false)}>
        {t("deny")}
      </button>
    </div>
  );
}
