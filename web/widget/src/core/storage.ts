// What the widget writes down, under one prefix for a site and a user, so that another user of the same browser can have it all removed.
// A browser that refuses storage (private mode, blocked by the user) gets one that lives as long as the page.

export interface Storage {
  get<T>(key: string): T | null;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  keys(prefix: string): string[];
  clear(): void;
}

export const storagePrefix = "teahouse";

export function openStorage(kind: "local" | "session", scope: string): Storage {
  const backing = backingStore(kind);
  const prefix = `${storagePrefix}:${scope}:`;
  const keys = (start: string): string[] => {
    const found: string[] = [];
    for (let i = 0; i < backing.length; i++) {
      const key = backing.key(i);
      if (key?.startsWith(prefix + start)) found.push(key.slice(prefix.length));
    }
    return found;
  };
  return {
    get(key) {
      try {
        return JSON.parse(backing.getItem(prefix + key) ?? "null");
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        backing.setItem(prefix + key, JSON.stringify(value));
      } catch {
        // Full: what is kept here only spares work after a reload.
      }
    },
    remove: (key) => backing.removeItem(prefix + key),
    keys,
    clear: () => keys("").forEach((key) => backing.removeItem(prefix + key)),
  };
}

/** Removes what other users of the same site left in this browser (not the guest's own identity). */
export function clearOtherUsers(site: string, scope: string): void {
  for (const kind of ["local", "session"] as const) {
    const all = openStorage(kind, site);
    for (const key of all.keys("u:")) if (!`${site}:${key}`.startsWith(`${scope}:`)) all.remove(key);
  }
}

export function userScope(site: string, user: string): string {
  return `${site}:u:${encodeURIComponent(user)}`;
}

function backingStore(kind: "local" | "session"): globalThis.Storage {
  try {
    const store = kind === "local" ? localStorage : sessionStorage;
    store.setItem(storagePrefix, "1");
    store.removeItem(storagePrefix);
    return store;
  } catch {
    return memoryStore();
  }
}

function memoryStore(): globalThis.Storage {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (i: number) => [...values.keys()][i] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    clear: () => values.clear(),
  };
}
