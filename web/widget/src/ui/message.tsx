// Messages as they are shown: grouped by author and time, with the day between days and a line where the unread ones begin.
import { Component, type JSX } from "preact";
import type { Conversation, Message } from "../chat/model.ts";
import { limits } from "../chat/model.ts";
import { Avatar } from "./avatar.tsx";
import { useUi, type Ui } from "./context.ts";
import { messageError } from "./errors.ts";
import { FileView } from "./file.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { conversationName } from "./names.ts";
import { isLargeEmoji, linkify } from "./text.ts";
import { startOfDay } from "./time.ts";

export interface Group {
  key: string;
  messages: Message[];
}
export type Row = { kind: "day"; at: number } | { kind: "call"; message: Message } | { kind: "unread" } | { kind: "group"; group: Group };

/** `dividerAfter`: the time up to which everything had been read when the conversation was opened. */
export function makeRows(messages: Message[], dividerAfter: number | null): Row[] {
  const rows: Row[] = [];
  let group: Group | null = null;
  let day = 0;
  let divided = dividerAfter === null;
  for (const message of messages) {
    const messageDay = startOfDay(message.time);
    if (messageDay !== day) {
      rows.push({ kind: "day", at: message.time });
      day = messageDay;
      group = null;
    }
    if (!divided && !message.own && message.time > dividerAfter!) {
      rows.push({ kind: "unread" });
      divided = true;
      group = null;
    }
    if (message.call) {
      if (message.call.outcome !== "moved") rows.push({ kind: "call", message });
      group = null;
      continue;
    }
    const last = group?.messages.at(-1);
    if (!group || !last || last.author !== message.author || last.nick !== message.nick || message.time - last.time > limits.groupGapMs) {
      group = { key: message.id || message.archiveId || String(message.time), messages: [] };
      rows.push({ kind: "group", group });
    }
    group.messages.push(message);
  }
  return rows;
}

function Body({ text }: { text: string }): JSX.Element {
  return (
    <>
      {linkify(text).map((piece, i) =>
        typeof piece === "string" ? (
          piece
        ) : (
          <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {piece.text}
          </a>
        ),
      )}
    </>
  );
}

/** The words in the place of a message that was taken back. */
export function retractedText(message: Message, t: Ui["t"]): string {
  const { moderated, reason } = message.retracted!;
  if (!moderated) return t("retracted");
  return reason ? t("moderatedFor", { reason }) : t("moderated");
}

const deliveryIcons: Record<NonNullable<Message["delivery"]>, IconName> = {
  pending: "clock",
  sent: "check",
  delivered: "checks",
  seen: "checks",
  failed: "alert",
};

function Failed({ message, conversation }: { message: Message; conversation: Conversation }): JSX.Element {
  const { t, chat } = useUi();
  const why = t(messageError(message.error), { name: conversationName(chat, conversation, t) });
  return (
    <div class="failed">
      <span>{t("failed", { why })}</span>
      <button type="button" class="link" onClick={() => chat.retry(conversation, message.id)}>
        {t("retry")}
      </button>
      <button type="button" class="link" onClick={() => chat.discard(conversation, message.id)}>
        {t("discard")}
      </button>
    </div>
  );
}

/** Who wrote: `name` as its owner writes it, which gives initials and colour, and as it is shown. */
export interface Author {
  name: string;
  shown: string;
  picture?: string;
  icon?: IconName;
  guest?: boolean;
}

interface GroupProps {
  group: Group;
  conversation: Conversation;
  ui: Ui;
  author: Author;
}

/** One author's run of messages. Skips rendering while nothing in it changed. */
export class MessageGroup extends Component<GroupProps> {
  shouldComponentUpdate(next: GroupProps): boolean {
    const { group, author, ui } = this.props;
    return (
      (["shown", "picture", "guest"] as const).some((key) => next.author[key] !== author[key]) ||
      next.ui.t !== ui.t ||
      next.group.messages.length !== group.messages.length ||
      next.group.messages.some((m, i) => m !== group.messages[i])
    );
  }

  render({ group, conversation, ui, author }: GroupProps): JSX.Element {
    const { t, clock } = ui;
    const first = group.messages[0]!;
    const last = group.messages.at(-1)!;
    const { own } = first;
    const named = !own && conversation.room !== null;
    return (
      <li class={`group ${own ? "own" : "other"}`}>
        {!own && <Avatar name={author.name} picture={author.picture} icon={author.icon} size="small" />}
        <div class="stack">
          <div class={named ? "author" : "hidden"}>
            <bdi>{own ? t("you") : author.shown}</bdi>
            {author.guest && <span class="tag">{t("guest")}</span>}
          </div>
          {group.messages.map((message) => (
            <div key={message.id || message.archiveId} class={`line ${message.delivery === "failed" ? "line-failed" : ""}`}>
              {message.retracted ? (
                <div class="text text-retracted" title={clock.full(message.time)}>
                  {retractedText(message, t)}
                </div>
              ) : message.file ? (
                <>
                  <div class={message.delivery === "pending" ? "text-pending" : undefined} title={clock.full(message.time)}>
                    <FileView key={message.file.url} message={message} ui={ui} />
                  </div>
                  {message.file.caption && (
                    <div class="text">
                      <Body text={message.file.caption} />
                    </div>
                  )}
                </>
              ) : (
                <div
                  class={`text ${isLargeEmoji(message.body) ? "large" : ""} ${message.delivery === "pending" ? "text-pending" : ""}`}
                  title={clock.full(message.time)}
                >
                  <Body text={message.body} />
                </div>
              )}
              {message.delivery === "failed" && <Failed message={message} conversation={conversation} />}
            </div>
          ))}
          <div class="meta">
            <time dir="auto" dateTime={new Date(last.time).toISOString()}>
              {clock.time(last.time)}
            </time>
            {own && last.delivery && last.delivery !== "failed" && (
              <span class={`delivery delivery-${last.delivery}`} title={t(last.delivery)}>
                <Icon name={deliveryIcons[last.delivery]} />
                <span class="hidden">{t(last.delivery)}</span>
              </span>
            )}
          </div>
        </div>
      </li>
    );
  }
}
