// Contents as Jingle writes them. Reading trusts nothing: each text that comes to stand in SDP is checked to be of one line and of such
// characters as its place allows, everything is counted, and what is wrong is refused as a whole with a reason for the other side.
import { attribute, child, children, el, type Node } from "../../core/xml.ts";
import { limits, type Candidate, type Codec, type Content, type Contents, type Description, type Feedback } from "./model.ts";
import type { Fingerprint, HeaderExtension, MediaKind, Parameter, Senders, Source, Transport } from "./model.ts";

export const jingleNs = {
  jingle: "urn:xmpp:jingle:1", // XEP-0166
  errors: "urn:xmpp:jingle:errors:1",
  rtp: "urn:xmpp:jingle:apps:rtp:1", // XEP-0167
  rtpInfo: "urn:xmpp:jingle:apps:rtp:info:1",
  ice: "urn:xmpp:jingle:transports:ice-udp:1", // XEP-0176
  feedback: "urn:xmpp:jingle:apps:rtp:rtcp-fb:0", // XEP-0293
  extensions: "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0", // XEP-0294
  dtls: "urn:xmpp:jingle:apps:dtls:0", // XEP-0320
  grouping: "urn:xmpp:jingle:apps:grouping:0", // XEP-0338
  sources: "urn:xmpp:jingle:apps:rtp:ssma:0", // XEP-0339
} as const;

/** What the other side sent can't be used; the text says why. */
export class BadContents extends Error {}

