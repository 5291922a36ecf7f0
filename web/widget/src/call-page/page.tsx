// The page of an arranged call, as it looks beside the call itself.
import type { JSX } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { problemText } from "../calls/ui/views.tsx";
import { callStrings } from "../strings/calls.ts";
import { callPageStrings, type CallPageStrings } from "../strings/call-page.ts";
import { translator, type Language, type Translate } from "../strings/table.ts";
import { Avatar } from "../ui/avatar.tsx";
import { useChanges } from "../ui/context.ts";
import { Icon } from "../ui/icons.tsx";
import { personName } from "../ui/names.ts";
import type { CallVisit } from "./visit.ts";

function heading(visit: CallVisit, t: Translate<CallPageStrings>, name: string): string {
  if (visit.at === "loading") return t("loading");
  if (visit.at === "refused") return t("cannot");
  if (visit.at === "back") return t("back", { name });
  if (visit.at === "waiting") return t(visit.isInCall ? "titleWith" : "waiting", { name });
  if (visit.at === "over") return t("over");
  return t("ready", { name });
}

function hint(visit: CallVisit, t: Translate<CallPageStrings>, name: string): string {
  const { at, video, opened, refusal } = visit;
  if (at === "refused") return t(refusal!.text);
  if (at === "waiting") return visit.isInCall ? "" : t("waitingHint", { name });
  if (at === "over") return t("overHint");
  if (at === "asking") return t(video ? "askingPictures" : "asking");
  if (at === "joining") return t("joining");
  if (at === "ready" || at === "back") return t(opened!.video ? "needsPictures" : "needsSound");
  return "";
}

interface BigButtonProps {
  label: string;
  press(): void;
  icon?: "phone" | "film";
  quiet?: boolean;
}

/** The first one of a state has the focus. */
function BigButton({ label, press, icon, quiet }: BigButtonProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!quiet) button.current!.focus({ preventScroll: true });
  }, []);
  return (
    <button ref={button} type="button" class={`go ${quiet ? "go-quiet" : ""}`} onClick={press}>
      {icon && <Icon name={icon} />}
      {label}
    </button>
  );
}

function Actions({ visit, t, name }: { visit: CallVisit; t: Translate<CallPageStrings>; name: string }): JSX.Element | null {
  const { at, opened, refusal, device } = visit;
  if (at === "refused") return refusal!.passes ? <BigButton label={t("retry")} press={() => location.reload()} /> : null;
  if (at === "over") return <BigButton icon="phone" label={t("callAgain", { name })} press={() => visit.callAgain()} />;
  if (at !== "ready" && at !== "back") return null;
  const lacksCamera = device?.media === "video";
  return (
    <>
      <BigButton icon={opened!.video ? "film" : "phone"} label={t(at === "back" ? "rejoin" : "join")} press={() => void visit.enter(opened!.video)} />
      {opened!.video && (
        <BigButton key={String(lacksCamera)} icon="phone" label={t("joinVoice")} press={() => void visit.enter(false)} quiet={!lacksCamera} />
      )}
    </>
  );
}

export function CallPage({ visit, language }: { visit: CallVisit; language: Language }): JSX.Element {
  useChanges(useCallback((changed) => visit.on("change", changed), [visit]));
  const t = translator(callPageStrings, language);
  const { at, opened, device } = visit;
  const nameOf = ({ user, name }: { user: string; name: string }): string => personName(name || user, t);
  const name = opened ? nameOf(opened.with) : "";
  useEffect(() => {
    document.title = name ? t("titleWith", { name }) : t("title");
  }, [name]);
  return (
    <main class="call-page" lang={language.locale}>
      {opened?.title && <p class="call-page-site">{opened.title}</p>}
      <section class="call-page-card" aria-busy={at === "loading" || at === "asking" || at === "joining"}>
        {name && <Avatar name={name} picture={opened!.with.picture} />}
        <div role="status">
          <h1>
            <bdi>{heading(visit, t, name)}</bdi>
          </h1>
          <p>{hint(visit, t, name)}</p>
        </div>
        {device && (
          <p class="call-page-problem" role="alert">
            {problemText({ kind: "device", error: device }, translator(callStrings, language))}
          </p>
        )}
        <Actions key={at} visit={visit} t={t} name={name} />
        {opened && (at === "ready" || at === "back") && <p class="call-page-quiet">{t("readyAs", { name: nameOf(opened.user) })}</p>}
      </section>
    </main>
  );
}
