// A tenant's use of each day or hour, as plots, and as a table for those who read or copy it.
import { useState } from "preact/hooks";
import type { Schemas } from "../../.cache/api.gen.ts";
import { Act, Card, Shown, Table } from "./parts.tsx";
import { Plot } from "./plot.tsx";
import { useLoad } from "./session.tsx";
import { type LimitName, useWords, type Word } from "./words.ts";

type Usage = Schemas["Usage"];
type Period = Schemas["UsagePeriod"];
type Counted = Exclude<keyof Period, "from" | "over">;
export type By = "day" | "hour";
export type Query = { by: By; from: string; limit: number };

interface Drawn {
  name: Counted;
  word: Word;
  /** It is what there was at the end, or the most at once; all others are sums. */
  isLevel?: boolean;
  isBytes?: boolean;
  limit?: LimitName;
}

const drawn: Drawn[] = [
  { name: "messages", word: "used_messages" },
  { name: "active_users", word: "used_active_users", isLevel: true },
  { name: "peak_sessions", word: "used_peak_sessions", isLevel: true, limit: "sessions" },
  { name: "archive_bytes", word: "used_archive_bytes", isLevel: true, isBytes: true, limit: "archive_bytes" },
  { name: "file_bytes", word: "used_file_bytes", isLevel: true, isBytes: true, limit: "files_total_bytes" },
  { name: "bytes_out", word: "used_bytes_out", isBytes: true },
  { name: "call_seconds", word: "used_call_minutes" },
  { name: "api_calls", word: "used_api_calls" },
  { name: "pushes", word: "used_pushes" },
];

const periodMs = { day: 86_400_000, hour: 3_600_000 };
const periods = { day: 30, hour: 24 };

/** The last 30 days, or 24 hours, with the present one. */
export function lately(by: By, now = Date.now()): Query {
  const first = Math.floor(now / periodMs[by]) - periods[by] + 1;
  return { by, from: `${new Date(first * periodMs[by]).toISOString().slice(0, 19)}Z`, limit: 50 };
}

const nothing = {
  over: true,
  active_users: 0,
  peak_sessions: 0,
  archive_bytes: 0,
  file_bytes: 0,
  messages: 0,
  bytes_in: 0,
  bytes_out: 0,
  relayed_bytes: 0,
  call_seconds: 0,
  api_calls: 0,
  pushes: 0,
};

/** The periods with those before the tenant's first, in which there was nothing, so that each plot is of the same time. */
export function fill(rows: Period[], by: By, now = Date.now()): Period[] {
  const end = Math.floor(Date.parse(rows[0]?.from ?? new Date(now + periodMs[by]).toISOString()) / periodMs[by]);
  const first = Math.floor(now / periodMs[by]) - periods[by] + 1;
  const before = Array.from({ length: Math.max(0, end - first) }, (_, i) => ({
    ...nothing,
    from: new Date((first + i) * periodMs[by]).toISOString(),
  }));
  return [...before, ...rows];
}

function Plots({ usage, by }: { usage: Usage; by: By }) {
  const say = useWords();
  const rows = fill(usage.periods ?? [], by);
  const whenOf = ({ from }: Period) => (by === "day" ? say.day(from) : say.hour(from));
  const countOf = ({ name }: Drawn, period: Period) => (name === "call_seconds" ? Math.round(period[name] / 60) : period[name]);
  const shows = ({ isBytes }: Drawn) => (isBytes ? say.bytes : say.number);
  // Not drawn: what there was nothing of, and no limit is set to.
  const kept = drawn.filter((each) => each.name === "messages" || each.name === "active_users" || rows.some((row) => row[each.name] > 0));
  return (
    <>
      <div class="plots">
        {kept.map((each) => {
          const values = rows.map((row) => countOf(each, row));
          const show = shows(each);
          const told = each.isLevel
            ? say(each.isBytes ? "plotNow" : "plotMost", { n: show(each.isBytes ? (values.at(-1) ?? 0) : Math.max(0, ...values)) })
            : say("plotSum", { n: show(values.reduce((a, b) => a + b, 0)) });
          return (
            <Plot
              key={each.name}
              label={say(each.word)}
              points={rows.map((row, i) => ({ when: whenOf(row), value: values[i] ?? 0 }))}
              summary={told}
              show={show}
              isBytes={each.isBytes}
              limit={each.limit && usage.limits[each.limit].limit}
            />
          );
        })}
      </div>
      <details>
        <summary>{say("plotTable")}</summary>
        <Table
          label={say("plotTable")}
          rows={[...rows].reverse()}
          keyOf={({ from }) => from}
          empty=""
          columns={[
            { label: say(by), show: whenOf },
            ...kept.map((each) => ({ label: say(each.word), show: (row: Period) => shows(each)(countOf(each, row)) })),
          ]}
        />
      </details>
    </>
  );
}

/** `save`: gives the browser the same as a table. */
export function UsagePlots({ load, save }: { load: (query: Query) => Promise<Usage>; save?: (query: Query) => Promise<unknown> }) {
  const say = useWords();
  const [by, setBy] = useState<By>("day");
  const loaded = useLoad(() => load(lately(by)), [by]);
  return (
    <Card
      title={say("usageOverTime")}
      actions={
        <>
          <label class="inline-choice">
            <span class="hidden">{say("usageSpan")}</span>
            <select value={by} onChange={(event) => setBy(event.currentTarget.value as By)}>
              <option value="day">{say("usageDays")}</option>
              <option value="hour">{say("usageHours")}</option>
            </select>
          </label>
          {save && <Act label={say("usageCsv")} act={() => save(lately(by))} />}
        </>
      }
    >
      <Shown of={loaded}>{(usage) => <Plots usage={usage} by={usage.by ?? by} />}</Shown>
    </Card>
  );
}
