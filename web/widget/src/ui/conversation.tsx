// One conversation: its messages, scrolled and loaded as needed, and the composer.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Conversation, Message } from "../chat/model.ts";
import { OutgoingFiles, useAttaching, type Attaching } from "./attaching.tsx";
import { Composer } from "./composer.tsx";
import { useLatest, useNow, useUi, type Ui } from "./context.ts";
import { RoomGate } from "./gate.tsx";
import { CallRow } from "./call-line.tsx";
import { GuestName } from "./guest.tsx";
import { Icon } from "./icons.tsx";
import { makeRows, MessageGroup, type Author } from "./message.tsx";
import { conversationName, isFromSite, isMarkedGuest, personName } from "./names.ts";
import { Notice } from "./notice.tsx";
import { RoomCall } from "./room-call.tsx";
import { Stopped } from "./state.tsx";
import { uploadsOf } from "../files/uploads.ts";
import type { Chat } from "../chat/chat.ts";

const nearEdge = 48;
const loadBefore = 400;

export function ConversationView({ conversation }: { conversation: Conversation }): JSX.Element {
  const ui = useUi();
  const { chat, t, clock, isOpen } = ui;
  const { store } = chat;
  const { messages, room } = conversation;
  const name = conversationName(chat, conversation, t);
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
  const before = useRef<{ height: number; first?: Message; last?: Message; lastOwn: string }>({ height: 0, lastOwn: "" });
  const following = useRef(true);
  const latest = useLatest({ conversation, isOpen, synced });
  const attaching = useAttaching(conversation, mayWrite(chat, conversation));
  const outgoing = uploadsOf(chat).of(conversation).length > 0;

  const toEnd = (smooth = false): void => {
    const box = scroller.current;
    if (!box) return;
    following.current = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    box.scroll({ top: box.scrollHeight, behavior: smooth && !calm ? "smooth" : "auto" });
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

  const first = messages[0];
  const last = messages.at(-1);
  useLayoutEffect(() => {
    const box = scroller.current!;
    const was = before.current;
    const ownNew = last?.own && last.delivery === "pending" && last.id !== was.lastOwn;
    if (following.current || ownNew) toEnd();
    else {
      if (was.first && first?.id !== was.first.id) box.scrollTop += box.scrollHeight - was.height;
      const seen = messages.findLastIndex((m) => m.id === was.last?.id && m.author === was.last.author);
      const fresh = seen < 0 ? 0 : messages.slice(seen + 1).filter((m) => !m.own).length;
      if (fresh > 0) setNewBelow((n) => n + fresh);
    }
    before.current = { height: box.scrollHeight, first, last, lastOwn: last?.own ? last.id : was.lastOwn };
    look();
    fill();
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => following.current && toEnd());
    observer.observe(scroller.current!);
    return () => {
      observer.disconnect();
      chat.setReading(latest.current.conversation, false);
    };
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
    chat.setReading(conversation, !end);
    if (end) {
      setNewBelow(0);
      look();
    }
    fill();
  };

  const waiting = messages.length === 0 && !synced && !chat.stopped && room?.phase !== "failed" && room?.phase !== "left";
  const typing = Object.values(conversation.typing).filter((w) => w.until > now);
  const rows = makeRows(messages, dividerAfter);
  return (
    <div class="conversation" ref={attaching.place}>
      {room && <RoomCall conversation={conversation} />}
      <div class="scroll-frame">
        <div
          class="scroller"
          ref={scroller}
          onScroll={scrolled}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it by keys
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-busy={conversation.loading || waiting}
          aria-label={t(room ? "messagesIn" : "messagesWith", { name })}
        >
          {waiting ? (
            <Skeleton />
          ) : messages.length === 0 && !outgoing && chat.stopped ? (
            <Stopped alone />
          ) : messages.length === 0 && !outgoing ? (
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
                ) : row.kind === "call" ? (
                  <CallRow key={row.message.id} conversation={conversation} message={row.message} now={now} />
                ) : (
                  <MessageGroup
                    key={row.group.key}
                    ui={ui}
                    conversation={conversation}
                    author={author(ui, conversation, row.group.messages[0]!)}
                    group={row.group}
                  />
                ),
              )}
              <OutgoingFiles conversation={conversation} />
            </ol>
          )}
          {typing.length > 0 && (
            <p class="typing">
              <span class="typing-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {typing.length === 1 ? t("typingOne", { name: personName(typing[0]!.name, t) }) : t("typingMany")}
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
      {attaching.dragging && (
        <div class="drop-here" aria-hidden="true">
          <p>
            <Icon name="clip" />
            {t("dropHere")}
          </p>
        </div>
      )}
      <Bottom
        conversation={conversation}
        attaching={attaching}
        sent={() => {
          following.current = true;
          toEnd();
        }}
      />
    </div>
  );
}

function mayWrite(chat: Chat, conversation: Conversation): boolean {
  const { room } = conversation;
  return !chat.stopped && !isFromSite(chat, conversation) && room?.phase !== "failed" && room?.phase !== "left";
}

interface BottomProps {
  conversation: Conversation;
  attaching: Attaching;
  sent(): void;
}

/** Where one writes, or why one can't. */
function Bottom({ conversation, attaching, sent }: BottomProps): JSX.Element | null {
  const { chat, t } = useUi();
  const { room, messages, jid } = conversation;
  if (chat.stopped) return messages.length > 0 ? <Stopped /> : null;
  if (isFromSite(chat, conversation)) return <p class="no-answer muted">{t("noAnswer")}</p>;
  if (room?.phase === "failed" || room?.phase === "left") return <RoomGate conversation={conversation} />;
  return (
    <>
      {chat.options.identity.guest && <GuestName conversation={conversation} />}
      <Composer key={jid} conversation={conversation} attaching={attaching} sent={sent} />
    </>
  );
}

function author({ chat, t }: Ui, conversation: Conversation, message: Message): Author {
  const { store, people } = chat;
  const { jid, room } = conversation;
  if (message.own) return { name: "", shown: "" };
  const name = store.authorName(conversation, message);
  if (!room) {
    const shown = conversationName(chat, conversation, t);
    return { name, shown, picture: store.picture(jid), icon: isFromSite(chat, conversation) ? "bell" : undefined };
  }
  const real = room.occupants[message.nick]?.jid;
  people.want(real);
  const shown = message.nick ? personName(name, t) : conversationName(chat, conversation, t);
  return { name, shown, picture: store.picture(real), guest: isMarkedGuest(real, message.nick) };
}

export function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      {[62, 44, 71, 38, 55].map((width, i) => (
        <i key={width} class={i % 3 === 2 ? "own" : ""} style={{ inlineSize: `${width}%` }} />
      ))}
    </div>
  );
}

function Empty({ conversation, name }: { conversation: Conversation; name: string }): JSX.Element {
  const { t, chat } = useUi();
  if (conversation.room) return <Notice title={t("emptyRoom")} text={t("emptyRoomHint")} />;
  if (isFromSite(chat, conversation)) return <Notice title={name} />;
  if (chat.people.isUnknown(conversation.jid)) return <Notice title={name} text={t("neverHere", { name })} />;
  return <Notice title={t("emptyPerson", { name })} text={t("emptyPersonHint", { name })} />;
}
