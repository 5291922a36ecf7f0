// Answers of the API that are files: fetched with the session, as every call is, and given to the browser to keep.
import { type Asking, type Call, refuse, request } from "./api.ts";

/** A name that no file system minds. */
export const fileName = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 100) || "file";

/** Throws what the server refused. */
export async function download<C extends Call>(call: C, asking: Asking<C>, name: string): Promise<void> {
  const response = await request(call, asking, "*/*");
  if (!response.ok) throw await refuse(call, response);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
