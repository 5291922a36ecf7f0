// Time without the visitor's clock, which may be years off, and may be put right while the page is open.

/** Milliseconds that pass evenly, for spans of time; nearly the same in all tabs. */
export function pageNow(): number {
  return performance.timeOrigin + performance.now();
}

/** What a stamp says (XEP-0082), in milliseconds; undefined when it says no time. */
export function readTime(stamp: string | undefined): number | undefined {
  const time = new Date(stamp ?? "").getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** The server's clock, as far as it was heard. */
export class ServerClock {
  private aheadMs = 0;

  /** `stamp` is what the server said, at `heardAt` by `pageNow`. What is no time is passed over. */
  hear(stamp: string | undefined, heardAt: number): void {
    const time = readTime(stamp);
    if (time !== undefined) this.aheadMs = Math.round(time - heardAt);
  }

  now(): number {
    return Math.round(pageNow() + this.aheadMs);
  }
}
