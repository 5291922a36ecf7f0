// String tables: English gives the keys, every other language must have them all (the type says so, and a test looks at the values).

export interface Plural {
  one: string;
  other: string;
}
export type Text = string | Plural;
export type Table<English> = { [K in keyof English]: English[K] extends string ? string : Plural };

export function plural(one: string, other: string): Plural {
  return { one, other };
}

export interface Language {
  /** The language the strings are in, which may not be the one asked for. */
  table: "en" | "zh";
  /** For dates and numbers. */
  locale: string;
  dir: "ltr" | "rtl";
}

const rightToLeft = /^(ar|arc|ckb|dv|fa|he|iw|ks|ps|sd|syr|ug|ur|yi)(-|$)/i;

export function chooseLanguage(tag: string): Language {
  const dir = rightToLeft.test(tag) ? "rtl" : "ltr";
  if (/^zh(-|$)/i.test(tag)) return { table: "zh", locale: "zh-CN", dir };
  return { table: "en", locale: /^en(-|$)/i.test(tag) && isLocale(tag) ? tag : "en", dir };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

export type Translate<English> = (key: keyof English, values?: Record<string, string | number>) => string;

export function translator<English>(tables: { en: English; zh: Table<English> }, language: Language): Translate<English> {
  const table = tables[language.table] as Record<keyof English, Text>;
  const rules = new Intl.PluralRules(language.locale);
  return (key, values = {}) => {
    const text = table[key];
    const form = typeof text === "string" ? text : rules.select(Number(values.n)) === "one" ? text.one : text.other;
    return form.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  };
}
