// What the webmaster wrote on the script tag.
import { chooseLanguage, type Language } from "../strings/table.ts";

export interface Settings {
  origin: string;
  /** Where the lazily loaded files stand. */
  base: string;
  site: string;
  token?: string;
  tokenUrl?: string;
  room?: string;
  to?: string;
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

export function readSettings(script: HTMLScriptElement): Settings | null {
  const data = script.dataset;
  if (!data.site) {
    console.error('teahouse: the script tag needs data-site="pk_…" (the site id from your panel).');
    return null;
  }
  const { origin, href } = new URL(script.src);
  return {
    origin,
    base: new URL(".", href).href,
    site: data.site,
    token: data.token || undefined,
    tokenUrl: data.tokenUrl || undefined,
    room: data.room || undefined,
    to: data.to || undefined,
    mode: oneOf(data.mode, ["bubble", "inline", "page"]),
    theme: oneOf(data.theme, ["auto", "light", "dark"]),
    language: chooseLanguage(data.lang || document.documentElement.lang || navigator.language || "en"),
  };
}
