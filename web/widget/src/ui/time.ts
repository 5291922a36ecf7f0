// Times as people say them, in the language of the strings.
import type { ChatStrings } from "../strings/chat.ts";
import type { Translate } from "../strings/table.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export interface Clock {
  /** 14:03 */
  time(at: number): string;
  /** Today, Yesterday, Monday, 3 March 2025 */
  day(at: number, now: number): string;
  /** For the list: now, 5 min ago, 14:03, Yesterday, 3 Mar */
  short(at: number, now: number): string;
  /** All of it, for a tooltip. */
  full(at: number): string;
}

export function startOfDay(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

function daysBetween(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / dayMs);
}

export function makeClock(locale: string, t: Translate<ChatStrings>): Clock {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(locale, options);
  const time = format({ timeStyle: "short" });
  const weekday = format({ weekday: "long" });
  const date = format({ weekday: "long", day: "numeric", month: "long" });
  const dateYear = format({ day: "numeric", month: "long", year: "numeric" });
  const shortDate = format({ day: "numeric", month: "short" });
  const shortYear = format({ day: "numeric", month: "short", year: "numeric" });
  const full = format({ dateStyle: "full", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  const sameYear = (a: number, b: number): boolean => new Date(a).getFullYear() === new Date(b).getFullYear();
  return {
    time: (at) => time.format(at),
    full: (at) => full.format(at),
    day(at, now) {
      const days = daysBetween(at, now);
      if (days <= 0) return t("today");
      if (days === 1) return t("yesterday");
      if (days < 7) return weekday.format(at);
      return (sameYear(at, now) ? date : dateYear).format(at);
    },
    short(at, now) {
      const ago = now - at;
      if (ago < minuteMs) return t("now");
      if (ago < 60 * minuteMs) return relative.format(-Math.floor(ago / minuteMs), "minute");
      const days = daysBetween(at, now);
      if (days <= 0) return time.format(at);
      if (days === 1) return t("yesterday");
      return (sameYear(at, now) ? shortDate : shortYear).format(at);
    },
  };
}
