// The words of the panel in the language of the reader, and numbers, times and refusals in it.
import { createContext, createElement, type ComponentChildren } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { chooseLanguage, type Language, type Table, translator } from "../../widget/src/strings/table.ts";
import type { Schemas } from "../../.cache/api.gen.ts";
import type { Refused } from "./api.ts";
import { en as ownEn } from "./words-en.ts";
import { limitsEn, limitsZh } from "./words-limits.ts";
import { lookEn, lookZh } from "./words-look.ts";
import { siteEn, siteZh } from "./words-site.ts";
import { zh as ownZh } from "./words-zh.ts";

const en = { ...ownEn, ...siteEn, ...lookEn };
const zh: Table<typeof en> = { ...ownZh, ...siteZh, ...lookZh };

export type Word = keyof typeof en;
export type LimitName = keyof typeof limitsEn;
export const limitNames = Object.keys(limitsEn) as LimitName[];
export const languages: [code: "en" | "zh", name: string][] = [
  ["en", "English"],
  ["zh", "中文"],
];

const kept = "teahouse-panel-language";
const listeners = new Set<(tag: string) => void>();

function firstTag(): string {
  try {
    return localStorage.getItem(kept) ?? navigator.language;
  } catch {
    return navigator.language;
  }
}

export function setLanguage(tag: string): void {
  try {
    localStorage.setItem(kept, tag);
  } catch {
    // It is so until the page is left.
  }
  for (const listener of listeners) listener(tag);
}

const byteNames: ReadonlySet<string> = new Set(limitNames.filter((name) => /(^|_)bytes(_|$)/.test(name)));
const units = ["", "kilobyte", "megabyte", "gigabyte", "terabyte"];

function make(language: Language) {
  const { locale, table } = language;
  const text = translator({ en, zh }, language);
  const limits = table === "zh" ? limitsZh : limitsEn;
  const number = (n: number) => new Intl.NumberFormat(locale).format(n);
  function bytes(n: number): string {
    const power = n > 0 ? Math.min(units.length - 1, Math.floor(Math.log(n) / Math.log(1024))) : 0;
    if (power === 0) return `${number(n)} B`;
    const value = n / 1024 ** power;
    return new Intl.NumberFormat(locale, {
      style: "unit",
      unit: units[power],
      unitDisplay: "short",
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
  }
  const roleName = (role: string) => text(`role_${role}` as Word);
  const own = {
    language: table,
    number,
    date: (iso: string) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso)),
    time: (iso: string) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)),
    /** A day of UTC, as usage is counted. */
    day: (iso: string) => new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(iso)),
    hour: (iso: string) => new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit" }).format(new Date(iso)),
    clock: (ms: number) => new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(new Date(ms)),
    bytes,
    limit: (name: LimitName) => limits[name] ?? name,
    amount: (name: LimitName, n: number) => (n < 0 ? text("unlimited") : byteNames.has(name) ? bytes(n) : number(n)),
    roleName,
    role: ({ role, tenant, reseller }: Schemas["PersonRole"]) =>
      tenant || reseller ? text("roleAt", { role: roleName(role), place: tenant ?? reseller ?? "" }) : roleName(role),
    /** The server's own sentence, but for what readers of every language meet. */
    refusal({ status, code, message, retryAfterS }: Refused): string {
      if (status === 0) return text("refusedUnreachable");
      if (status === 429) return text("refusedTooMany", { n: Math.max(1, Math.ceil(retryAfterS / 60)) });
      if (status === 401 && code === "not-authorized") return text("refusedSignIn");
      if (status === 503 || status === 507) return text("refusedLater");
      if (table === "zh" && status === 404) return text("refusedNotFound");
      return message || text("refusedLater");
    },
  };
  return Object.assign(text, own);
}

export type Say = ReturnType<typeof make>;
const WordsContext = createContext<Say | null>(null);
export const useWords = (): Say => useContext(WordsContext) as Say;

export function WordsProvider({ children }: { children: ComponentChildren }) {
  const [tag, setTag] = useState(firstTag);
  useEffect(() => {
    listeners.add(setTag);
    return () => void listeners.delete(setTag);
  }, []);
  const say = useMemo(() => {
    const language = chooseLanguage(tag);
    document.documentElement.lang = language.table === "zh" ? "zh-CN" : "en";
    document.documentElement.dir = language.dir;
    return make(language);
  }, [tag]);
  return createElement(WordsContext.Provider, { value: say, children });
}
