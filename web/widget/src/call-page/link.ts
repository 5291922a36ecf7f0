// The link of an arranged call: where the page finds it, and what the server says of it.
import { Problem } from "../core/api.ts";
import type { CallPageStrings } from "../strings/call-page.ts";

export interface Person {
  user: string;
  jid: string;
  name: string;
  picture?: string;
}
export interface Opened {
  site: string;
  title: string;
  user: Person;
  with: Person;
  video: boolean;
}
export interface Joined extends Opened {
  token: string;
  /** The other has joined already, and waits. */
  is_awaited: boolean;
}

async function ask<T>(what: "look" | "join", site: string, link: string): Promise<T> {
  const url = `${location.origin}/v1/sites/${encodeURIComponent(site)}/calls/${what}`;
  const response = await fetch(url, { method: "POST", credentials: "omit", body: new URLSearchParams({ link }) });
  if (response.ok) return (await response.json()) as T;
  const problem = await response.json().catch(() => ({}) as Record<string, string>);
  throw new Problem(response.status, problem.title ?? `HTTP ${response.status}`, problem.detail ?? "", problem.code ?? "", 0);
}

export const lookAt = (site: string, link: string): Promise<Opened> => ask("look", site, link);
/** Uses the link up. */
export const join = (site: string, link: string): Promise<Joined> => ask("join", site, link);

const words: Record<string, keyof CallPageStrings> = {
  "link-unknown": "unknown",
  "link-used": "used",
  "link-expired": "expired",
  "call-over": "callOver",
  "tenant-suspended": "suspended",
  "calls-off": "callsOff",
  "account-disabled": "disabled",
};

/** Why it can't be joined, and whether it may be possible a moment later. */
export interface Refusal {
  text: keyof CallPageStrings;
  passes: boolean;
}
export function judgeRefusal(error: unknown): Refusal {
  if (!(error instanceof Problem)) return { text: "unreachable", passes: true };
  const text = words[error.code];
  if (text) return { text, passes: text === "suspended" };
  if (error.status === 429 || error.status === 503) return { text: "busy", passes: true };
  return error.status < 500 ? { text: "unknown", passes: false } : { text: "unreachable", passes: true };
}

const kept = "teahouse:call";
interface Kept {
  link: string;
  /** It was used by this page. */
  joined?: Joined;
}

function isKept(value: unknown): value is Kept {
  const { link, joined } = (value ?? {}) as Partial<Kept>;
  return typeof link === "string" && (joined === undefined || (typeof joined.token === "string" && typeof joined.with?.jid === "string"));
}

/**
 * Takes the link out of the address bar, and keeps it for as long as the tab lives: the page can be loaded anew. Null: there is none, and never
 * was.
 */
export function takeLink(): Kept | null {
  const link = location.hash.slice(1);
  if (link) {
    const before = readKept();
    if (before?.link !== link) keep({ link });
    history.replaceState(null, "", location.pathname);
  }
  return readKept() ?? (link ? { link } : null);
}

export function keep(value: Kept): void {
  try {
    sessionStorage.setItem(kept, JSON.stringify(value));
  } catch {
    // Then the page can't be loaded anew, and all else works.
  }
}

function readKept(): Kept | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(kept) ?? "null");
    return isKept(value) ? value : null;
  } catch {
    return null;
  }
}
