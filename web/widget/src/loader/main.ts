// w.js: what the page names. Answers `teahouse()` calls and puts a widget there as the tag says, again whenever the tag runs again; the rest
// is loaded when it is needed. A classic script, so that one line without type="module" is enough; the rest are ES modules beside it.
import { Storages } from "../core/storage.ts";
import { own } from "../own.ts";
import { Files, runAgain } from "./files.ts";
import { readSettings } from "./settings.ts";
import type { Target } from "./shell.ts";
import { findTag, watchModules } from "./tag.ts";
import { Widget, type Page } from "./widget.ts";

declare const CORE_FILE: string;
declare const UI_FILE: string;
declare const CALLS_FILE: string;

const version = `${CORE_FILE} ${UI_FILE} ${CALLS_FILE}`;

type Call = [command: string, ...rest: unknown[]];
type Handler = [event: string, handler: (value?: unknown) => void];

/** What a w.js of another version finds here, and is left: it must be understood by all versions to come. */
interface Left {
  tag: HTMLScriptElement;
  handlers: Handler[];
  /** What was asked for and not yet done. */
  calls: Call[];
}
interface Queue {
  (...call: Call): void;
  q?: Iterable<unknown>[];
  own?: typeof own;
  /** The script has run again, for this tag. Null: it was of this version, and is taken care of. */
  again?(tag: HTMLScriptElement, version: string): Left | null;
}

/** `teahouse` as earlier scripts made it. An element of that id has the name too, and is no queue. */
function findQueue(): Queue | undefined {
  const found = (window as unknown as { teahouse?: unknown }).teahouse;
  return typeof found === "function" && !(found instanceof Node) ? (found as Queue) : undefined;
}

/** The browser showed this page before and took it, as it was then, from its cache. */
function isCopied(): boolean {
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return load?.type === "back_forward" && load.transferSize === 0;
}

/** Ids may be numbers where a page has them so. */
function readTarget(value: unknown): Target | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { to, room } = value as Record<keyof Target, unknown>;
  const read = (name: unknown): string | undefined => (typeof name === "string" || typeof name === "number" ? String(name) : undefined);
  return { to: read(to), room: read(room) };
}

class Place {
  private widget: Widget | null = null;
  private readonly handlers: Handler[];
  private readonly page: Page;
  private readonly early: Call[];
  private readonly renewals = new WeakSet<HTMLScriptElement>();
  private ready = false;

  constructor(
    private tag: HTMLScriptElement,
    queue: Queue | undefined,
    left: Left | null,
  ) {
    this.handlers = left?.handlers ?? [];
    this.early = left?.calls ?? [...(queue?.q ?? [])].map((call) => [...call] as Call);
    const renew = (): Promise<void> => runAgain(this.tag, this.base, (copy) => this.renewals.add(copy));
    this.page = {
      storages: new Storages(),
      files: new Files(() => this.base, renew, left !== null),
      leftTokens: new Set(),
      leftUsers: new Set(),
      tell: (event, value) => this.tell(event, value),
    };
    const begin = (): void => {
      this.ready = true;
      this.run(left === null && isCopied());
      for (const call of this.early.splice(0)) this.call(call);
    };
    if (document.body) begin();
    else addEventListener("DOMContentLoaded", begin);
    watchModules(tag, (next) => this.again(next, version));
  }

  call(call: Call): void {
    const [command, value, handler] = call;
    if (!this.ready) return void this.early.push(call);
    switch (command) {
      case "open":
        return void this.widget?.open(readTarget(value));
      case "call":
        return this.widget?.call(readTarget(value)?.to, (value as { video?: unknown } | null)?.video === true);
      case "close":
        return this.widget?.close();
      case "logout":
        return this.widget?.logout();
      case "on":
        if (typeof value === "string" && typeof handler === "function") this.handlers.push([value, handler as Handler[1]]);
        return;
      default:
        console.warn(`teahouse: there is no "${String(command)}". Use open, call, close, logout or on.`);
    }
  }

  again(tag: HTMLScriptElement, other: string): Left | null {
    const renewal = this.renewals.has(tag);
    if (other === version && renewal) return null;
    if (!renewal) {
      if (this.tag.isConnected && tag !== this.tag) console.warn("teahouse: w.js is on this page more than once; the last one counts.");
      this.tag = tag;
    }
    if (other === version) {
      if (this.ready) this.run(false);
      return null;
    }
    const calls: Call[] = this.widget?.wanted ? [...this.early, ["open", this.widget.target]] : this.early;
    this.widget?.end(readSettings(this.tag));
    this.widget = null;
    return { tag: this.tag, handlers: this.handlers, calls };
  }

  private get base(): string {
    return new URL(".", this.tag.src).href;
  }

  /** Puts there what the tag says. */
  private run(copied: boolean): void {
    const { tag, widget } = this;
    const settings = readSettings(tag);
    if (settings && widget?.turn(tag, settings)) return;
    widget?.end(settings);
    this.widget = settings && new Widget(settings, tag, this.page, copied);
  }

  private tell(event: string, value?: unknown): void {
    for (const [name, handler] of this.handlers) {
      if (name !== event) continue;
      try {
        handler(value);
      } catch (error) {
        console.error("teahouse:", error);
      }
    }
  }
}

function main(): void {
  const tag = findTag();
  if (!tag) return;
  const before = findQueue();
  let left: Left | null = null;
  if (before?.again && !(left = before.again(tag, version))) return;
  const place = new Place(left?.tag ?? tag, before, left);
  const queue: Queue = (...call) => {
    const now = findQueue();
    if (now === queue || !now) place.call(call);
    else now(...call); // another version has come
  };
  queue.again = (next, other) => place.again(next, other);
  queue.own = own;
  (window as unknown as { teahouse: Queue }).teahouse = queue;
}

main();
