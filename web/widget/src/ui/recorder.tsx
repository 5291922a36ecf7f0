// In the field's place while a voice message is spoken: delete it, how loud and how long it is, send it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { recordingMsMax, type Recording } from "../files/recording.ts";
import { useLatest, useUi } from "./context.ts";
import { lengthText } from "./length.ts";
import { Icon } from "./icons.tsx";

const barsMax = 64;
const barMs = 90;
/** Shorter ones were a slip of the finger. */
const lengthMsMin = 500;

interface RecorderProps {
  recording: Recording;
  send(file: File, lengthMs: number): void;
  /** It is over; nothing is kept. */
  close(): void;
}

export function Recorder({ recording, send, close }: RecorderProps): JSX.Element {
  const { t } = useUi();
  const [bars, setBars] = useState<number[]>([]);
  const button = useRef<HTMLButtonElement>(null);
  const sent = useRef(false);
  const finish = (): void => {
    if (sent.current) return;
    if (recording.lengthMs < lengthMsMin) return close();
    sent.current = true;
    void recording.finish().then(({ file, lengthMs }) => {
      if (file.size > 0) send(file, lengthMs);
      close();
    });
  };
  const latest = useLatest({ finish });
  useEffect(() => {
    button.current?.focus();
    const timer = setInterval(() => {
      setBars((before) => [...before, recording.level()].slice(-barsMax));
      if (recording.lengthMs >= recordingMsMax) latest.current.finish();
    }, barMs);
    return () => {
      clearInterval(timer);
      if (!sent.current) recording.close();
    };
  }, []);
  return (
    <div
      class="field recorder"
      role="group"
      aria-label={t("recording")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <button type="button" class="icon-button" aria-label={t("recordDelete")} title={t("recordDelete")} onClick={close}>
        <Icon name="trash" />
      </button>
      <i class="recorder-light" aria-hidden="true" />
      <span class="recorder-time" role="timer" aria-label={t("recording")}>
        {lengthText(recording.lengthMs)}
      </span>
      <span class="recorder-bars" aria-hidden="true">
        {bars.map((level, i) => (
          <i key={i} style={{ blockSize: `${Math.round(3 + 21 * level)}px` }} />
        ))}
      </span>
      <button ref={button} type="button" class="send" aria-label={t("recordSend")} title={t("recordSend")} onClick={finish}>
        <Icon name="send" />
      </button>
    </div>
  );
}
