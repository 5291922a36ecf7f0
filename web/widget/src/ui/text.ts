// Message bodies and names: finds links and tells bodies of nothing but emoji. Gives pieces, never HTML.

import { graphemes } from "../core/graphemes.ts";

export type Piece = string | { text: string; href: string };

/** No address has what turns the letters around it: it ends there, as at white space. */
const candidate =
  /\b(?:https?:\/\/|www\.)[^\s<>"'“”‘’「」『』《》【】，。；！？、）（\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+|[\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b/giu;
const closing: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** Splits a body into text and links. Only http, https and mailto ever become links. */
export function linkify(body: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of body.matchAll(candidate)) {
    const text = trimEnd(match[0]);
    const href = toHref(text);
    if (!href) continue;
    if (match.index > at) pieces.push(body.slice(at, match.index));
    pieces.push({ text, href });
    at = match.index + text.length;
  }
  if (at < body.length) pieces.push(body.slice(at));
  return pieces;
}

/** A sentence's punctuation is not part of the address, nor is a bracket that was opened before it. In one pass: bodies may be hostile. */
function trimEnd(text: string): string {
  const excess: Record<string, number> = { ")": 0, "]": 0, "}": 0 };
  for (const character of text) {
    if (character in excess) excess[character]!++;
    const close = closing[character];
    if (close) excess[close]!--;
  }
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1]!;
    if (last in excess) {
      if (excess[last]! <= 0) break;
      excess[last]!--;
    } else if (!/[.,:;!?*_~]/.test(last)) break;
  }
  return text.slice(0, end);
}

function toHref(text: string): string | null {
  const isMail = !/^(https?:|www\.)/i.test(text);
  try {
    const url = new URL(isMail ? `mailto:${text}` : /^www\./i.test(text) ? `https://${text}` : text);
    if (!["http:", "https:", "mailto:"].includes(url.protocol)) return null;
    return isMail || url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("[") ? url.href : null;
  } catch {
    return null;
  }
}

// biome-ignore lint/suspicious/noMisleadingCharacterClass: each code point is meant, joined or not
const emojiOnly = /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator})[\p{Emoji_Modifier}\u200d\ufe0f\u{e0020}-\u{e007f}]*\s*){1,12}$/u;

/** One to three emoji and nothing else are shown large. */
export function isLargeEmoji(body: string): boolean {
  if (body.length > 40 || !emojiOnly.test(body)) return false;
  return [...graphemes(body.replace(/\s/g, ""))].length <= 3;
}

/** Far enough apart to be told from each other, and dark enough for white letters. */
const hues = [2, 24, 92, 146, 172, 194, 212, 236, 262, 288, 318, 342];

/** A stable hue for a name. */
export function hue(name: string): number {
  let hash = 2166136261;
  for (const character of name.normalize("NFC").toLowerCase()) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  // Names that differ in their last character differ little until now.
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return hues[((hash ^ (hash >>> 13)) >>> 0) % hues.length]!;
}

/** Two characters: of the first and the last word, or what differs in names that are numbered. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = [...graphemes(words[0] ?? "?")];
  const last = words.length > 1 ? words.at(-1)! : "";
  if (/^\d{2,}$/.test(last)) return last.slice(-2);
  if (/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(first[0]!)) return first.slice(-2).join("");
  const [initial = ""] = graphemes(last);
  return (first[0]! + (/^\p{L}/u.test(initial) ? initial : "")).toUpperCase();
}
