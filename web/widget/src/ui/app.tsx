// The opened chat: chooses what to show, carries the keyboard's rules for the whole panel, and speaks to screen readers.
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat.ts";
import type { Message } from "../chat/model.ts";
import type { Failure, Shell, Target } from "../loader/shell.ts";
import { chatStrings, type ChatStrings } from "../strings/chat.ts";
import { translator, type Translate } from "../strings/table.ts";
import { isView, UiContext, useChanges, useLatest, type Ui, type View } from "./context.ts";
import { ConversationView, Skeleton } from "./conversation.tsx";
import { trapTab } from "./focus.ts";
import { ConversationHeader, ListHeader } from "./header.tsx";
import { IconButton } from "./icon-button.tsx";
import { ConversationList } from "./list.tsx";
import { conversationName, personName } from "./names.ts";
import { Notice } from "./notice.tsx";
import { People } from "./people.tsx";
import { ConnectionState, Stopped } from "./state.tsx";
import { makeClock } from "./time.ts";
import { fileText } from "./file-words.ts";
import { Viewer } from "./viewer.tsx";

const wideFrom = 720;
/** Windows that the bubble's panel fills; panel.css and bubble.css say the same. */
const small = "(max-width: 520px), (max-height: 480px)";

export function App({ shell }: { shell: Shell }): JSX.Element {
  useChanges(useCallback((changed) => shell.listen(changed), [shell]));
  const { chat, failure, settings, language } = shell;
  const t = useMemo(() => translator(chatStrings, language), [language]);
  const panel = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  const overlay = settings.mode === "bubble";
  const full = overlay && matchMedia(small).matches;
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWide((entry?.contentRect.width ?? 0) >= wideFrom));
    observer.observe(panel.current!);
    return () => observer.disconnect();
  }, []);
  const close = overlay ? () => shell.close() : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is a dialog's where it takes keys
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: and where it is modal
    <div
      class={`panel panel-${settings.mode} ${wide ? "wide" : ""}`}
      ref={panel}
      role={overlay ? "dialog" : "region"}
      aria-modal={full || undefined}
      aria-label={shell.site?.name ? `${t("chat")}: ${shell.site.name}` : t("chat")}
      hidden={!shell.isOpen}
      lang={language.locale}
      onKeyDown={(event) => {
        if (!overlay) return;
        if (event.key === "Escape" && !event.isComposing) shell.close();
        else trapTab(event, panel.current!);
      }}
    >
      {chat ? (
        <Views key={chat.link.tab} chat={chat} shell={shell} t={t} wide={wide} close={close} />
      ) : (
        <Opening failure={failure} shell={shell} t={t} close={close} />
      )}
    </div>
  );
}

interface ViewsProps {
  chat: Chat;
  shell: Shell;
  t: Translate<ChatStrings>;
  wide: boolean;
  close: (() => void) | null;
}

/** Where to go: to the person or room that was asked for, else to what is unread, else nowhere. */
function viewOf(chat: Chat, target: Target): View | null {
  const { to, room } = chat.named.usable(target);
  if (to) return { name: "conversation", jid: chat.named.person(to).jid };
  if (room) return { name: "conversation", jid: chat.named.room(room).jid };
  const unread = [...chat.store.conversations.values()].filter((c) => c.unread > 0);
  if (unread.length > 1) return { name: "list" };
  return unread[0] ? { name: "conversation", jid: unread[0].jid } : null;
}

/** The view, kept over page loads: a page that comes with the chat open goes on where the last one was. */
function useView(chat: Chat, shell: Shell): [View, (view: View) => void] {
  const [, again] = useReducer((n: number) => n + 1, 0);
  const view = useRef<View | undefined>(undefined);
  const show = (next: View): void => {
    view.current = next;
    chat.session.set("view", next);
    again(0);
  };
  const kept = view.current ?? (shell.entered ? null : chat.session.get("view", isView));
  view.current = kept ?? (chat.first ? { name: "conversation", jid: chat.first } : { name: "list" });
  // While rendering, not after: what is shown first counts as read.
  const { target } = shell;
  shell.target = undefined;
  if (target && !chat.named.knows(target)) {
    void chat.named.learn(target).then(() => {
      shell.target ??= target;
      again(0);
    });
  } else {
    const next = target && viewOf(chat, target);
    if (next) show(next);
  }
  return [view.current, show];
}

