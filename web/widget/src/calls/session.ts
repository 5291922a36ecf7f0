// A Jingle session (XEP-0166) of sound and pictures: what the two sides agree on, and how they change it. It knows no browser: a Peer makes and
// takes SDP. Steps that change the description run one after the other; what strangers send is checked before it is acknowledged.
import type { IqError } from "../core/link.ts";
import { attribute, children, el, type Node } from "../core/xml.ts";
import { limits, other, type Candidate, type Content, type Contents, type MediaKind, type Role, type Transport } from "./jingle/model.ts";
import { midOf, readCandidate, readSdp, writeCandidate, writeSdp } from "./jingle/sdp.ts";
import { BadContents, jingleNs, readContents, writeContents, writeJingle, type Frame } from "./jingle/xml.ts";
import { fillTransport, Refused, type Peer, type SessionPorts } from "./peer.ts";
import { writeReason } from "./signal.ts";

const answerMsMax = 15_000;

export class Session {
  /** The other side, as its session-info says. */
  readonly muted: Record<MediaKind, boolean> = { audio: false, video: false };
  /** Names of contents that the other side sends nothing in, as it says. */
  readonly silent = new Set<string>();
  held = false;
  /** In the order of the SDP. */
  private order: Pick<Content, "name" | "creator">[] = [];
  private local: Contents = { contents: [], bundle: [] };
  private remote: Contents = { contents: [], bundle: [] };
  private steps: Promise<void> = Promise.resolve();
  /** Our offer that is not answered yet. */
  private offered: { kind: "begin" | "add" | "restart"; before: Contents; stop(): void } | null = null;
  private ready = false;
  private over = false;
  private version = 1;
  /** Candidates of theirs that came before their description, and of ours before the other side knew of the session. */
  private early: { name: string; candidate: Candidate }[] = [];
  private unsaid: { mid: string; text: string }[] = [];
  private told = false;
  private counted = 0;

  constructor(
    private readonly ports: SessionPorts,
    private readonly peer: Peer,
    readonly role: Role,
    readonly sid: string,
    readonly me: string,
    public to: string,
    /** Goes with the offer: what the session is part of. */
    private readonly part: Node | null = null,
  ) {}

  /** Offers what the Peer has to send. */
  begin(): void {
    this.step(async () => {
      this.readLocal(await this.peer.offer(false));
      this.offered = { kind: "begin", before: this.local, stop: () => {} };
      void this.request(writeContents(this.frame("session-initiate", { initiator: this.me }), this.local, this.part));
      this.tellCandidates();
    });
  }

  /** The Peer has something to send that the other side does not know of. */
  add(): void {
    this.step(async () => {
      if (this.offered) return;
      const [known, before] = [this.order.length, this.local];
      this.readLocal(await this.peer.offer(false));
      const added = this.local.contents.slice(known);
      if (added.length === 0) return void (await this.peer.rollback());
      this.await("add", before);
      void this.request(writeContents(this.frame("content-add"), { contents: added, bundle: this.local.bundle }));
      this.tellCandidates();
    });
  }

  /** New ways through the network are looked for (ICE restart). */
  restart(): void {
    this.step(async () => {
      if (this.offered || !this.ready) return;
      const before = this.local;
      this.readLocal(await this.peer.offer(true));
      this.await("restart", before);
      void this.sendCredentials().then((told) => told || this.step(() => (this.offered?.kind === "restart" ? this.takeBack() : undefined)));
    });
  }

  /** `what`: a content's name, or its kind of media. */
  inform(verb: "mute" | "unmute" | "hold" | "unhold" | "active", what?: string): void {
    const { contents } = this.local;
    const known = contents.find(({ name }) => name === what) ?? contents.find(({ description }) => description?.media === what);
    const content = known && this.order.find(({ name }) => name === known.name);
    if (!this.told || (what && !content)) return;
    const attributes = content ? { creator: content.creator, name: content.name } : {};
    void this.request(writeJingle(this.frame("session-info"), el(verb, { xmlns: jingleNs.rtpInfo, ...attributes })));
  }

  /** A candidate of the Peer's. */
  found(mid: string, text: string): void {
    this.unsaid.push({ mid, text });
    this.tellCandidates();
  }

