// A link that is online and leads, to nobody: what is sent is kept, and what is to be heard back is said by the test.
import { IqError, type Link } from "../core/link.ts";
import { serialize, parse, type Node } from "../core/xml.ts";

export class FakeLink {
  tab = "tab";
  leading = true;
  status = { phase: "online", epoch: "e", jid: "ann@a.test/w", failures: 0 };
  sent: string[] = [];
  /** As every tab hears what was sent. */
  heardOutgoing: (element: Element) => void = () => {};
  /** The answers to requests, by the address that is asked. */
  answers = new Map<string, string>();

  send(stanza: Node): boolean {
    const xml = serialize({ ...stanza, attributes: { xmlns: "jabber:client", ...stanza.attributes } });
    this.sent.push(xml);
    this.heardOutgoing(parse(xml)!);
    return true;
  }

  /** What requests asked, as `sent` has what was only said. */
  asked: string[] = [];
  async iq(_type: string, to: string, payload: Node): Promise<Element> {
    this.asked.push(serialize(payload));
    const answer = this.answers.get(to);
    if (!answer) throw new IqError("item-not-found");
    return parse(answer)!;
  }

  isUnacked(): boolean {
    return false;
  }

  /** The stanzas whose acknowledgement tells nothing any more. */
  disowned: string[] = [];
  disown(id: string): void {
    this.disowned.push(id);
  }

  /** What was sent since the last time. */
  take(): string[] {
    return this.sent.splice(0);
  }

  get asLink(): Link {
    return this as unknown as Link;
  }
}