const token = /^[A-Za-z0-9!#$%&'*+.^_`{|}~-]+$/;
const printed = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const iceCharacters = /^[A-Za-z0-9+/=_-]+$/; // "=", "-" and "_" are not ICE's, but some write them
const address = /^([0-9A-Fa-f:.]+|[A-Za-z0-9-]+\.local)$/;

function check(text: string, pattern: RegExp, what: string): string {
  if (text.length > limits.textCharacters || !pattern.test(text)) throw new BadContents(`${what} can't be used.`);
  return text;
}

function readNumber(element: Element, name: string, max: number, missing?: number): number {
  const said = attribute(element, name);
  if (said === "" && missing !== undefined) return missing;
  if (!/^\d{1,10}$/.test(said) || Number(said) > max) throw new BadContents(`${name} of <${element.localName}/> is no number up to ${max}.`);
  return Number(said);
}

function few(parent: Element, namespace: string, name: string, max: number): Element[] {
  const found = children(parent, namespace, name);
  if (found.length > max) throw new BadContents(`There are more than ${max} <${name}/>.`);
  return found;
}

function readFeedback(parent: Element): Feedback[] {
  return few(parent, jingleNs.feedback, "rtcp-fb", limits.feedback).map((fb) => [
    check(attribute(fb, "type"), token, "type of <rtcp-fb/>"),
    attribute(fb, "subtype") && check(attribute(fb, "subtype"), printed, "subtype of <rtcp-fb/>"),
  ]);
}

function readParameters(parent: Element, namespace: string): Parameter[] {
  return few(parent, namespace, "parameter", limits.parameters).map((parameter) => {
    const [name, value] = [attribute(parameter, "name"), attribute(parameter, "value")];
    return [name && check(name, token, "name of <parameter/>"), value && check(value, printed, "value of <parameter/>")];
  });
}

function readCodec(type: Element): Codec {
  return {
    id: readNumber(type, "id", 127),
    name: check(attribute(type, "name") || "unknown", token, "name of <payload-type/>"),
    clockrate: readNumber(type, "clockrate", 1_000_000, 8_000),
    channels: readNumber(type, "channels", 255, 1),
    parameters: readParameters(type, jingleNs.rtp).filter(([name, value]) => name || value),
    feedback: readFeedback(type),
  };
}

const readSsrc = (element: Element): string => check(attribute(element, "ssrc"), /^\d{1,10}$/, "ssrc of <source/>");

function readSource(source: Element): Source {
  return { ssrc: readSsrc(source), parameters: readParameters(source, jingleNs.sources).filter(([name]) => name) };
}

function readSenders(said: string): Senders {
  if (said === "" || said === "both") return "both";
  if (said === "initiator" || said === "responder" || said === "none") return said;
  throw new BadContents(`senders="${said.slice(0, 20)}" is none of both, initiator, responder and none.`);
}

function readExtension(element: Element): HeaderExtension {
  return {
    id: readNumber(element, "id", 255),
    uri: check(attribute(element, "uri"), /^[\x21-\x7e]+$/, "uri of <rtp-hdrext/>"),
    senders: readSenders(attribute(element, "senders")),
  };
}

function readDescription(element: Element): Description {
  const media = attribute(element, "media");
  if (media !== "audio" && media !== "video") throw new BadContents("media of <description/> is neither audio nor video.");
  return {
    media: media satisfies MediaKind,
    codecs: few(element, jingleNs.rtp, "payload-type", limits.codecs).map(readCodec),
    feedback: readFeedback(element),
    extensions: few(element, jingleNs.extensions, "rtp-hdrext", limits.extensions).map(readExtension),
    mixedExtensions: child(element, jingleNs.extensions, "extmap-allow-mixed") !== null,
    sources: few(element, jingleNs.sources, "source", limits.sources).map(readSource),
    groups: few(element, jingleNs.sources, "ssrc-group", limits.groups).map((group) => ({
      semantics: check(attribute(group, "semantics"), token, "semantics of <ssrc-group/>"),
      ssrcs: few(group, jingleNs.sources, "source", limits.sources).map(readSsrc),
    })),
  };
}

function readCandidate(element: Element): Candidate {
  const relAddr = attribute(element, "rel-addr");
  return {
    foundation: check(attribute(element, "foundation"), /^[A-Za-z0-9+/]{1,32}$/, "foundation of <candidate/>"),
    component: readNumber(element, "component", 256),
    protocol: check(attribute(element, "protocol").toLowerCase(), /^(udp|tcp|ssltcp)$/, "protocol of <candidate/>"),
    priority: readNumber(element, "priority", 2 ** 32 - 1),
    ip: check(attribute(element, "ip"), address, "ip of <candidate/>"),
    port: readNumber(element, "port", 65_535),
    type: check(attribute(element, "type"), /^(host|srflx|prflx|relay)$/, "type of <candidate/>"),
    generation: readNumber(element, "generation", 1_000_000, 0),
    tcptype: attribute(element, "tcptype") ? check(attribute(element, "tcptype"), /^(active|passive|so)$/, "tcptype of <candidate/>") : undefined,
    relAddr: relAddr ? check(relAddr, address, "rel-addr of <candidate/>") : undefined,
    relPort: relAddr ? readNumber(element, "rel-port", 65_535, 9) : undefined,
  };
}

function readFingerprint(element: Element): Fingerprint {
  return {
    hash: check(attribute(element, "hash"), /^sha-(1|224|256|384|512)$/, "hash of <fingerprint/>"),
    setup: check(attribute(element, "setup") || "actpass", /^(active|passive|actpass)$/, "setup of <fingerprint/>"),
    value: check((element.textContent ?? "").trim().toUpperCase(), /^[0-9A-F]{2}(:[0-9A-F]{2}){19,63}$/, "<fingerprint/>"),
  };
}

function readTransport(element: Element | null): Transport {
  if (!element) return { ufrag: "", pwd: "", candidates: [] };
  const fingerprint = child(element, jingleNs.dtls, "fingerprint");
  const [ufrag, pwd] = [attribute(element, "ufrag"), attribute(element, "pwd")];
  const candidates = few(element, jingleNs.ice, "candidate", limits.candidates).filter((c) => attribute(c, "component") === "1"); // RTCP goes with RTP
  return {
    ufrag: ufrag && check(ufrag, iceCharacters, "ufrag"),
    pwd: pwd && check(pwd, iceCharacters, "pwd"),
    fingerprint: fingerprint ? readFingerprint(fingerprint) : undefined,
    candidates: candidates.map(readCandidate),
  };
}

function readContent(element: Element): Content {
  const name = attribute(element, "name");
  if (!name || name.length > limits.textCharacters) throw new BadContents("name of <content/> is missing or too long.");
  const creator = attribute(element, "creator");
  const description = child(element, jingleNs.rtp, "description");
  return {
    name,
    creator: creator === "responder" ? "responder" : "initiator",
    senders: readSenders(attribute(element, "senders")),
    description: description && readDescription(description),
    transport: readTransport(child(element, jingleNs.ice, "transport")),
  };
}

/** What a <jingle/> says of its contents. Throws BadContents. */
export function readContents(jingle: Element): Contents {
  const contents = few(jingle, jingleNs.jingle, "content", limits.contents).map(readContent);
  if (new Set(contents.map(({ name }) => name)).size < contents.length) throw new BadContents("Two contents have one name.");
  const group = children(jingle, jingleNs.grouping, "group").find((g) => attribute(g, "semantics") === "BUNDLE");
  const bundle = group ? few(group, jingleNs.grouping, "content", limits.contents).map((c) => attribute(c, "name")) : [];
  return { contents, bundle };
}

function writeFeedback(feedback: Feedback[]): Node[] {
  return feedback.map(([type, subtype]) => el("rtcp-fb", { xmlns: jingleNs.feedback, type, subtype: subtype || undefined }));
}

function writeDescription(d: Description): Node {
  const source = (ssrc: string, parameters: Parameter[] = []): Node =>
    el("source", { xmlns: jingleNs.sources, ssrc }, ...parameters.map(([name, value]) => el("parameter", { name, value: value || undefined })));
  return el(
    "description",
    { xmlns: jingleNs.rtp, media: d.media },
    ...d.codecs.map(({ id, name, clockrate, channels, parameters, feedback }) =>
      el(
        "payload-type",
        { id: String(id), name, clockrate: String(clockrate), channels: channels > 1 ? String(channels) : undefined },
        ...parameters.map(([key, value]) => el("parameter", { name: key, value })),
        ...writeFeedback(feedback),
      ),
    ),
    ...writeFeedback(d.feedback),
    ...d.extensions.map(({ id, uri, senders }) =>
      el("rtp-hdrext", { xmlns: jingleNs.extensions, id: String(id), uri, senders: senders === "both" ? undefined : senders }),
    ),
    d.mixedExtensions && el("extmap-allow-mixed", { xmlns: jingleNs.extensions }),
    ...d.groups.map(({ semantics, ssrcs }) => el("ssrc-group", { xmlns: jingleNs.sources, semantics }, ...ssrcs.map((ssrc) => source(ssrc)))),
    ...d.sources.map(({ ssrc, parameters }) => source(ssrc, parameters)),
    el("rtcp-mux"),
  );
}

function writeCandidate(c: Candidate, id: string): Node {
  const { foundation, ip, protocol, type, tcptype } = c;
  const numbers = { component: String(c.component), priority: String(c.priority), port: String(c.port), generation: String(c.generation) };
  const related = c.relAddr === undefined ? {} : { "rel-addr": c.relAddr, "rel-port": String(c.relPort ?? 9) };
  return el("candidate", { ...numbers, foundation, ip, protocol, type, tcptype, id, network: "0", ...related });
}

export function writeTransport({ ufrag, pwd, fingerprint, candidates }: Transport): Node {
  return el(
    "transport",
    { xmlns: jingleNs.ice, ufrag: ufrag || undefined, pwd: pwd || undefined },
    fingerprint && el("fingerprint", { xmlns: jingleNs.dtls, hash: fingerprint.hash, setup: fingerprint.setup }, fingerprint.value),
    ...candidates.map((candidate, i) => writeCandidate(candidate, `${candidate.foundation}-${candidate.generation}-${candidate.port}-${i}`)),
  );
}

export function writeContent({ name, creator, senders, description, transport }: Content): Node {
  const said = senders === "both" ? undefined : senders;
  return el("content", { creator, name, senders: said }, description && writeDescription(description), writeTransport(transport));
}

export function writeBundle(bundle: string[]): Node | null {
  if (bundle.length === 0) return null;
  return el("group", { xmlns: jingleNs.grouping, semantics: "BUNDLE" }, ...bundle.map((name) => el("content", { name })));
}

export interface Frame {
  sid: string;
  action: string;
  initiator?: string;
  responder?: string;
}

export function writeJingle({ sid, action, initiator, responder }: Frame, ...parts: (Node | null | false)[]): Node {
  return el("jingle", { xmlns: jingleNs.jingle, action, sid, initiator, responder }, ...parts);
}

/** `part`: what the session is part of. */
export function writeContents(frame: Frame, { contents, bundle }: Contents, part: Node | null = null): Node {
  return writeJingle(frame, part, writeBundle(bundle), ...contents.map(writeContent));
}
