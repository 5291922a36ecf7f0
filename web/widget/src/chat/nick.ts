// Names and nicks. A name is what its owner has written and others see. A nick is the name as a room can take it: a resourcepart, so of
// PRECIS's OpaqueString (RFC 8265 section 4.2), where emoji are drawn without joiners and a middle dot stands only between two l.
//
// What the class disallows is replaced by what looks like it, or left out. The server knows a Unicode of its own age, and joining letters
// better: what it still refuses, it names, and that is left out then.

import { graphemes } from "../core/graphemes.ts";

const charactersMax = 48;
const lineCharactersMax = 1_000;

/**
 * Words that others have written (a room's name or subject, a reason), in one line: without what turns the letters around it, as the server takes
 * it out of users' names. With it one name reads as another.
 */
export function oneLine(text: string): string {
  const line = text.slice(0, lineCharactersMax).replace(/[\u202A-\u202E\u2066-\u2069]|[\uD800-\uDBFF]$/g, "");
  return line.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

export function cleanName(name: string): string {
  return cut(oneLine(name));
}

/** Not within what people take for one character, unless that alone is too long. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const kept: string[] = [];
  for (const grapheme of graphemes(line)) {
    const characters = [...grapheme];
    if (kept.length > 0 && kept.length + characters.length > charactersMax) break;
    kept.push(...characters.slice(0, charactersMax));
  }
  return kept.join("").trim();
}

const kanaOrHan = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const arabic = /[\p{Script=Arabic}\p{Mn}]/u;
const virama = new RegExp(
  "[\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D3B\\u0D3C\\u0D4D\\u0DCA\\u0E3A\\u0EBA\\u0F84\\u1039\\u103A\\u1714\\u1734\\u17D2" +
    "\\u1A60\\u1B44\\u1BAA\\u1BAB\\u1BF2\\u1BF3\\u2D7F\\uA806\\uA8C4\\uA953\\uA9C0\\uAAF6\\uABED]",
);

/** RFC 5892 appendix A: characters that are allowed in their own neighbourhood only, and what is like each outside of it. */
function inPlace(character: string, before: string, after: string, whole: string): string {
  switch (character) {
    case "\u00B7": // a middle dot
      return before === "l" && after === "l" ? character : "\u2027";
    case "\u30FB": // a middle dot of kana
      return kanaOrHan.test(whole) ? character : "\u2027";
    case "\u0375":
      return /\p{Script=Greek}/u.test(after) ? character : ",";
    case "\u05F3":
      return /\p{Script=Hebrew}/u.test(before) ? character : "'";
    case "\u05F4":
      return /\p{Script=Hebrew}/u.test(before) ? character : '"';
    case "\u200C":
      return virama.test(before) || (arabic.test(before) && arabic.test(after)) ? character : "";
    case "\u200D":
      return virama.test(before) ? character : "";
    default:
      return character;
  }
}

// Controls, what is invisible by default, private, unassigned, and those that RFC 5892 section 2.6 excepts; old Hangul letters that NFC
// has not joined.
const repeated = /[\u3031-\u3035\u303B]/g;
const leftOut =
  /[\u0640\u07FA\u302E\u302F\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]|(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function withOneKindOfDigits(text: string): string {
  if (!/[\u0660-\u0669]/.test(text)) return text;
  return text.replace(/[\u06F0-\u06F9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x90));
}

/** The nick of a name: without the characters that the server is known to refuse; "" if nothing is left. */
export function makeNick(name: string, refused: ReadonlySet<string> = new Set()): string {
  let nick = cleanName(name).normalize("NFC");
  const characters = [...withOneKindOfDigits(nick.replace(repeated, "\u3005").replace(leftOut, ""))].filter((c) => !refused.has(c));
  nick = characters.map((c, i) => inPlace(c, characters[i - 1] ?? "", characters[i + 1] ?? "", nick)).join("");
  return cut(nick).normalize("NFC");
}

/** The character that the text of a refusal names: "... is not allowed there: U+00B7." */
export function refusedCharacter(text: string): string | undefined {
  const code = /U\+([0-9A-F]{4,6})\b/.exec(text)?.[1];
  return code ? String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)) : undefined;
}

/**
 * How somebody of this nick writes the name (XEP-0172), perhaps with the number that tells two of one name apart. Only a name of which the
 * nick is made counts: nobody can pass for somebody else by it.
 */
export function writtenName(nick: string, written: string): string | undefined {
  const name = cleanName(written);
  const known = makeNick(name);
  if (!known || !nick.startsWith(known)) return undefined;
  const number = nick.slice(known.length);
  return /^(?: \d\d?)?$/.test(number) && name + number !== nick ? name + number : undefined;
}