function Views({ chat, shell, t, wide, close }: ViewsProps): JSX.Element {
  const { store } = chat;
  useChanges(useCallback((changed) => store.on("change", changed), [store]));
  const { language, isOpen, settings } = shell;
  const clock = useMemo(() => makeClock(language.locale, t), [language, t]);
  const [view, show] = useView(chat, shell);
  const [said, setSaid] = useState({ text: "", count: 0 });
  const say = (text: string): void => setSaid(({ count }) => ({ text, count: count + 1 }));
  const latest = useLatest({ view, isOpen });
  const [picture, showPicture] = useState<Message | null>(null);

  useEffect(
    () =>
      store.on("incoming", ({ conversation, message }) => {
        const now = latest.current;
        if (!now.isOpen) return;
        const name = personName(store.authorName(conversation, message), t);
        const here = now.view.name === "conversation" && now.view.jid === conversation.jid;
        say(
          here
            ? t("saidBy", { name, text: message.file ? fileText(message.file, t) : message.body })
            : t("newFrom", { name: conversationName(chat, conversation, t) }),
        );
      }),
    [chat],
  );

  const known = view.name === "list" ? undefined : store.conversations.get(view.jid);
  useEffect(() => {
    if (view.name !== "list" && !known) show({ name: "list" });
  }, [view, known]);
  useEffect(() => showPicture(null), [isOpen, known]); // the chat was closed or led elsewhere by the page
  const ui: Ui = { chat, t, clock, language, wide, isOpen, mayFocus: shell.entered || settings.mode === "page", close, view, show, showPicture };
  const list = wide || !known;
  return (
    <UiContext.Provider value={ui}>
      {list && (
        <section class="side">
          <ListHeader />
          {!known && !wide && <ConnectionState />}
          <ConversationList selected={known?.jid} />
          {!known && !wide && chat.stopped && <Stopped />}
        </section>
      )}
      {known && (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys of all that it holds come by here
        <section
          class="main"
          onKeyDown={(event) => {
            if (event.key !== "Escape" || view.name !== "people") return;
            event.stopPropagation();
            show({ name: "conversation", jid: known.jid });
          }}
        >
          <ConversationHeader conversation={known} />
          <ConnectionState />
          <div class="columns">
            {(wide || view.name === "conversation") && <ConversationView key={known.jid} conversation={known} />}
            {view.name === "people" && known.room && <People conversation={known} />}
          </div>
        </section>
      )}
      {!known && wide && <section class="main">{chat.stopped ? <Stopped alone /> : <Notice text={t("emptyListHint")} />}</section>}
      {picture && known && isOpen && <Viewer key={picture.file?.url} conversation={known} first={picture} close={() => showPicture(null)} />}
      {/* A node of its own for each, so that the same words are heard again. */}
      <div class="hidden" aria-live="polite" role="status">
        <span key={said.count}>{said.text}</span>
      </div>
      {/* Connection trouble is worth hearing once, not with every second of the countdown. */}
      <div class="hidden" aria-live="polite">
        {chat.status.phase === "waiting" ? t("lost") : ""}
      </div>
    </UiContext.Provider>
  );
}

const failureWords = {
  "not-allowed": ["notAllowedTitle", "notAllowed"],
  suspended: ["suspendedTitle", "suspended"],
  guests: ["guestsTitle", "guests"],
  "signed-out": ["guestsTitle", "signedOut"],
  leaving: ["guestsTitle", "signedOut"],
  "unknown-site": ["notAllowedTitle", "unknownSite"],
  busy: ["busyTitle", "busy"],
  unreachable: ["unreachableTitle", "unreachable"],
} as const;

function Opening(props: { failure?: Failure; shell: Shell; t: Translate<ChatStrings>; close: (() => void) | null }): JSX.Element {
  const { failure, shell, t, close } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shell.isOpen && shell.entered && shell.settings.mode === "bubble") box.current?.focus({ preventScroll: true });
  }, [shell.isOpen]);
  return (
    <section class="main" ref={box} tabIndex={-1}>
      <header class="header">
        <h2 class="title">{shell.site?.name ?? t("chat")}</h2>
        {close && <IconButton icon="close" label={t("close")} press={close} />}
      </header>
      {failure ? (
        <OpeningFailed failure={failure} t={t} retry={() => shell.retry()} />
      ) : (
        <div class="conversation">
          <div class="scroller">
            <p class="hidden" role="status">
              {t("connecting")}
            </p>
            <Skeleton />
          </div>
        </div>
      )}
    </section>
  );
}

function OpeningFailed({ failure, t, retry }: { failure: Failure; t: Translate<ChatStrings>; retry(): void }): JSX.Element {
  const { kind, text } = failure;
  const [title, hint] = failureWords[kind];
  const passes = kind === "unreachable" || kind === "suspended" || kind === "busy";
  return (
    <Notice
      alert
      icon={kind === "guests" || hint === "signedOut" ? "lock" : "alert"}
      title={t(title)}
      text={kind === "suspended" && text ? text : t(hint)}
    >
      {passes && (
        <button type="button" class="primary" onClick={retry}>
          {t("retry")}
        </button>
      )}
    </Notice>
  );
}
