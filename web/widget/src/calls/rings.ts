// Which proposals may ring: not what was heard before, nor what comes too often, nor what strangers of other sites send.

const everyMs = 60_000;
const ofOneMax = 3;
const ofAllMax = 10;
const knownMax = 500;

export class Rings {
  private readonly known = new Set<string>();
  private recent: { jid: string; time: number }[] = [];

  constructor(
    private readonly domain: string,
    private readonly isContact: (jid: string) => boolean,
    private readonly now: () => number,
  ) {}

  /** Whether this call may ring; each is asked about once. */
  admit(sid: string, jid: string): boolean {
    if (this.known.has(sid)) return false;
    this.known.add(sid);
    if (this.known.size > knownMax) this.known.delete(this.known.values().next().value!);
    if (!jid.includes("@") || (!jid.endsWith(`@${this.domain}`) && !this.isContact(jid))) return false;
    const now = this.now();
    this.recent = this.recent.filter(({ time }) => now - time < everyMs);
    if (this.recent.length >= ofAllMax || this.recent.filter((ring) => ring.jid === jid).length >= ofOneMax) return false;
    this.recent.push({ jid, time: now });
    return true;
  }
}
