// The opened chat: chooses what to show, carries the keyboard's rules for the whole panel, and speaks to screen readers.
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat/chat.ts";
import type { Failure, Shell } from "../loader/shell.ts";
import { chatStrings, type ChatStrings } from "../strings/chat.ts";
import { translator, type Translate } from "../strings/table.ts";
import { conversationName, UiContext, useChanges, useLatest, type Ui, type View } from "./context.ts";
import { ConversationView } from "./conversation.tsx";
import { trapTab } from "./focus.ts";
import { ConversationHeader, IconButton, ListHeader } from "./header.tsx";
import { Icon } from "./icons.tsx";
import { ConversationList } from "./list.tsx";
import { People } from "./people.tsx";
import { ConnectionState } from "./state.tsx";
import { makeClock } from "./time.ts";

const wideFrom = 720;
export type Target = { to?: string; room?: string };
export interface Navigator {
  open(target?: Target): void;
}

export function App({ shell, navigator }: { shell: Shell; navigator: Navigator }): JSX.Element {
  useChanges(useCallback((changed) => shell.listen(changed), [shell]));
  const { chat, failure, settings, language } = shell;
  const t = useMemo(() => translator(chatStrings, language), [language]);
  const panel = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  const overlay = settings.mode === "bubble";
  const full = overlay && matchMedia("(max-width: 520px)").matches;
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWide((entry?.contentRect.width ?? 0) >= wideFrom));
    observer.observe(panel.current!);
    return () => observer.disconnect();
  }, []);
  const close = overlay ? () => shell.close() : null;
  return (
    <div
      class={`panel panel-${settings.mode} ${wide ? "wide" : ""}`}
      ref={panel}
      role={overlay ? "dialog" : "region"}
      aria-modal={full || undefined}
      aria-label={shell.site?.name ? `${t("chat")}: ${shell.site.name}` : t("chat")}
      hidden={!shell.isOpen}
      lang={language.locale}
      onKeyDown={(event) => {
        event.stopPropagation(); // the page's own shortcuts must not fire while somebody writes
        if (!overlay) return;
        if (event.key === "Escape" && !event.isComposing) shell.close();
        else trapTab(event, panel.current!);
      }}
    >
      {chat ? (
        <Views chat={chat} shell={shell} t={t} wide={wide} close={close} navigator={navigator} />
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
  navigator: Navigator;
}

function Views({ chat, shell, t, wide, close, navigator }: ViewsProps): JSX.Element {
  const { store } = chat;
  useChanges(useCallback((changed) => store.on("change", changed), [store]));
  const { language, isOpen } = shell;
  const clock = useMemo(() => makeClock(language.locale, t), [language, t]);
  const [view, show] = useState<View>(() => (chat.first ? { name: "conversation", jid: chat.first } : { name: "list" }));
  const [said, say] = useState("");
  const latest = useLatest({ view, isOpen });

  useEffect(() => {
    navigator.open = (target) => {
      if (target?.to) show({ name: "conversation", jid: chat.person(target.to).jid });
      else if (target?.room) show({ name: "conversation", jid: chat.room(target.room).jid });
    };
    return store.on("incoming", ({ conversation, message }) => {
      const now = latest.current;
      if (!now.isOpen) return;
      const name = message.nick || store.personName(message.author);
      const here = now.view.name === "conversation" && now.view.jid === conversation.jid;
      say(here ? t("saidBy", { name, text: message.body }) : t("newFrom", { name: conversationName(chat, conversation) }));
    });
  }, [chat]);

  const known = view.name === "list" ? undefined : store.conversations.get(view.jid);
  useEffect(() => {
    if (view.name !== "list" && !known) show({ name: "list" });
  }, [view, known]);
  const ui: Ui = { chat, t, clock, language, wide, isOpen, close, view, show, say };
  const list = wide || !known;
  const { phase } = chat.status;
  return (
    <UiContext.Provider value={ui}>
      {list && (
        <section class="side">
          <ListHeader />
          <ConversationList selected={known?.jid} />
        </section>
      )}
      {known && (
        <section class="main">
          <ConversationHeader conversation={known} />
          <ConnectionState />
          <div class="columns">
            {(wide || view.name === "conversation") && <ConversationView key={known.jid} conversation={known} />}
            {view.name === "people" && known.room && <People conversation={known} />}
          </div>
        </section>
      )}
      {!known && wide && <Nothing t={t} />}
      {!known && !wide && <ConnectionState />}
      <div class="hidden" aria-live="polite" role="status">
        {said}
      </div>
      {/* Connection trouble is worth hearing once, not with every second of the countdown. */}
      <div class="hidden" aria-live="polite">
        {phase === "waiting" ? t("lost") : phase === "stopped" ? t("disabled") : ""}
      </div>
    </UiContext.Provider>
  );
}

function Nothing({ t }: { t: Translate<ChatStrings> }): JSX.Element {
  return (
    <section class="main">
      <div class="empty">
        <span class="empty-picture">
          <Icon name="cup" />
        </span>
        <p>{t("emptyListHint")}</p>
      </div>
    </section>
  );
}

const failureWords = {
  "not-allowed": ["notAllowedTitle", "notAllowed"],
  suspended: ["suspendedTitle", "suspended"],
  guests: ["guestsTitle", "guests"],
  "unknown-site": ["notAllowedTitle", "unknownSite"],
  unreachable: ["unreachableTitle", "unreachable"],
} as const;

function Opening(props: { failure?: Failure; shell: Shell; t: Translate<ChatStrings>; close: (() => void) | null }): JSX.Element {
  const { failure, shell, t, close } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shell.isOpen && shell.settings.mode === "bubble") box.current?.focus({ preventScroll: true });
  }, [shell.isOpen]);
  const words = failure && failureWords[failure.kind];
  return (
    <section class="main" ref={box} tabIndex={-1}>
      <header class="header">
        <h2 class="title">{shell.site?.name ?? t("chat")}</h2>
        {close && <IconButton icon="close" label={t("close")} press={close} />}
      </header>
      {words ? (
        <div class="empty" role="alert">
          <span class="empty-picture">
            <Icon name={failure.kind === "guests" ? "lock" : "alert"} />
          </span>
          <h3>{t(words[0])}</h3>
          <p>{failure.kind === "suspended" && failure.text ? failure.text : t(words[1])}</p>
          {failure.kind === "unreachable" && (
            <button type="button" class="primary" onClick={() => shell.again()}>
              {t("retry")}
            </button>
          )}
        </div>
      ) : (
        <div class="conversation">
          <div class="scroller">
            <p class="hidden" role="status">
              {t("connecting")}
            </p>
            <div class="skeleton" aria-hidden="true">
              {[62, 44, 71, 38].map((width, i) => (
                <i key={width} class={i % 3 === 2 ? "own" : ""} style={{ inlineSize: `${width}%` }} />
              ))}
            </div>
          </div>
        </div>
      )}
    </section>
  );
}
