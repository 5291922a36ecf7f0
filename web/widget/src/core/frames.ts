// One WebSocket as the frames of a stream (RFC 7395): each message is an element. While the stream is negotiated they are awaited one by one
// (`next`); from `begin` on each is taken as it comes.
import { StreamFailure } from "./failures.ts";
import { ns } from "./ns.ts";
import { child, children, parse, serialize, text, type Node } from "./xml.ts";

export interface FrameTaker {
  /** The server has said something, whatever it is. */
  heard(): void;
  take(element: Element, xml: string): void;
  /** The server has ended the stream or the connection, or talks nonsense. */
  fail(failure: StreamFailure): void;
}

export class Frames {
  readonly opened: Promise<void>;
  /** What came together with the end of the negotiation. */
  private early: { element: Element; xml: string }[] = [];
  private waiting: { resolve(frame: Element): void; reject(error: Error): void } | null = null;
  private begun = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly taker: FrameTaker,
  ) {
    socket.onmessage = (event) => this.receive(String(event.data));
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = () => {
        const closed = new StreamFailure("closed");
        reject(closed);
        taker.fail(closed);
      };
    });
  }

  write(node: Node): void {
    if (this.socket.readyState === 1) this.send(serialize(node));
  }

  send(xml: string): void {
    this.socket.send(xml);
  }

  next(): Promise<Element> {
    const frame = this.early.shift();
    if (frame) return Promise.resolve(frame.element);
    return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
  }

  begin(): void {
    this.begun = true;
    for (const { element, xml } of this.early.splice(0)) this.taker.take(element, xml);
  }

  /** Without a word to the server. Nothing is heard of it any more, and who awaits a frame is told. */
  drop(): void {
    const { socket } = this;
    this.early = [];
    this.waiting?.reject(new StreamFailure("closed"));
    this.waiting = null;
    socket.onmessage = socket.onopen = socket.onclose = null;
    socket.close();
  }

  private receive(xml: string): void {
    const { taker } = this;
    const element = parse(xml);
    if (!element) return taker.fail(new StreamFailure("not-well-formed"));
    taker.heard();
    const end = readEnd(element);
    if (end) return taker.fail(end);
    if (this.begun) return taker.take(element, xml);
    if (!this.waiting) return void this.early.push({ element, xml });
    const { resolve } = this.waiting;
    this.waiting = null;
    resolve(element);
  }
}

/** What a frame that ends the stream says of it. */
export function readEnd(frame: Element): StreamFailure | null {
  if (frame.localName === "close" && frame.namespaceURI === ns.framing) return new StreamFailure("closed");
  if (frame.localName !== "error" || frame.namespaceURI !== ns.streams) return null;
  // Streams have no condition of their own for it (RFC 6120 section 4.9.3), so it comes beside one of theirs, as SASL calls it.
  const disabled = child(frame, ns.sasl, "account-disabled");
  const condition = disabled ?? children(frame).find((c) => c.localName !== "text");
  return new StreamFailure(`stream:${condition?.localName ?? "undefined-condition"}`, text(child(frame, ns.streamErrors, "text")));
}
