// Who is in the room. Choosing somebody opens a conversation with him, where the room tells his address.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { bareJid } from "../core/jid.ts";
import type { Conversation, Occupant } from "../chat/model.ts";
import { toShow } from "../chat/store.ts";
import { Avatar } from "./avatar.tsx";
import { useUi } from "./context.ts";
import { moveAmong } from "./focus.ts";
import { Icon } from "./icons.tsx";
import { isMarkedGuest, personName } from "./names.ts";

const shownMax = 300;

export function People({ conversation }: { conversation: Conversation }): JSX.Element {
  const { t, chat, mayFocus, view, show } = useUi();
  const list = useRef<HTMLUListElement>(null);
  const room = conversation.room!;
  const rank = (o: Occupant): number => (o.nick === room.nick ? 0 : o.role === "moderator" ? 1 : 2);
  const all = Object.values(room.occupants)
    .sort((a, b) => rank(a) - rank(b) || a.nick.localeCompare(b.nick))
    .slice(0, shownMax);
  const first = all.find((o) => o.jid !== undefined && o.nick !== room.nick);
  useEffect(() => {
    if (view.name === "people" && mayFocus) list.current?.querySelector<HTMLElement>('[data-item][tabindex="0"]')?.focus();
  }, [view.name]);
  return (
    <div class="list people">
      <h3 class="people-title">{t("people")}</h3>
      <ul ref={list} aria-label={t("people")} onKeyDown={(event) => moveAmong(event, event.currentTarget)}>
        {all.map((o) => (
          <li key={o.nick}>
            <Row occupant={o} own={o.nick === room.nick} tabStop={o === first} />
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="link leave"
        onClick={() => {
          chat.leave(conversation);
          show({ name: "list" });
        }}
      >
        {t("leaveRoom")}
      </button>
    </div>
  );
}

function Row({ occupant, own, tabStop }: { occupant: Occupant; own: boolean; tabStop: boolean }): JSX.Element {
  const { t, chat, show } = useUi();
  const { nick, jid, role, affiliation } = occupant;
  useEffect(() => chat.people.want(jid), [jid]);
  const presence = toShow("", occupant.show);
  const written = occupant.name ?? nick;
  const name = personName(written, t);
  const standing = affiliation === "owner" ? t("owner") : affiliation === "admin" ? t("admin") : role === "moderator" ? t("moderator") : "";
  const title = standing || (!own && isMarkedGuest(jid, nick) ? t("guest") : "");
  const shown = (
    <>
      <Avatar name={written} picture={chat.store.picture(jid)} show={presence} />
      <span class="item-text">
        <span class="item-top">
          <bdi class="item-name">{name}</bdi>
          {own && <span class="muted">{t("youMark")}</span>}
        </span>
        {title && <span class="muted item-said">{title}</span>}
        <span class="hidden">{t(presence)}</span>
      </span>
    </>
  );
  // Only whose address the room tells can be written to.
  if (jid === undefined || own) return <div class="item person">{shown}</div>;
  return (
    <button
      type="button"
      class="item person"
      data-item
      tabIndex={tabStop ? 0 : -1}
      onClick={() => show({ name: "conversation", jid: chat.store.conversation(bareJid(jid)).jid })}
    >
      {shown}
      <span class="hidden">{t("writeTo", { name })}</span>
      <Icon name="write" />
    </button>
  );
}
