// A call as one line of the conversation: what became of it, and where nobody took it, the way to call back.
import type { JSX } from "preact";
import type { Conversation, Message } from "../chat/model.ts";
import { useUi, type Ui } from "./context.ts";
import { lengthText } from "./length.ts";
import { Icon } from "./icons.tsx";
import { conversationName } from "./names.ts";

/** Nobody is rung for so long: its end was not heard of. */
const ringingMs = 60_000;

function isMissed({ own, call, time }: Message, now: number): boolean {
  const { outcome } = call!;
  return !own && (outcome === "missed" || outcome === "busy" || (outcome === "ringing" && now - time > ringingMs));
}

/** `name`: of whom the conversation is with. */
export function callText(message: Message, name: string, now: number, t: Ui["t"]): string {
  const { own, time, call } = message;
  const { outcome, lengthMs, video } = call!;
  if (isMissed(message, now)) return t(video ? "callMissedVideo" : "callMissed");
  if (outcome === "declined") return own ? t("callDeclinedBy", { name }) : t("callDeclined");
  if (outcome === "busy") return t("callBusyOther", { name });
  if (outcome === "missed" || (outcome === "ringing" && now - time > ringingMs)) return t("callUnanswered", { name });
  if (outcome === "ended") return t(video ? "callWasVideo" : "callWas", { length: lengthText(lengthMs ?? 0) });
  return t(video ? "callIsVideo" : "callIs");
}

export function CallRow({ conversation, message, now }: { conversation: Conversation; message: Message; now: number }): JSX.Element {
  const { chat, t, clock } = useUi();
  const missed = isMissed(message, now);
  const { video } = message.call!;
  return (
    <li class={`call-line ${missed ? "call-missed" : ""}`}>
      <Icon name={video ? "film" : "phone"} />
      <span>{callText(message, conversationName(chat, conversation, t), now, t)}</span>
      <time dir="auto" dateTime={new Date(message.time).toISOString()} title={clock.full(message.time)}>
        {clock.time(message.time)}
      </time>
      {missed && chat.mayCall(conversation) && (
        <button type="button" class="link" onClick={() => chat.calling.call(conversation.jid, video)}>
          {t("callBack")}
        </button>
      )}
    </li>
  );
}
