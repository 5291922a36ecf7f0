// Leave to send one file (XEP-0363), and the sending.
import { safeUrl } from "../core/file.ts";
import type { IqError, Link } from "../core/link.ts";
import { ns } from "../core/ns.ts";
import { attribute, child, children, el, text } from "../core/xml.ts";

/** Why a file was not sent. `lost`: the connection; `busy`: too many at once; `full`: no room in the plan. */
export type Refusal = "large" | "full" | "busy" | "forbidden" | "lost" | "other";

export class UploadError extends Error {
  constructor(
    readonly refusal: Refusal,
    /** The most bytes that a file may have, where it has more. */
    readonly bytesMax?: number,
  ) {
    super(refusal);
  }
}

export interface Slot {
  put: string;
  get: string;
  headers: [name: string, value: string][];
}

const headersAllowed = ["authorization", "cookie", "expires"]; // section 5
/** So long nothing of a file may get on. */
const stalledMs = 60_000;

function number(element: Element | null): number | undefined {
  const digits = text(element).trim();
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

export async function askSlot(link: Link, host: string, file: { name: string; size: number; type: string }): Promise<Slot> {
  const request = el("request", { xmlns: ns.upload, filename: file.name, size: String(file.size), "content-type": file.type || undefined });
  const answer = await link.iq("get", host, request).catch((error: IqError) => {
    throw refusalOf(error);
  });
  const slot = child(answer, ns.upload, "slot");
  const [put, get] = ["put", "get"].map((name) => child(slot, ns.upload, name));
  const [to, from] = [put, get].map((element) => safeUrl(attribute(element, "url")));
  if (!to || !from) throw new UploadError("other");
  const headers = children(put, ns.upload, "header")
    .map((header): [string, string] => [attribute(header, "name"), text(header).replace(/[\r\n]/g, "")])
    .filter(([name]) => headersAllowed.includes(name.toLowerCase()));
  return { put: to, get: from, headers };
}

function refusalOf({ condition, error }: IqError): UploadError {
  const large = child(error, ns.upload, "file-too-large");
  if (large) return new UploadError("large", number(child(large, ns.upload, "max-file-size")));
  if (child(error, ns.upload, "retry")) return new UploadError("busy");
  if (condition === "resource-constraint") return new UploadError("full");
  if (condition === "forbidden" || condition === "not-allowed") return new UploadError("forbidden");
  if (condition === "remote-server-timeout") return new UploadError("lost");
  return new UploadError("other");
}

/** By an XMLHttpRequest: fetch does not tell how far a body has got. */
export function send({ put, headers }: Slot, blob: Blob, type: string, signal: AbortSignal, progressed: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled = 0;
    const wait = (): void => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), stalledMs) as unknown as number;
    };
    const fail = (refusal: Refusal): void => {
      clearTimeout(stalled);
      reject(new UploadError(refusal));
    };
    request.upload.onprogress = ({ loaded }) => {
      wait();
      progressed(loaded);
    };
    request.onload = () => {
      const { status } = request;
      if (status >= 200 && status < 300) {
        clearTimeout(stalled);
        return resolve();
      }
      fail(status === 413 ? "large" : status === 403 || status === 507 ? "full" : status === 429 || status === 503 ? "busy" : "other");
    };
    request.onerror = () => {
      if (navigator.onLine) {
        const { origin } = new URL(put);
        console.warn(`teahouse: a file did not get to ${origin}. If this page has a Content-Security-Policy, its connect-src must name that.`);
      }
      fail("lost");
    };
    request.onabort = () => fail("lost");
    signal.addEventListener("abort", () => request.abort());
    request.open("PUT", put);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", type || "application/octet-stream");
    wait();
    request.send(blob);
  });
}
