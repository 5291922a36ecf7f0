// The files on their way out of this page, one after the other, so that they arrive in the order in which they were chosen. One that fails
// waits for its user's word, and those behind it go on; one that is sent becomes a message. They end with the page: nobody else has the files.
import type { Chat } from "../chat/chat.ts";
import type { Conversation } from "../chat/model.ts";
import { cleanFileName, type SharedFile } from "../core/file.ts";
import { Emitter } from "../core/emitter.ts";
import { randomId } from "../core/ids.ts";
import { makeThumb, prepare, readPicture, type Picture } from "./picture.ts";
import { askSlot, send, UploadError, type Refusal } from "./slot.ts";

export const filesAtOnceMax = 10;
const previewsMax = 12;

/** A file that the user has chosen and not sent yet. */
export interface Chosen {
  id: string;
  file: File;
  name: string;
  picture: Picture | null;
  /** Of a voice message. */
  lengthMs?: number;
}

export interface Upload extends Chosen {
  conversation: Conversation;
  state: "waiting" | "sending" | "failed";
  /** Bytes, of `file.size` or a little less. */
  sent: number;
  refusal?: Refusal;
  /** The most bytes that a file may have, where it was refused for having more. */
  bytesMax?: number;
}

/** Why a file can't be chosen. */
export type Objection =
  | { why: "empty"; name: string }
  | { why: "many"; name: string }
  | { why: "large"; name: string; size: number; bytesMax: number };

interface UploadsEvents {
  /** One has come, gone, begun or failed. */
  change: void;
  progress: void;
}

export class Uploads extends Emitter<UploadsEvents> {
  list: Upload[] = [];
  private readonly chosen = new Map<string, Chosen[]>();
  private current: { id: string; abort: AbortController } | null = null;
  /** The most bytes that a file may have: -1 is no limit. */
  private bytesMax: number;
  /** What was drawn of our own pictures, until they have come back from the server. */
  private readonly previews = new Map<string, ImageBitmap>();

  constructor(private readonly chat: Chat) {
    super();
    this.bytesMax = chat.options.site.file_bytes ?? -1;
    chat.on("stop", () => this.stop());
  }

  /** The site takes files. */
  get can(): boolean {
    return this.chat.options.site.upload !== undefined;
  }

  /** Whether this is the address of a file on the site's own host. */
  isOwn(url: string): boolean {
    const { files } = this.chat.options.site;
    return files !== undefined && url.startsWith(new URL(files).href);
  }

  of(conversation: Conversation): Upload[] {
    return this.list.filter((upload) => upload.conversation.jid === conversation.jid);
  }

  preview(url: string): ImageBitmap | undefined {
    return this.previews.get(url);
  }

  /** What the user has chosen for this conversation and not sent yet. */
  chosenFor({ jid }: Conversation): Chosen[] {
    return this.chosen.get(jid) ?? [];
  }

  /** Adds what may be sent. Says of the first of the others why it may not. */
  async choose(conversation: Conversation, files: File[]): Promise<Objection | null> {
    const { bytesMax } = this;
    let objection: Objection | null = null;
    for (const file of files) {
      const name = nameOf(file);
      if (file.size === 0) objection ??= { why: "empty", name };
      else if (bytesMax >= 0 && file.size > bytesMax) objection ??= { why: "large", name, size: file.size, bytesMax };
      else if (this.chosenFor(conversation).length >= filesAtOnceMax) objection ??= { why: "many", name };
      else this.setChosen(conversation, [...this.chosenFor(conversation), { id: randomId(8), file, name, picture: await readPicture(file) }]);
    }
    return objection;
  }

  unchoose(conversation: Conversation, id: string): void {
    const chosen = this.chosenFor(conversation);
    this.setChosen(
      conversation,
      chosen.filter((each) => each.id !== id),
    );
  }

  sendChosen(conversation: Conversation): void {
    const chosen = this.chosenFor(conversation);
    this.chosen.delete(conversation.jid);
    this.send(conversation, chosen);
  }

