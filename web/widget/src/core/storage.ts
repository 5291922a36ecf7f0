// What the widget writes down, under one prefix for a site and a user, so that another user of the same browser can have it all removed.
//
// A browser's storage may be full, read-only, denied or missing. What it does not take (or does not let go) is kept in the page's memory
// before it; what it holds is read and removed all the same. A value that could not be replaced stays there: an old one is better than none.
import type { Check } from "./check.ts";

export interface Storage {
  /** Null for what is not there or is not what it should be. */
  get<T>(key: string, is: Check<T>): T | null;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  keys(prefix: string): string[];
  clear(): void;
}

export type Kind = "local" | "session";
export type OpenStorage = (kind: Kind, scope: string) => Storage;

export const storagePrefix = "teahouse";

/** One of the browser's storages with the page's memory before it. */
class Backing {
  /** What was not taken; null for what was not let go. */
  private memory = new Map<string, string | null>();
  constructor(private readonly store: globalThis.Storage | null) {}

  get(key: string): string | null {
    const kept = this.memory.get(key);
    return kept !== undefined ? kept : this.stored(key);
  }

  set(key: string, text: string): void {
    this.write(key, text, (store) => store.setItem(key, text));
  }

  remove(key: string): void {
    this.write(key, null, (store) => store.removeItem(key));
  }

  keys(): string[] {
    const found = new Set<string>();
    try {
      for (let i = 0; i < this.store!.length; i++) found.add(this.store!.key(i)!);
    } catch {
      // Then only what is in memory can be named.
    }
    for (const [key, text] of this.memory) text === null ? found.delete(key) : found.add(key);
    return [...found];
  }

  forgetUnwritten(): void {
    this.memory = new Map();
  }

  private stored(key: string): string | null {
    try {
      return this.store!.getItem(key);
    } catch {
      return null;
    }
  }

  private write(key: string, text: string | null, write: (store: globalThis.Storage) => void): void {
    try {
      write(this.store!);
    } catch {
      // Seen below.
    }
    if (this.stored(key) === text) this.memory.delete(key);
    else this.memory.set(key, text);
  }
}

/** The storages of one page. All its parts must use the same, for the memory before them. */
export class Storages {
  private readonly backings: Record<Kind, Backing>;

  constructor(local = browserStore("local"), session = browserStore("session")) {
    this.backings = { local: new Backing(local), session: new Backing(session) };
  }

  readonly open: OpenStorage = (kind, scope) => {
    const backing = this.backings[kind];
    const prefix = `${storagePrefix}:${scope}:`;
    const keys = (start: string): string[] =>
      backing
        .keys()
        .filter((key) => key.startsWith(prefix + start))
        .map((key) => key.slice(prefix.length));
    return {
      get(key, is) {
        try {
          const value: unknown = JSON.parse(backing.get(prefix + key) ?? "null");
          return is(value) ? value : null;
        } catch {
          return null;
        }
      },
      set: (key, value) => backing.set(prefix + key, stringify(value)),
      remove: (key) => backing.remove(prefix + key),
      keys,
      clear: () => keys("").forEach((key) => backing.remove(prefix + key)),
    };
  };

  /** The page was away (back/forward cache): what others may have changed meanwhile is known only by what is stored. */
  forgetUnwritten(): void {
    for (const backing of Object.values(this.backings)) backing.forgetUnwritten();
  }
}

/** JSON, whatever `toJSON` a page's scripts gave to arrays, strings and numbers (Prototype 1.6 does): the replacer takes what was there before it. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key) {
    return this[key];
  });
}

/** Removes what other users of the same site left in this browser (not the guest's own identity). */
export function clearOtherUsers(open: OpenStorage, site: string, scope: string): void {
  for (const kind of ["local", "session"] as const) {
    const all = open(kind, site);
    for (const key of all.keys("u:")) if (!`${site}:${key}`.startsWith(`${scope}:`)) all.remove(key);
  }
}

/** Nobody is named: what would sign a user in is removed. */
export function forgetTokens(open: OpenStorage, site: string): void {
  const all = open("local", site);
  for (const key of all.keys("u:")) if (key.endsWith(":fast")) all.remove(key);
}

export function userScope(site: string, user: string): string {
  return `${site}:u:${encodeURIComponent(user)}`;
}

function browserStore(kind: Kind): globalThis.Storage | null {
  try {
    return kind === "local" ? localStorage : sessionStorage;
  } catch {
    return null;
  }
}
