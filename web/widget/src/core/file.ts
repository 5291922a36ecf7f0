// A file as a message shares it: what is said of it on the wire, read and written.
//
// It goes out in three ways at once: its address as the body, which people can open everywhere; XEP-0066, by which clients of today know that
// the body is a file; and XEP-0447 with what is known of it. Any of these is read.
import { hasFields, isNumber, isString, optional } from "./check.ts";
import { ns } from "./ns.ts";
import { attribute, child, children, el, text, type Node } from "./xml.ts";

export interface SharedFile {
  url: string;
  name: string;
  /** The media type, in small letters and without parameters; empty where it is not known. */
  type: string;
  size?: number;
  width?: number;
  height?: number;
  lengthMs?: number;
  /** The SHA-256 in base64. */
  hash?: string;
  /** A data: URI of a small PNG or JPEG. */
  thumb?: string;
  /** What the sender says beside it. */
  caption?: string;
  /** The sender wants it to be saved rather than shown. */
  attachment?: boolean;
}

export const isSharedFile = hasFields<SharedFile>({
  url: (value): value is string => isString(value) && safeUrl(value) !== undefined,
  name: isString,
  type: isString,
  size: optional(isNumber),
  width: optional(isNumber),
  height: optional(isNumber),
  lengthMs: optional(isNumber),
  hash: optional(isString),
  thumb: optional(isString),
  caption: optional(isString),
});

export type FileKind = "picture" | "video" | "voice" | "audio" | "other";

/** What browsers show in their place. No SVG: it is a document. */
const pictures: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const byEnding: Record<string, string> = {
  ...{ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", avif: "image/avif" },
  ...{ mp4: "video/mp4", m4v: "video/mp4", webm: "video/webm", ogv: "video/ogg", mov: "video/quicktime" },
  ...{
    mp3: "audio/mpeg",
    m4a: "audio/mp4",
    aac: "audio/aac",
    ogg: "audio/ogg",
    oga: "audio/ogg",
    opus: "audio/ogg",
    wav: "audio/wav",
    flac: "audio/flac",
  },
};
const typeOf = (name: string): string => byEnding[/\.(\w{2,4})$/.exec(name.toLowerCase())?.[1] ?? ""] ?? "";

const addressCharactersMax = 2_000;
/** As much as file systems and the server take. */
const nameBytesMax = 240;
export const captionCharactersMax = 6_000;
export const thumbCharactersMax = 8 * 1024;
/** Our voice messages are called so: nothing on the wire tells them from other sound. */
export const voicePrefix = "voice-message-";

/** An address that may be loaded or opened: https:, and http: of this machine while one develops. Undefined for all others. */
export function safeUrl(address: string): string | undefined {
  if (address.length > addressCharactersMax) return undefined;
  try {
    const { protocol, hostname, username, password, href } = new URL(address.trim());
    const isLocal = protocol === "http:" && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
    return (protocol === "https:" || isLocal) && !username && !password ? href : undefined;
  } catch {
    return undefined;
  }
}

export function kindOf({ type, name, attachment }: SharedFile): FileKind {
  if (attachment) return "other";
  if (pictures.includes(type)) return "picture";
  if (type.startsWith("video/")) return "video";
  if (type.startsWith("audio/")) return name.startsWith(voicePrefix) ? "voice" : "audio";
  return "other";
}

/** Without characters that break lines or turn the direction, which hide a name's end, and not too long; its ending is kept. */
export function cleanFileName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/gu, "")
    .replace(/[/\\]/g, "_")
    .trim();
  if (/^\.{0,2}$/.test(clean)) return "";
  const encoder = new TextEncoder();
  const bytes = (text: string): number => encoder.encode(text).length;
  if (bytes(clean) <= nameBytesMax) return clean;
  const ending = /\.[\w-]{1,12}$/.exec(clean)?.[0] ?? "";
  const stem = [...clean.slice(0, clean.length - ending.length)].slice(0, nameBytesMax);
  while (stem.length > 0 && bytes(stem.join("")) + ending.length > nameBytesMax) stem.pop();
  return stem.join("") + ending;
}