  sendVoice(conversation: Conversation, file: File, lengthMs: number): void {
    this.send(conversation, [{ id: randomId(8), file, name: file.name, picture: null, lengthMs }]);
  }

  private setChosen({ jid }: Conversation, chosen: Chosen[]): void {
    this.chosen.set(jid, chosen);
    this.emit("change", undefined);
  }

  private send(conversation: Conversation, chosen: Chosen[]): void {
    for (const each of chosen) this.list = [...this.list, { ...each, conversation, state: "waiting", sent: 0 }];
    this.emit("change", undefined);
    void this.work();
  }

  /** From its beginning. */
  retry(id: string): void {
    this.update(id, { state: "waiting", sent: 0, refusal: undefined });
    void this.work();
  }

  cancel(id: string): void {
    this.list = this.list.filter((upload) => upload.id !== id);
    if (this.current?.id === id) this.current.abort.abort();
    this.emit("change", undefined);
  }

  private async work(): Promise<void> {
    if (this.current) return;
    for (let next: Upload | undefined; (next = this.list.find((upload) => upload.state === "waiting")); ) {
      const abort = new AbortController();
      this.current = { id: next.id, abort };
      this.update(next.id, { state: "sending" });
      try {
        await this.upload(next, abort.signal);
      } catch (error) {
        const { refusal, bytesMax } = error instanceof UploadError ? error : new UploadError("other");
        if (bytesMax !== undefined) this.bytesMax = bytesMax; // the plan has changed
        this.update(next.id, { state: "failed", refusal, bytesMax });
      }
      this.current = null;
    }
  }

  private async upload(upload: Upload, signal: AbortSignal): Promise<void> {
    const { id, name, picture, lengthMs, conversation } = upload;
    const { blob, hash } = await prepare(upload.file);
    const type = upload.file.type.split(";", 1)[0]!.trim().toLowerCase();
    const [{ width, height }, thumb] = [picture ?? { width: undefined, height: undefined }, picture ? await makeThumb(picture) : undefined];
    const slot = await askSlot(this.chat.link, this.chat.options.site.upload ?? "", { name, size: blob.size, type });
    if (signal.aborted) throw new UploadError("lost");
    await send(slot, blob, type, signal, (bytes) => {
      const at = this.list.find((each) => each.id === id);
      if (at) at.sent = bytes;
      this.emit("progress", undefined);
    });
    if (!this.list.some((each) => each.id === id)) return;
    this.list = this.list.filter((each) => each.id !== id);
    const shared: SharedFile = { url: slot.get, name, type, size: blob.size, width, height, lengthMs, hash, thumb };
    if (picture) this.keepPreview(slot.get, picture.preview);
    this.chat.sendFile(conversation, shared);
    this.emit("change", undefined);
  }

  private keepPreview(url: string, preview: ImageBitmap): void {
    this.previews.set(url, preview);
    const [oldest] = this.previews.keys();
    if (this.previews.size > previewsMax && oldest !== undefined) this.previews.delete(oldest);
  }

  private update(id: string, change: Partial<Upload>): void {
    this.list = this.list.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
    this.emit("change", undefined);
  }

  private stop(): void {
    for (const { id, state } of this.list) if (state === "waiting") this.update(id, { state: "failed", refusal: "lost" });
    this.current?.abort.abort();
  }
}

/** Pasted pictures are all called image.png: the time tells them apart. */
function nameOf(file: File): string {
  const name = cleanFileName(file.name);
  if (name && !/^image\.\w+$/.test(name)) return name;
  const ending = /\.\w+$/.exec(name)?.[0] ?? `.${file.type.split("/")[1]?.split(/[;+]/)[0] || "bin"}`;
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, "0");
  return `image-${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}${ending}`;
}

const all = new WeakMap<Chat, Uploads>();

export function uploadsOf(chat: Chat): Uploads {
  let uploads = all.get(chat);
  if (!uploads) all.set(chat, (uploads = new Uploads(chat)));
  return uploads;
}
