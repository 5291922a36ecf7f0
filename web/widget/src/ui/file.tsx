// A shared file in its message: pictures, film and sound in their place, all else as a card to download.
//
// What lies on another host than this site's own is not asked for until the user says so: that host would learn who reads, and when.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Chat } from "../chat/chat.ts";
import type { Message } from "../chat/model.ts";
import { kindOf, type SharedFile } from "../core/file.ts";
import { uploadsOf } from "../files/uploads.ts";
import { Bitmap, Thumb } from "./bitmap.tsx";
import type { Ui } from "./context.ts";
import { bytesText, endingText, kindIcons, kindText } from "./file-words.ts";
import { Icon } from "./icons.tsx";
import { VoicePlayer } from "./voice.tsx";

const revealed = new WeakMap<Chat, Set<string>>();

/** Whether it may be loaded without asking: it is this site's own, or the user has said so. */
export function mayLoad(chat: Chat, { url }: SharedFile): boolean {
  return uploadsOf(chat).isOwn(url) || (revealed.get(chat)?.has(url) ?? false);
}

function reveal(chat: Chat, { url }: SharedFile): void {
  const set = revealed.get(chat) ?? new Set<string>();
  revealed.set(chat, set.add(url));
}

const widthPxMax = 280;
const heightPxMax = 320;
const sidePxMin = 72;
/** Where the sender did not say how large it is. */
const unknownSize = { width: 240, height: 180 };

/** The box that is kept for a picture before it is there. Very long ones are cut off in it. */
export function boxOf({ width, height }: Pick<SharedFile, "width" | "height">): { width: number; height: number } {
  if (!width || !height) return unknownSize;
  const scale = Math.min(1, widthPxMax / width, heightPxMax / height);
  const side = (px: number): number => Math.round(Math.max(sidePxMin, px * scale));
  return { width: side(width), height: side(height) };
}

export function boxStyle(file: Pick<SharedFile, "width" | "height">): Record<string, string> {
  const { width, height } = boxOf(file);
  return { inlineSize: `${width}px`, aspectRatio: `${width} / ${height}` };
}

export function FileView({ message, ui }: { message: Message; ui: Ui }): JSX.Element {
  const { chat } = ui;
  const file = message.file!;
  const [allowed, setAllowed] = useState(() => mayLoad(chat, file));
  const [broken, setBroken] = useState(false);
  const kind = kindOf(file);
  const fail = (): void => setBroken(true);
  if (kind === "other" || broken) return <FileCard file={file} ui={ui} broken={broken} />;
  if (!allowed) {
    const show = (): void => {
      reveal(chat, file);
      setAllowed(true);
    };
    return <Elsewhere file={file} ui={ui} show={show} />;
  }
  if (kind === "picture") return <Picture message={message} ui={ui} fail={fail} />;
  if (kind === "video") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody has written any
      <video class="film" style={boxStyle(filmSize(file))} src={file.url} controls preload="metadata" playsInline onError={fail} />
    );
  }
  if (kind === "voice") return <VoicePlayer file={file} ui={ui} fail={fail} />;
  return (
    <div class="sound">
      <FileName file={file} ui={ui} />
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written any */}
      <audio src={file.url} controls preload="none" onError={fail} />
    </div>
  );
}

/** A film is as wide as a picture may be: its player needs the room. */
function filmSize({ width, height }: SharedFile): { width: number; height: number } {
  return width && height ? { width: 10 * width, height: 10 * height } : { width: 1600, height: 900 };
}

function Picture({ message, ui, fail }: { message: Message; ui: Ui; fail(): void }): JSX.Element {
  const { chat, t, showPicture } = ui;
  const file = message.file!;
  const [loaded, setLoaded] = useState(false);
  const preview = uploadsOf(chat).preview(file.url);
  return (
    <button
      type="button"
      class="picture"
      style={boxStyle(file)}
      aria-label={t("pictureOpen", { name: file.name })}
      onClick={() => showPicture(message)}
    >
      {!loaded && (preview ? <Bitmap bitmap={preview} /> : file.thumb && <Thumb uri={file.thumb} />)}
      <img
        src={file.url}
        alt=""
        class={loaded ? "loaded" : ""}
        referrerpolicy="no-referrer"
        loading="lazy"
        decoding="async"
        draggable={false}
        onLoad={() => setLoaded(true)}
        onError={fail}
      />
    </button>
  );
}

function Elsewhere({ file, ui, show }: { file: SharedFile; ui: Ui; show(): void }): JSX.Element {
  const { t } = ui;
  return (
    <div class="file-card elsewhere">
      <FileName file={file} ui={ui} />
      <p>{t("fileElsewhere", { host: new URL(file.url).host })}</p>
      <button type="button" class="link" onClick={show}>
        {t("fileShow")}
      </button>
    </div>
  );
}

function FileName({ file, ui }: { file: SharedFile; ui: Ui }): JSX.Element {
  const { t, language } = ui;
  const facts = [endingText(file.name) || kindText(file, t), file.size !== undefined && bytesText(file.size, language.locale)];
  return (
    <span class="file-facts">
      <span class="file-icon">
        <Icon name={kindIcons[kindOf(file)]} />
      </span>
      <span class="file-words">
        <bdi class="file-name">{file.name || t("file")}</bdi>
        <span class="file-size">{facts.filter(Boolean).join(" · ")}</span>
      </span>
    </span>
  );
}

export function FileCard({ file, ui, broken = false }: { file: SharedFile; ui: Ui; broken?: boolean }): JSX.Element {
  const { t } = ui;
  return (
    <a class="file-card" href={file.url} download={file.name} target="_blank" rel="noopener noreferrer nofollow ugc">
      <span class="hidden">{t("fileDownload")}</span>
      <FileName file={file} ui={ui} />
      <Icon name="download" />
      {broken && <span class="file-broken">{t("fileNotShown")}</span>}
    </a>
  );
}