  terminate(reason: string): void {
    if (!this.over && this.told) void this.ports.iq(this.to, writeJingle(this.frame("session-terminate"), writeReason(reason))).catch(() => {});
    this.close();
  }

  close(): void {
    this.over = true;
    this.offered?.stop();
    this.peer.close();
  }

  /** Whether a content of this kind is agreed on. */
  has(media: MediaKind): boolean {
    return this.local.contents.some((c) => c.description?.media === media && !c.gone);
  }

  /** Does what the other side asks. Throws Refused or BadContents for what it can't. REQUIRES: it comes from `to`, and is of this `sid`. */
  take(action: string, jingle: Element): void {
    switch (action) {
      case "session-initiate":
        return this.takeInitiate(readContents(jingle));
      case "session-accept":
      case "content-accept":
        return this.takeAnswer(readContents(jingle), action === "session-accept" ? "begin" : "add");
      case "content-add":
        return this.takeAdd(readContents(jingle));
      case "content-modify":
      case "content-remove":
      case "content-reject":
        return this.takeChange(action, readContents(jingle));
      case "transport-info":
        return this.takeTransport(readContents(jingle));
      case "session-info":
        return this.takeInfo(jingle);
      case "description-info":
        return;
      default:
        throw new Refused("feature-not-implemented");
    }
  }

  private takeInitiate(offer: Contents): void {
    if (this.role !== "responder" || this.told) throw new Refused("unexpected-request", "out-of-order");
    this.check(offer);
    this.told = true;
    this.step(async () => {
      this.remote = offer;
      this.order = offer.contents.map(({ name, creator }) => ({ name, creator }));
      this.readLocal(await this.peer.answer(this.sdpOfRemote()));
      this.ready = true;
      void this.request(writeContents(this.frame("session-accept", { responder: this.me }), this.local));
      this.tellCandidates();
      await this.applyEarly();
    });
  }

  private takeAnswer(answer: Contents, kind: "begin" | "add"): void {
    if (this.offered?.kind !== kind) throw new Refused("unexpected-request", "out-of-order");
    this.check(answer);
    this.step(async () => {
      if (this.offered?.kind !== kind) return;
      this.answered();
      this.mergeRemote(answer);
      await this.peer.accept(this.sdpOfRemote());
      this.ready = true;
      await this.applyEarly();
    });
  }

  private takeAdd(added: Contents): void {
    this.expectReady();
    if (this.offered?.kind === "add" && this.role === "initiator") throw new Refused("conflict", "tie-break");
    this.check(added);
    const all = [...this.order, ...added.contents];
    if (all.length > limits.contents || new Set(all.map(({ name }) => name)).size < all.length) throw new Refused("bad-request");
    this.step(async () => {
      await this.takeBack();
      this.order.push(...added.contents.map(({ name, creator }) => ({ name, creator })));
      const bundle = added.bundle.length > 0 ? added.bundle : this.remote.bundle;
      this.remote = { contents: [...this.remote.contents, ...added.contents], bundle };
      const names = added.contents.map(({ name }) => name);
      this.readLocal(await this.peer.answer(this.sdpOfRemote("actpass")));
      const contents = this.local.contents.filter(({ name }) => names.includes(name));
      void this.request(writeContents(this.frame("content-accept"), { contents, bundle: this.local.bundle }));
    });
  }

  private takeChange(action: string, { contents: named }: Contents): void {
    this.expectReady();
    for (const { name } of named) if (!this.order.some((o) => o.name === name)) throw new Refused("item-not-found");
    if (action === "content-reject") return this.step(() => this.takeBack());
    this.step(async () => {
      await this.takeBack();
      const contents = this.remote.contents.map((content): Content => {
        const change = named.find(({ name }) => name === content.name);
        if (!change) return content;
        return action === "content-remove" ? { ...content, senders: "none", gone: true } : { ...content, senders: change.senders };
      });
      if (contents.every(({ gone }) => gone)) return this.ports.broke("success");
      this.remote = { ...this.remote, contents };
      this.readLocal(await this.peer.answer(this.sdpOfRemote("actpass")));
    });
  }