function nameIn(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return cleanFileName(decodeURIComponent(last));
  } catch {
    return cleanFileName(last);
  }
}

/** A whole number from 1 to a bound, or nothing. */
function count(digits: string, max: number): number | undefined {
  const value = /^\d{1,15}$/.test(digits.trim()) ? Number(digits) : 0;
  return value > 0 && value <= max ? value : undefined;
}

function readThumb(metadata: Element | null): string | undefined {
  return children(metadata, ns.thumbs, "thumbnail")
    .map((thumbnail) => attribute(thumbnail, "uri"))
    .find((uri) => uri.length <= thumbCharactersMax && /^data:image\/(png|jpeg);base64,[a-z0-9+/]+=*$/i.test(uri));
}

/** The body without what XEP-0428 says is there only for clients that don't know files. It counts code points. */
function captionOf(message: Element, body: string, url: string): string | undefined {
  const fallback = children(message, ns.fallback, "fallback").find((f) => attribute(f, "for") === ns.fileSharing);
  const part = child(fallback, ns.fallback, "body");
  let rest = body;
  if (fallback && !attribute(part, "end")) rest = "";
  else if (fallback) {
    const characters = [...body];
    characters.splice(Number(attribute(part, "start")) || 0, Math.max(0, Number(attribute(part, "end")) - (Number(attribute(part, "start")) || 0)));
    rest = characters.join("");
  }
  rest = rest.trim().slice(0, captionCharactersMax);
  return rest === "" || safeUrl(rest) === url ? undefined : rest;
}

/** Undefined where the message shares no file that can be had at a safe address. */
export function readFile(message: Element, body: string): SharedFile | undefined {
  const sharing = child(message, ns.fileSharing, "file-sharing");
  const sources = children(child(sharing, ns.fileSharing, "sources"), ns.urlData, "url-data").map((source) => attribute(source, "target"));
  const named = text(child(child(message, ns.oob, "x"), ns.oob, "url"));
  const url = [...sources, named].map(safeUrl).find((safe) => safe !== undefined);
  if (!url) return undefined;
  const caption = captionOf(message, body, url);
  const inUrl = nameIn(url);
  if (!sharing) return { url, name: inUrl, type: typeOf(inUrl), caption };
  const metadata = child(sharing, ns.fileMetadata, "file");
  const fact = (name: string): string => text(child(metadata, ns.fileMetadata, name));
  const [width, height] = [count(fact("width"), 65_535), count(fact("height"), 65_535)];
  return {
    url,
    name: cleanFileName(fact("name")) || inUrl,
    type: (fact("media-type").split(";", 1)[0] ?? "").trim().toLowerCase().slice(0, 127),
    size: count(fact("size"), Number.MAX_SAFE_INTEGER),
    ...(width && height ? { width, height } : {}),
    lengthMs: count(fact("length"), 7 * 86_400_000),
    thumb: readThumb(metadata),
    caption,
    attachment: attribute(sharing, "disposition") === "attachment" || undefined,
  };
}

/** What a message with this file has beside its body, which is the address. */
export function fileNodes({ url, name, type, size, width, height, lengthMs, hash, thumb }: SharedFile): Node[] {
  const fact = (of: string, value: string | number | undefined): Node | undefined => (value ? el(of, {}, String(value)) : undefined);
  const metadata = el(
    "file",
    { xmlns: ns.fileMetadata },
    fact("media-type", type),
    fact("name", name),
    fact("size", size),
    fact("width", width),
    fact("height", height),
    fact("length", lengthMs),
    hash !== undefined && el("hash", { xmlns: ns.hashes, algo: "sha-256" }, hash),
    thumb !== undefined && el("thumbnail", { xmlns: ns.thumbs, uri: thumb, "media-type": /^data:([^;]+)/.exec(thumb)?.[1] }),
  );
  const sources = el("sources", {}, el("url-data", { xmlns: ns.urlData, target: url }));
  return [
    el("x", { xmlns: ns.oob }, el("url", {}, url)),
    el("file-sharing", { xmlns: ns.fileSharing, disposition: "inline" }, metadata, sources),
    el("fallback", { xmlns: ns.fallback, for: ns.fileSharing }, el("body")),
  ];
}
