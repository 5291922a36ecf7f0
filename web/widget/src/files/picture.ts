// What is made of a chosen file before it is sent: its size as a picture, a small copy of it, and its digest. Pictures are decoded with
// createImageBitmap and drawn on canvases: neither needs blob: or data: in a page's CSP.
import { pictureSize, withoutMetadata } from "./metadata.ts";

/** Larger files are sent as they are, and without a digest: both would need all of one in memory. */
const readBytesMax = 32 * 1024 * 1024;
const previewPx = 560;
const thumbPx = 36;
const thumbBytesMax = 3 * 1024;
/** A thumbnail that says it is larger is not decoded. */
const thumbSidePxMax = 512;
const readable = ["image/png", "image/jpeg", "image/webp"];

export interface Picture {
  width: number;
  height: number;
  preview: ImageBitmap;
}

/** Null for what this browser can't show as a picture. */
export async function readPicture(file: Blob): Promise<Picture | null> {
  if (!/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type) || typeof createImageBitmap !== "function") return null;
  try {
    const whole = await createImageBitmap(file);
    const { width, height } = whole;
    const scale = Math.min(1, previewPx / Math.max(width, height));
    if (scale === 1) return { width, height, preview: whole };
    const [resizeWidth, resizeHeight] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const preview = await createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: "high" });
    whole.close();
    return { width, height, preview };
  } catch {
    return null; // damaged, or larger than the browser draws
  }
}

/** A data: URI of a JPEG of a few hundred bytes, shown until the picture is there. */
export async function makeThumb({ preview }: Picture): Promise<string | undefined> {
  try {
    const scale = Math.min(1, thumbPx / Math.max(preview.width, preview.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(preview.width * scale));
    canvas.height = Math.max(1, Math.round(preview.height * scale));
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#fff"; // what is transparent would be black
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(preview, 0, 0, canvas.width, canvas.height);
    const uri = canvas.toDataURL("image/jpeg", 0.6);
    return uri.startsWith("data:image/jpeg") && uri.length <= thumbBytesMax ? uri : undefined;
  } catch {
    return undefined;
  }
}

/** The thumbnail of a message, as something to draw. */
export async function readThumb(uri: string): Promise<ImageBitmap | null> {
  try {
    const bytes = Uint8Array.from(atob(uri.slice(uri.indexOf(",") + 1)), (c) => c.charCodeAt(0));
    const size = pictureSize(bytes);
    if (!size || Math.max(size.width, size.height) > thumbSidePxMax) return null;
    return await createImageBitmap(new Blob([bytes], { type: /^data:([^;]+)/.exec(uri)?.[1] }));
  } catch {
    return null;
  }
}

export interface Prepared {
  blob: Blob;
  /** SHA-256 in base64. */
  hash?: string;
}

/** The file as it is sent. */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.size > readBytesMax) return { blob: file };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const cleaned = readable.includes(file.type) ? withoutMetadata(bytes) : null;
  const blob = cleaned ? new Blob([cleaned], { type: file.type }) : file;
  if (!crypto.subtle) return { blob };
  const digest = await crypto.subtle.digest("SHA-256", cleaned ?? bytes);
  return { blob, hash: btoa(String.fromCharCode(...new Uint8Array(digest))) };
}