  private takeTransport({ contents }: Contents): void {
    if (!this.told) throw new Refused("unexpected-request", "out-of-order");
    this.counted += contents.reduce((sum, { transport }) => sum + transport.candidates.length, 0);
    if (this.counted > limits.candidatesInAll) throw new Refused("resource-constraint", undefined, "These are too many candidates.");
    for (const { name, transport } of contents) {
      const known = this.remote.contents.find((c) => c.name === name);
      if (this.ready && !known) throw new Refused("item-not-found");
      if (known && transport.ufrag && transport.ufrag !== known.transport.ufrag) this.takeCredentials(contents);
      for (const candidate of transport.candidates) this.early.push({ name, candidate });
    }
    if (this.ready) this.step(() => this.applyEarly());
  }

  /** Theirs are new: the answer to our ICE restart, or a restart of theirs. Its other contents have been taken with the first. */
  private takeCredentials(contents: Content[]): void {
    const renewed = this.remote.contents.map((content): Content => {
      const [own, first] = [contents.find(({ name }) => name === content.name), contents[0]!];
      const { ufrag, pwd } = (own?.transport.ufrag ? own : first).transport;
      return { ...content, transport: { ...content.transport, ufrag, pwd, candidates: [] } };
    });
    this.remote = { ...this.remote, contents: renewed };
    this.counted = 0;
    this.step(async () => {
      if (this.offered?.kind === "restart") {
        this.answered();
        return this.peer.accept(this.sdpOfRemote());
      }
      await this.takeBack();
      this.readLocal(await this.peer.answer(this.sdpOfRemote("actpass")));
      void this.sendCredentials();
    });
  }

  private takeInfo(jingle: Element): void {
    for (const info of children(jingle)) {
      if (info.namespaceURI !== jingleNs.rtpInfo) throw new Refused("feature-not-implemented", "unsupported-info");
      const content = this.remote.contents.find(({ name }) => name === attribute(info, "name"));
      const kinds: MediaKind[] = content?.description ? [content.description.media] : ["audio", "video"];
      if (info.localName === "mute" || info.localName === "unmute") {
        const mutes = info.localName === "mute";
        for (const kind of kinds) this.muted[kind] = mutes;
        for (const { name } of content ? [content] : this.remote.contents) mutes ? this.silent.add(name) : this.silent.delete(name);
      } else if (info.localName === "hold") this.held = true;
      else if (info.localName === "unhold" || info.localName === "active") this.held = false;
      else if (info.localName !== "ringing") throw new Refused("feature-not-implemented", "unsupported-info");
    }
    this.ports.changed();
  }

  private expectReady(): void {
    if (!this.ready) throw new Refused("unexpected-request", "out-of-order");
  }

  /** Each content says what is sent; ICE credentials and a fingerprint stand in the first that they share, or in each. */
  private check({ contents, bundle }: Contents): void {
    if (contents.length === 0) throw new BadContents("There is no <content/>.");
    const shared = this.remote.contents[0] ?? contents[0]!;
    for (const content of contents) {
      if (!content.description || content.description.codecs.length === 0) throw new BadContents("A content has no codec.");
      const borrowed = bundle.includes(content.name) || !content.transport.ufrag ? shared.transport : undefined;
      content.transport = fillTransport(content.transport, borrowed);
      const { ufrag, pwd, fingerprint } = content.transport;
      if (!ufrag || !pwd) throw new BadContents("A content has no ICE credentials.");
      if (!fingerprint) throw new BadContents("A content has no fingerprint: what is not encrypted is not taken.");
    }
    this.counted += contents.reduce((sum, { transport }) => sum + transport.candidates.length, 0);
  }

  private mergeRemote({ contents, bundle }: Contents): void {
    const merged = this.order.map(({ name, creator }): Content => {
      const found = contents.find((c) => c.name === name) ?? this.remote.contents.find((c) => c.name === name);
      const ours = this.local.contents.find((c) => c.name === name)!;
      return found ?? { name, creator, senders: "none", description: ours.description, transport: contents[0]!.transport, gone: true };
    });
    this.remote = { contents: merged, bundle: bundle.length > 0 ? bundle : this.remote.bundle };
  }

