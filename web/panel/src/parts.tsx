// The parts that pages are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Answer, Call, Refused } from "./api.ts";
import { ask } from "./api.ts";
import { levelOf } from "./plot-scale.ts";
import { type Loaded, useLoad } from "./session.tsx";
import { useWords } from "./words.ts";

/** Its heading is focused when it appears, so that a screen reader says where one is. */
export function Page({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Teahouse`;
  }, [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="page">
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Card({ title, children, actions }: { title?: string; children: ComponentChildren; actions?: ComponentChildren }) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={title ? id : undefined}>
      {title && (
        <div class="card-head">
          <h2 id={id}>{title}</h2>
          {actions && <div class="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** A modal window; the browser keeps the focus in it. It goes back to where it was: the window is gone before it could be closed. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => requestAnimationFrame(() => before instanceof HTMLElement && before.isConnected && before.focus());
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog ref={element} aria-labelledby={id} onCancel={cancel}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** What stands in place of something that is not there yet, or was refused. */
export function Wait({ error }: { error?: Refused }) {
  const say = useWords();
  if (!error) return <p class="wait">{say("loading")}</p>;
  return (
    <p class="form-error" role="alert">
      {say.refusal(error)}
    </p>
  );
}

export function Shown<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ComponentChildren }): ComponentChildren {
  return of.value === undefined ? <Wait error={of.error} /> : children(of.value);
}

export interface Column<T> {
  label: string;
  show: (row: T) => ComponentChildren;
}

/** On a phone each row is a card, whose lines have the columns' names. */
export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  empty,
}: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string | number;
  empty: string;
}) {
  if (!rows.length) return <p class="empty">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard can scroll a wide table
    <div class="table" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column.label}>
                {column.label || <span class="hidden">·</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.label} data-label={column.label}>
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Listed<C extends Call> = Answer<C> extends { next_cursor?: string } ? C : never;

/** A list that comes in pages: `more` appends the next. */
export function usePages<C extends Call, T>(
  call: Listed<C>,
  rowsOf: (answer: Answer<C>) => T[],
  { query = {}, path, tenant }: { query?: Record<string, string>; path?: Record<string, string>; tenant?: string } = {},
) {
  const [added, setAdded] = useState<{ of: unknown; rows: T[]; cursor?: string }>({ of: null, rows: [] });
  const first = useLoad(() => ask(call as C, { query, path, tenant }), [call, JSON.stringify([query, path]), tenant]);
  const [failed, setFailed] = useState<Refused>();
  const isCurrent = added.of === first.value;
  const cursorOf = (answer: unknown) => (answer as { next_cursor?: string } | undefined)?.next_cursor;
  const cursor = isCurrent ? added.cursor : cursorOf(first.value);
  async function more() {
    try {
      const next = await ask(call as C, { query: { ...query, cursor }, path, tenant });
      setAdded({ of: first.value, rows: [...(isCurrent ? added.rows : []), ...rowsOf(next)], cursor: cursorOf(next) });
    } catch (error) {
      setFailed(error as Refused);
    }
  }
  const rows = first.value === undefined ? undefined : [...rowsOf(first.value), ...(isCurrent ? added.rows : [])];
  return { value: rows, error: first.error ?? failed, again: first.again, more: cursor ? more : undefined };
}

export function More({ more }: { more?: () => void }) {
  const say = useWords();
  if (!more) return null;
  return (
    <p class="more">
      <button type="button" class="button" onClick={more}>
        {say("more")}
      </button>
    </p>
  );
}

export function Copy({ text, label }: { text: string; label?: string }) {
  const say = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => {});
    setCopied(true);
  };
  return (
    <button type="button" class="button button-small" onClick={copy}>
      <span aria-live="polite">{isCopied ? say("copied") : (label ?? say("copy"))}</span>
    </button>
  );
}

/** Something that is shown this once. */
export function Secret({ label, text }: { label: string; text: string }) {
  return (
    <div class="secret">
      <span class="secret-label">{label}</span>
      <code dir="ltr">{text}</code>
      <Copy text={text} />
    </div>
  );
}

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard can scroll long lines */}
      <pre dir="ltr" tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
      <Copy text={text} />
    </div>
  );
}

export function Tag({ kind, children }: { kind: "good" | "bad" | "plain"; children: ComponentChildren }) {
  return <span class={`tag tag-${kind}`}>{children}</span>;
}

export function Facts({ rows }: { rows: [label: string, value: ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How much of a limit is used. */
export function Gauge({ label, used, limit, show }: { label: string; used: number; limit: number; show: (n: number) => string }) {
  const say = useWords();
  const share = limit > 0 ? Math.min(100, (used / limit) * 100) : limit === 0 && used > 0 ? 100 : 0;
  const text = limit < 0 ? say("usedUnlimited", { used: show(used) }) : say("usedOf", { used: show(used), limit: show(limit) });
  return (
    <div class="gauge" data-level={levelOf(used, limit)}>
      <span class="gauge-label">{label}</span>
      <span class="gauge-text" dir="auto">
        {text}
      </span>
      {limit >= 0 && <progress max={100} value={share} aria-label={`${label}: ${text}`} />}
    </div>
  );
}

/** A button whose act may be refused; the refusal stands beside it. */
export function Act({ label, act, kind = "" }: { label: string; act: () => Promise<unknown>; kind?: string }) {
  const say = useWords();
  const [error, setError] = useState<string>();
  const run = async () => {
    setError(undefined);
    await act().catch((refused) => setError(say.refusal(refused as Refused)));
  };
  return (
    <>
      <button type="button" class={`button ${kind}`} onClick={run}>
        {label}
      </button>
      {error && (
        <span class="field-error" role="alert">
          {error}
        </span>
      )}
    </>
  );
}
