// Tells the other tabs of this browser that one of them has a call, for as long as the tab lives.
import { callLock } from "../chat/calling.ts";

export class CallLock {
  private end: () => void = () => {};

  constructor(private readonly scope: string) {}

  /** A call that goes on as another holds it twice for a moment. */
  hold(): void {
    const before = this.end;
    const held = new Promise<void>((resolve) => {
      this.end = () => {
        before();
        resolve();
      };
    });
    void navigator.locks.request(callLock(this.scope), { mode: "shared" }, () => held);
  }

  release(): void {
    this.end();
    this.end = () => {};
  }
}
