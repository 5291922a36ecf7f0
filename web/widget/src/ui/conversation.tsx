// One conversation: its messages, scrolled and loaded as needed, and the composer.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Conversation } from "../chat/model.ts";
import { Composer } from "./composer.tsx";
import { conversationName, useLatest, useNow, useUi } from "./context.ts";
import { GuestName } from "./guest.tsx";
import { Icon } from "./icons.tsx";
import { makeRows, MessageGroup } from "./message.tsx";
import { RoomGate } from "./gate.tsx";

const nearEdge = 48;
const loadBefore = 400;

export function ConversationView({ conversation }: { conversation: Conversation }): JSX.Element {
  const ui = useUi();
  const { chat, t, clock, isOpen } = ui;
  const { store } = chat;
  const { messages, room } = conversation;
  const name = conversationName(chat, conversation);
  const now = useNow(30_000, isOpen);
  const synced = room ? conversation.synced : store.archive.synced;
  // The line stays where it was when the user came, until he leaves.
  const dividerAfter = useMemo(
    () => (isOpen && synced && conversation.unread > 0 ? (conversation.read?.time ?? 0) : null),
    [isOpen, synced, conversation.jid],
  );
  const [atEnd, setAtEnd] = useState(true);
  const [newBelow, setNewBelow] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const before = useRef({ height: 0, first: "", count: 0, lastOwn: "" });
  const following = useRef(true);
  const latest = useLatest({ conversation, isOpen, synced });

  const toEnd = (smooth = false): void => {
    const box = scroller.current;
    if (!box) return;
    following.current = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    box.scrollTo({ top: box.scrollHeight, behavior: smooth && !calm ? "smooth" : "auto" });
  };
  const look = (): void => {
    const current = latest.current;
    if (current.isOpen && current.synced && following.current && document.visibilityState === "visible") chat.view(current.conversation);
  };

  useEffect(() => {
    chat.open(conversation);
    following.current = true;
  }, [conversation.jid, room?.phase === "idle", store.archive.synced, conversation.synced]);

  useEffect(() => {
    if (!isOpen) return;
    toEnd();
    look();
    const again = (): void => look();
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [isOpen, conversation.jid]);

  const first = messages[0]?.id ?? "";
  const last = messages.at(-1);
  useLayoutEffect(() => {
    const box = scroller.current!;
    const was = before.current;
    const ownNew = last?.own && last.delivery === "pending" && last.id !== was.lastOwn;
    if (was.first && first !== was.first && !following.current) box.scrollTop += box.scrollHeight - was.height;
    else if (following.current || ownNew) toEnd();
    else if (messages.length > was.count && last && !last.own) setNewBelow((n) => n + messages.length - was.count);
    before.current = { height: box.scrollHeight, first, count: messages.length, lastOwn: last?.own ? last.id : was.lastOwn };
    look();
    fill();
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => following.current && toEnd());
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);

  /** Older messages are wanted when the user is near the top or the page is not full. */
  const fill = (): void => {
    const box = scroller.current!;
    if (isOpen && conversation.more && !conversation.loading && messages.length > 0 && box.scrollTop < loadBefore) void chat.older(conversation);
  };
  const scrolled = (): void => {
    const box = scroller.current!;
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < nearEdge;
    following.current = end;
    setAtEnd(end);
    if (end) {
      setNewBelow(0);
      look();
    }
    fill();
  };

  const waiting = messages.length === 0 && !synced && room?.phase !== "failed" && room?.phase !== "left";
  const typing = Object.values(conversation.typing).filter((w) => w.until > now);
  const rows = makeRows(messages, dividerAfter);
  return (
    <div class="conversation">
      <div class="scroll-frame">
        <div
          class="scroller"
          ref={scroller}
          onScroll={scrolled}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-busy={conversation.loading || waiting}
          aria-label={t(room ? "messagesIn" : "messagesWith", { name })}
        >
          {waiting ? (
            <Skeleton />
          ) : messages.length === 0 ? (
            <Empty conversation={conversation} name={name} />
          ) : (
            <ol class="messages">
              <li class="top muted">{conversation.more ? conversation.loading && t("loadingOlder") : t("beginning")}</li>
              {rows.map((row) =>
                row.kind === "day" ? (
                  <li class="day" key={`day${row.at}`}>
                    <span>{clock.day(row.at, now)}</span>
                  </li>
                ) : row.kind === "unread" ? (
                  <li class="unread-line" key="unread">
                    <span>{t("newMessages")}</span>
                  </li>
                ) : (
                  <MessageGroup key={row.group.key} ui={ui} conversation={conversation} {...author(ui, conversation, row.group.messages[0]!)} group={row.group} />
                ),
              )}
            </ol>
          )}
          {typing.length > 0 && (
            <p class="typing">
              <span class="typing-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {typing.length === 1 ? t("typingOne", { name: typing[0]!.name }) : t("typingMany")}
            </p>
          )}
        </div>
        {!atEnd && (
          <button type="button" class="jump" onClick={() => toEnd(true)}>
            <Icon name="down" />
            <span>{newBelow > 0 ? t("jumpNew", { n: newBelow }) : t("jump")}</span>
          </button>
        )}
      </div>
      {room && (room.phase === "failed" || room.phase === "left") ? (
        <RoomGate conversation={conversation} />
      ) : (
        <>
          {chat.options.identity.guest && <GuestName />}
          <Composer key={conversation.jid} conversation={conversation} sent={() => toEnd()} />
        </>
      )}
    </div>
  );
}

function author({ chat }: ReturnType<typeof useUi>, conversation: Conversation, message: Conversation["messages"][number]): { name: string; picture?: string } {
  const { store, people } = chat;
  if (message.own) return { name: "" };
  if (!conversation.room) return { name: message.nick || store.personName(conversation.jid), picture: store.picture(conversation.jid) };
  const occupant = conversation.room.occupants[message.nick];
  people.want(occupant?.jid);
  return { name: message.nick || conversationName(chat, conversation), picture: store.picture(occupant?.jid) };
}

function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      {[62, 44, 71, 38, 55].map((width, i) => (
        <i key={width} class={i % 3 === 2 ? "own" : ""} style={{ inlineSize: `${width}%` }} />
      ))}
    </div>
  );
}

function Empty({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const { t } = useUi();
  return (
    <div class="empty">
      <span class="empty-picture">
        <Icon name="cup" />
      </span>
      <h3>{conversation.room ? t("emptyRoom") : t("emptyPerson", { name })}</h3>
      <p>{conversation.room ? t("emptyRoomHint") : t("emptyPersonHint", { name })}</p>
    </div>
  );
}
