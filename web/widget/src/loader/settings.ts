// What the webmaster wrote on the script tag.
import { findToken, readClaims } from "../core/claims.ts";
import { chooseLanguage, type Language } from "../strings/table.ts";

export interface Settings {
  origin: string;
  /** Where the lazily loaded files stand. */
  base: string;
  site: string;
  token?: string;
  tokenUrl?: string;
  /** The id of the signed-in user, whose token this page need not have when the browser was here before. */
  user?: string;
  room?: string;
  to?: string;
  /** Where the worker of notifications stands, on the page's own origin; without it there are none. */
  push?: string;
  /** Calls between two people: none, by voice, or with pictures too. */
  calls: "off" | "audio" | "video";
  /** A call that comes may be heard. */
  tone: boolean;
  mode: "bubble" | "inline" | "page";
  theme: "auto" | "light" | "dark";
  language: Language;
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[]): T {
  if (value !== undefined && !allowed.includes(value as T)) {
    console.warn(`teahouse: "${value}" is not one of ${allowed.join(", ")}; using ${allowed[0]}.`);
  }
  return allowed.includes(value as T) ? (value as T) : allowed[0]!;
}

/** A key of the site's server in the page: everybody who has seen the page has it. It is not used, and not shown again. */
function findSecret(data: DOMStringMap): string | null {
  for (const [name, value] of Object.entries(data)) {
    const kind = /^["'\s]*(sk|ss|ok)_/.exec(value ?? "")?.[1];
    if (!kind) continue;
    const what = { sk: "a secret API key", ss: "the signing secret", ok: "the operator's key" }[kind];
    return (
      `the script tag holds ${what} (${kind}_…, in data-${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}). It is now public: everybody who saw this page ` +
      `can use it. Revoke it at once and make another, for your server only. In the page belongs data-site="pk_…", the site id.`
    );
  }
  return null;
}

/** The path of a file of the page's own origin. */
function readPush(value: string | undefined): string | undefined {
  if (!value) return undefined;
  const url = new URL(value, location.href);
  if (url.origin === location.origin) return url.pathname;
  console.error(`teahouse: data-push="${value}" must be a file of this page's own site: copy teahouse-push.js there.`);
  return undefined;
}

/** Null when the tag can't be used; the console says why. */
export function readSettings(script: HTMLScriptElement): Settings | null {
  const data = script.dataset;
  const secret = findSecret(data);
  if (secret || !data.site) {
    console.error(`teahouse: ${secret ?? 'the script tag needs data-site="pk_…", the site id.'}`);
    return null;
  }
  const { origin, href } = new URL(script.src);
  return {
    origin,
    base: new URL(".", href).href,
    site: data.site,
    token: findToken(data.token ?? "") || undefined,
    tokenUrl: data.tokenUrl || undefined,
    user: data.user || undefined,
    room: data.room || undefined,
    to: data.to || undefined,
    push: readPush(data.push),
    calls: oneOf(data.calls, ["off", "audio", "video"]),
    tone: data.callsTone !== "off",
    mode: oneOf(data.mode, ["bubble", "inline", "page"]),
    theme: oneOf(data.theme, ["auto", "light", "dark"]),
    language: chooseLanguage(data.lang || document.documentElement.lang || navigator.language || "en"),
  };
}

/** Whether a chat of these settings can go on under those: the same site, shown in the same way. */
export function isSamePlace(a: Settings, b: Settings): boolean {
  return (
    JSON.stringify([a.base, a.site, a.mode, a.theme, a.language, a.calls, a.tone]) ===
    JSON.stringify([b.base, b.site, b.mode, b.theme, b.language, b.calls, b.tone])
  );
}

/** The user that the tag names: nobody for a guest, undefined where only the token URL knows. */
export function userOf({ token, tokenUrl, user }: Settings): string | null | undefined {
  if (token) return readClaims(token)?.sub ?? token; // what can't be read is nobody else's either
  return user ?? (tokenUrl ? undefined : null);
}
