// Messages the user has written and the server has not yet acknowledged. One stored key a message, so that tabs never overwrite each
// other's; whichever tab leads sends what is here, always under the same id, until it is acknowledged, refused, or found in the archive.
import { isSharedFile, type SharedFile } from "./file.ts";
import { hasFields, isBoolean, isNumber, isString, optional } from "./check.ts";
import type { Storage } from "./storage.ts";

export interface Outgoing {
  id: string;
  to: string;
  room: boolean;
  body: string;
  /** It is a file that has been uploaded; the body is its address. */
  file?: SharedFile;
  time: number;
  /** How often it was sent in a new session. A message that ends the stream each time must not do so for ever. */
  tries?: number;
  /** The condition of the stanza error it was refused with: shown with a "try again", not sent by itself. */
  error?: string;
}

const isOutgoing = hasFields<Outgoing>({
  id: isString,
  to: isString,
  room: isBoolean,
  body: isString,
  file: optional(isSharedFile),
  time: isNumber,
  tries: optional(isNumber),
  error: optional(isString),
});

export class Outbox {
  constructor(private readonly storage: Storage) {}

  put(message: Outgoing): void {
    this.storage.set(`out:${message.id}`, message);
  }

  get(id: string): Outgoing | null {
    return this.storage.get(`out:${id}`, isOutgoing);
  }

  remove(id: string): void {
    this.storage.remove(`out:${id}`);
  }

  list(): Outgoing[] {
    return this.storage
      .keys("out:")
      .map((key) => this.storage.get(key, isOutgoing))
      .filter((m): m is Outgoing => m !== null)
      .sort((a, b) => a.time - b.time);
  }
}
