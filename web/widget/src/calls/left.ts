// A call that a page left when it was loaded anew, written down for the next page of the tab.
import { isSid } from "./signal.ts";

/** A page that was loaded anew offers the call again for as long as the other side waits. */
const rejoinMs = 60_000;

export interface Left {
  sid: string;
  to: string;
  video: boolean;
  at: number;
}

/** Null where there is none, or it is over by now. */
export function readLeft(kept: string | null, now: number): Left | null {
  try {
    const left = JSON.parse(kept ?? "null") as Partial<Left> | null;
    if (!left || typeof left.to !== "string" || typeof left.at !== "number" || !isSid(String(left.sid)) || now - left.at > rejoinMs) return null;
    return { sid: String(left.sid), to: left.to, video: left.video === true, at: left.at };
  } catch {
    return null;
  }
}

/** The same of a room's call. */
export interface LeftRoom {
  room: string;
  video: boolean;
  at: number;
}

export function readLeftRoom(kept: string | null, now: number): LeftRoom | null {
  try {
    const left = JSON.parse(kept ?? "null") as Partial<LeftRoom> | null;
    if (!left || typeof left.room !== "string" || typeof left.at !== "number" || now - left.at > rejoinMs) return null;
    return { room: left.room, video: left.video === true, at: left.at };
  } catch {
    return null;
  }
}
