// What of calls is seen: a call that rings, the call that goes on, one that was left by the page before. One stands at a time.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import type { Chat } from "../../chat/chat.ts";
import type { Shell } from "../../loader/shell.ts";
import { callStrings, type CallStrings } from "../../strings/calls.ts";
import { translator, type Translate } from "../../strings/table.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { useChanges } from "../../ui/context.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { personName } from "../../ui/names.ts";
import type { Centre, Problem } from "../centre.ts";
import { CallWindow } from "./window.tsx";

export interface Shown {
  centre: Centre;
  chat: Chat;
  t: Translate<CallStrings>;
  locale: string;
  /** What this person is called. */
  nameOf(jid: string): string;
}

export function CallViews({ centre, chat, shell }: { centre: Centre; chat: Chat; shell: Shell }): JSX.Element {
  useChanges(useCallback((changed) => centre.on("change", changed), [centre]));
  useChanges(useCallback((changed) => chat.store.on("change", changed), [chat]));
  const { language } = shell;
  const shown: Shown = useMemo(() => {
    const t = translator(callStrings, language);
    return { centre, chat, t, locale: language.locale, nameOf: (jid) => personName(chat.store.personName(jid), t) };
  }, [centre, language]);
  const { incoming, current, preparing, problem, left } = centre;
  return (
    <div lang={language.locale}>
      {incoming && !preparing && <Ring shown={shown} />}
      {(current || preparing || (problem && !incoming)) && <CallWindow key={current?.sid ?? "new"} shown={shown} />}
      {left && !current && !preparing && !incoming && <LeftCall shown={shown} />}
    </div>
  );
}

export function problemText(problem: Problem, t: Translate<CallStrings>): string {
  if (problem.kind === "other-tab") return t("otherTab");
  if (problem.kind === "offline") return t("offline");
  if (problem.kind === "guest") return t("guestsMayNot");
  if (problem.kind === "other-call") return t("otherCall");
  if (problem.kind === "outdated") return t("outdated");
  if (problem.kind !== "device") return "";
  const { media, problem: what } = problem.error;
  if (what === "insecure") return t("insecure");
  if (media === "audio") return t(what === "blocked" ? "microphoneBlocked" : what === "missing" ? "microphoneMissing" : "microphoneInUse");
  return t(what === "blocked" ? "cameraBlocked" : what === "missing" ? "cameraMissing" : "cameraInUse");
}

interface CallButtonProps {
  icon: IconName;
  label: string;
  press(): void;
  kind?: "good" | "bad" | "plain";
  pressed?: boolean;
  words?: boolean;
}

/** A round button; with its words beside the sign where there is room for them. */
export function CallButton({ icon, label, press, kind = "plain", pressed, words }: CallButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`call-button call-${kind} ${words ? "call-words" : ""}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={press}
    >
      <Icon name={icon} />
      {words && <span>{label}</span>}
    </button>
  );
}

/** A call that came. It takes no focus from what the user does; a screen reader says it at once. */
function Ring({ shown }: { shown: Shown }): JSX.Element {
  const { centre, chat, t, nameOf } = shown;
  const { with: jid, video } = centre.incoming!;
  const name = nameOf(jid);
  const seen = video && chat.calling.mode === "video";
  chat.people.want(jid);
  return (
    <section class="call-card" role="alertdialog" aria-label={t(seen ? "ringsVideo" : "rings", { name })}>
      <div class="call-who">
        <Avatar name={name} picture={chat.store.picture(jid)} />
        <p role="alert">
          <bdi>{t(seen ? "ringsVideo" : "rings", { name })}</bdi>
        </p>
      </div>
      {centre.problem && (
        <p class="call-problem" role="alert">
          {problemText(centre.problem, t)}
        </p>
      )}
      <div class="call-answers">
        <CallButton kind="bad" icon="hangup" label={t("decline")} press={() => centre.decline()} words />
        {seen && <CallButton kind="good" icon="film" label={t("acceptVideo")} press={() => centre.accept(true)} words />}
        <CallButton kind="good" icon="phone" label={t(seen ? "acceptVoice" : "accept")} press={() => centre.accept(false)} words />
      </div>
    </section>
  );
}

function LeftCall({ shown }: { shown: Shown }): JSX.Element {
  const { centre, chat, t, nameOf } = shown;
  const jid = centre.left!.to.split("/")[0]!;
  const text = t("leftCall", { name: nameOf(jid) });
  chat.people.want(jid);
  return (
    <section class="call-card" role="alertdialog" aria-label={text}>
      <div class="call-who">
        <Avatar name={nameOf(jid)} picture={chat.store.picture(jid)} />
        <p role="alert">
          <bdi>{text}</bdi>
        </p>
      </div>
      <div class="call-answers">
        <CallButton kind="bad" icon="hangup" label={t("hangUp")} press={() => centre.leave()} words />
        <CallButton kind="good" icon="phone" label={t("rejoin")} press={() => centre.rejoin()} words />
      </div>
    </section>
  );
}
