// A small plot: a bar for each time, and a limit as a line. A mouse, a finger or the arrow keys go over the bars; the value stands above.
import { useId, useState } from "preact/hooks";
import { levelOf, movedTo, scaleOf } from "./plot-scale.ts";
import { useWords } from "./words.ts";

export interface Point {
  /** When, in words. */
  when: string;
  value: number;
}

export interface PlotProps {
  label: string;
  points: Point[];
  /** Said until somebody looks at a bar: a sum, or what it is now. */
  summary: string;
  show: (n: number) => string;
  limit?: number;
  isBytes?: boolean;
  /** How many bars there is room for, where more come: the newest is at the end. */
  places?: number;
}

const step = 10;
const gap = 2;
const height = 100;

function Bars({ points, places, top, line, at }: { points: Point[]; places: number; top: number; line?: number; at: number }) {
  const first = places - points.length;
  return (
    <svg viewBox={`0 0 ${places * step} ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {points.map(({ when, value }, i) => {
        const high = value > 0 ? Math.max(1, (value / top) * height) : 0;
        return (
          <rect
            key={when}
            class={i === at ? "bar bar-at" : "bar"}
            x={(first + i) * step + gap / 2}
            y={height - high}
            width={step - gap}
            height={high}
          />
        );
      })}
      {line !== undefined && <line class="limit-line" x1={0} x2={places * step} y1={height * (1 - line)} y2={height * (1 - line)} />}
    </svg>
  );
}

export function Plot({ label, points, summary, show, limit = -1, isBytes = false, places = 0 }: PlotProps) {
  const say = useWords();
  const id = useId();
  const [at, setAt] = useState(-1);
  const { top, line } = scaleOf(
    points.map(({ value }) => value),
    limit,
    isBytes,
  );
  const last = points.length - 1;
  const room = Math.max(places, points.length);
  const one = points[at];
  const told = ({ when, value }: Point) => say("plotValue", { when, value: show(value) });
  const key = (event: KeyboardEvent) => {
    const next = movedTo(event.key, at < 0 ? last : at, points.length);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
  };
  const point = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setAt(Math.min(last, Math.max(0, Math.floor(((event.clientX - left) / width) * room) - (room - points.length))));
  };
  if (last < 0) return null;
  return (
    <figure class="plot" data-level={levelOf(points[last]?.value ?? 0, limit)}>
      <figcaption>
        <span id={id}>{label}</span>
        <span class="plot-told" dir="auto">
          {one ? told(one) : summary}
        </span>
      </figcaption>
      <div
        class="plot-area"
        dir="ltr"
        role="slider"
        tabIndex={0}
        aria-labelledby={id}
        aria-readonly="true"
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={(at < 0 ? last : at) + 1}
        aria-valuetext={told(one ?? (points[last] as Point))}
        onKeyDown={key}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(-1)}
        onFocus={() => setAt((now) => (now < 0 ? last : now))}
        onBlur={() => setAt(-1)}
      >
        <span class="plot-top" aria-hidden="true">
          {show(top)}
        </span>
        <Bars points={points} places={room} top={top} line={line} at={at} />
      </div>
      <div class="plot-foot" dir="ltr" aria-hidden="true">
        <span>{room === points.length && points[0]?.when}</span>
        <span>{points[last]?.when}</span>
      </div>
      {limit >= 0 && <p class="hint">{say("plotLimit", { limit: show(limit) })}</p>}
    </figure>
  );
}