  private sdpOfRemote(setup?: string): string {
    const contents = this.remote.contents.map((content): Content => {
      const { fingerprint } = content.transport;
      return setup && fingerprint ? { ...content, transport: { ...content.transport, fingerprint: { ...fingerprint, setup } } } : content;
    });
    return writeSdp({ ...this.remote, contents }, other(this.role), this.version++);
  }

  private readLocal(sdp: string): void {
    const naming = (mid: string, index: number): Pick<Content, "name" | "creator"> => this.order[index] ?? { name: mid, creator: this.role };
    this.local = readSdp(sdp, { owner: this.role, naming });
    for (const content of this.local.contents) content.transport.candidates = []; // they are told one by one
    this.order = this.local.contents.map(({ name, creator }) => ({ name, creator }));
    if (!this.told && this.role === "initiator") this.told = true;
    this.ports.changed();
  }

  private sendCredentials(): Promise<boolean> {
    const told = this.request(
      writeContents(this.frame("transport-info"), {
        contents: this.local.contents.filter(({ gone }) => !gone).map((c) => ({ ...c, senders: "both", description: null })),
        bundle: [],
      }),
    );
    this.tellCandidates();
    return told;
  }

  private tellCandidates(): void {
    if (!this.told || this.local.contents.length === 0 || this.over) return;
    for (const { mid, text } of this.unsaid.splice(0)) {
      const candidate = readCandidate(text);
      const content = this.local.contents.find(({ name }, i) => midOf(name, i) === mid);
      if (!candidate || !content) continue;
      const transport: Transport = { ufrag: content.transport.ufrag, pwd: content.transport.pwd, candidates: [candidate] };
      const said = { name: content.name, creator: content.creator, senders: "both", description: null, transport } as const;
      void this.request(writeContents(this.frame("transport-info"), { contents: [said], bundle: [] }));
    }
  }

  private async applyEarly(): Promise<void> {
    for (const { name, candidate } of this.early.splice(0)) {
      const index = this.order.findIndex((o) => o.name === name);
      if (index < 0) continue;
      await this.peer.addCandidate(midOf(name, index), writeCandidate(candidate)).catch(() => {}); // of a kind that this browser does not know
    }
  }

  private await(kind: "add" | "restart", before: Contents): void {
    this.offered?.stop();
    const stop = this.ports.after(answerMsMax, () => this.step(() => this.takeBack()));
    this.offered = { kind, before, stop };
  }

  private answered(): void {
    this.offered?.stop();
    this.offered = null;
  }

  /** Our offer gives way, or nobody has answered it. */
  private async takeBack(): Promise<void> {
    if (!this.offered) return;
    const { before } = this.offered;
    this.answered();
    await this.peer.rollback();
    this.local = before;
    this.order = this.order.slice(0, this.remote.contents.length);
  }

  private frame(action: string, parties: Partial<Frame> = {}): Frame {
    return { sid: this.sid, action, ...parties };
  }

  /** Whether the other side has taken it. */
  private async request(payload: Node): Promise<boolean> {
    try {
      await this.ports.iq(this.to, payload);
      return true;
    } catch (error) {
      if (this.over) return false;
      const { condition = "", error: said = null } = error as Partial<IqError>; // of another bundle, so no instanceof
      const unknown = children(said, jingleNs.errors, "unknown-session").length > 0;
      const action = payload.attributes.action;
      if (action === "content-add") this.step(() => this.takeBack());
      const needed = action === "session-initiate" || action === "session-accept";
      if (unknown || (needed && condition !== "")) this.ports.broke(unknown ? "gone" : condition);
      return false;
    }
  }

  private step(run: () => Promise<void> | void): void {
    this.steps = this.steps
      .then(() => (this.over ? undefined : run()))
      .catch((error: Error) => {
        console.warn(`teahouse: the call's description could not be agreed on: ${error.message}`);
        if (!this.ready && !this.over) this.ports.broke("failed-application");
      });
  }

  /** Everything that was begun has ended; for tests. */
  get settled(): Promise<void> {
    return this.steps;
  }
}
