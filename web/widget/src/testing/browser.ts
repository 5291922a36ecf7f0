// What the unit tests need of a browser: a DOMParser, event targets that stay silent, and a server at the other end of a WebSocket.
import { DOMParser } from "@xmldom/xmldom";
import { parse } from "../core/xml.ts";

Object.assign(globalThis, {
  DOMParser,
  addEventListener: () => {},
  removeEventListener: () => {},
  document: { visibilityState: "visible", addEventListener: () => {}, removeEventListener: () => {} },
});

/** Lets everything that is ready happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The server's end of a socket. Each frame the client sends waits in `sent` until `expect` takes it. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  closed = false;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
    queueMicrotask(() => this.onopen?.());
  }
  send(frame: string): void {
    this.sent.push(frame);
  }
  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
  /** What the server says. */
  async say(frame: string): Promise<void> {
    this.onmessage?.({ data: frame });
    await settle();
  }
  async drop(): Promise<void> {
    this.readyState = 3;
    this.onclose?.();
    await settle();
  }
  /** The next frame from the client whose element has this name. */
  async expect(name: string): Promise<Element> {
    await settle();
    for (;;) {
      const frame = this.sent.shift();
      if (frame === undefined) throw new Error(`The client did not send <${name}/>.`);
      const element = parse(frame);
      if (element?.localName === name) return element;
    }
  }
  get quiet(): boolean {
    return this.sent.length === 0;
  }
}
