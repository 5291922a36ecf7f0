// The call that goes on: whom with, what it is at, pictures, and what the user can do. Afterwards: who ended it, and why.
import type { JSX } from "preact";
import { useEffect, useReducer } from "preact/hooks";
import { Avatar } from "../../ui/avatar.tsx";
import { lengthText } from "../../ui/length.ts";
import { trapTab } from "../../ui/focus.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import type { Call, EndReason } from "../call.ts";
import type { Quality } from "../quality.ts";
import type { CallStrings } from "../../strings/calls.ts";
import { Controls } from "./controls.tsx";
import { useFrame } from "./frame.ts";
import { Stage } from "./stage.tsx";
import { CallButton, problemText, type Shown } from "./views.tsx";

const ends: Record<EndReason, keyof CallStrings> = {
  hangup: "otherEnded",
  declined: "endDeclined",
  busy: "endBusy",
  unanswered: "endUnanswered",
  cancelled: "endCancelled",
  elsewhere: "endElsewhere",
  failed: "endFailed",
  lost: "endLost",
  unreachable: "endUnreachable",
  closed: "endClosed",
  moved: "endMoved",
};
const ownEnds: Partial<Record<EndReason, keyof CallStrings>> = { hangup: "youEnded", declined: "endYouDeclined", cancelled: "endYouCancelled" };

/** What the call is at, in words. */
function stateText({ centre, t, nameOf }: Shown, call: Call | null): string {
  const { preparing } = centre;
  if (!call || (preparing && call.over)) return preparing ? t(preparing.video ? "askingVideo" : "asking") : "";
  const name = nameOf(call.with);
  if (call.end) return t((call.end.by === "me" && ownEnds[call.end.reason]) || ends[call.end.reason], { name });
  if (call.phase === "active") {
    if (call.session?.held) return t("otherHold", { name });
    return centre.studio?.held ? t("youHold") : "";
  }
  if (call.phase === "calling") return t("calling");
  if (call.phase === "ringing") return t("ringing");
  return t(call.phase === "reconnecting" ? "reconnecting" : "connecting");
}

export function Length({ since, now }: { since: number; now(): number }): JSX.Element {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => again(0), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="timer" class="call-length">
      {lengthText(now() - since)}
    </span>
  );
}

export function Bars({ t, quality }: { t: Shown["t"]; quality: Quality }): JSX.Element {
  const { bars, trouble } = quality;
  const words = { 3: t("line3"), 2: t("line2"), 1: t("line1"), 0: t("line0") }[bars];
  const why = { lossy: t("lossy"), slow: t("slow"), weak: t("weak"), silent: t("silent") };
  const text = trouble ? `${words}. ${why[trouble]}` : words;
  return (
    <span class={`call-bars call-bars-${bars}`} role="img" aria-label={text} title={text}>
      <i />
      <i />
      <i />
    </span>
  );
}

export function CallWindow({ shown }: { shown: Shown }): JSX.Element {
  const { centre, chat, t, nameOf } = shown;
  const { current: call, preparing, problem } = centre;
  const jid = preparing?.jid ?? call?.with ?? centre.wanted?.jid ?? "";
  const name = jid ? nameOf(jid) : "";
  const going = preparing !== null || (call !== null && !call.over);
  const state = stateText(shown, call);
  const { box, small, setSmall, large, setLarge } = useFrame(going);
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return trapTab(event, box.current!);
    if (going) setSmall(true);
    else centre.dismiss();
  };
  const again = (video: boolean): void => {
    centre.dismiss();
    centre.call(jid, video);
  };
  const picture = chat.store.picture(jid);
  const label = name ? t("callWith", { name }) : t("call");
  const quality = call?.phase === "active" && <Bars t={t} quality={centre.quality} />;
  const length = call?.since && !call.over && <Length since={call.since} now={() => chat.now()} />;
  return (
    <section
      ref={box}
      class={`call-window ${small ? "call-small" : ""} ${large ? "call-large" : ""}`}
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={press}
    >
      <header class="call-header">
        {small && <Avatar name={name} picture={picture} size="small" />}
        <h2 class="call-name">
          <bdi>{name || t("call")}</bdi>
        </h2>
        {length}
        {quality}
        {going && !small && (
          <IconButton icon={large ? "narrow" : "wide"} label={t(large ? "reduce" : "enlarge")} press={() => setLarge(!large)} class="call-size" />
        )}
        {going && <IconButton icon={small ? "wide" : "down"} label={t(small ? "show" : "shrink")} press={() => setSmall(!small)} />}
        {going && small && <CallButton kind="bad" icon="hangup" label={t("hangUp")} press={() => centre.hangUp()} />}
        {!going && <IconButton icon="close" label={t("close")} press={() => centre.dismiss()} />}
      </header>
      {/* It stays, small or not: the sound comes from here. */}
      <Stage shown={shown} name={name} picture={picture} hidden={small} />
      <p class={state || !small ? "call-state" : "hidden"} role="status">
        {state}
      </p>
      {problem && (
        <p class="call-problem" role="alert">
          {problemText(problem, t)}
        </p>
      )}
      {!small && (going ? <Controls shown={shown} /> : <After shown={shown} again={jid ? again : null} />)}
    </section>
  );
}

function After({ shown, again }: { shown: Shown; again: ((video: boolean) => void) | null }): JSX.Element {
  const { centre, t } = shown;
  const { problem, current, wanted } = centre;
  const video = current?.video ?? wanted?.video ?? false;
  const lacksCamera = problem?.kind === "device" && problem.error.media === "video";
  return (
    <div class="call-answers">
      <CallButton icon="close" label={t("close")} press={() => centre.dismiss()} words />
      {again && lacksCamera && <CallButton kind="good" icon="phone" label={t("voiceOnly")} press={() => again(false)} words />}
      {again && <CallButton kind="good" icon={video ? "film" : "phone"} label={t(problem ? "retry" : "again")} press={() => again(video)} words />}
    </div>
  );
}
