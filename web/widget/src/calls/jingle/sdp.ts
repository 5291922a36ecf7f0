// Contents from the SDP that a browser writes (RFC 8866, JSEP), and SDP for a browser from contents. A content's name is its `a=mid` where that
// can be; else its place says which it is.
import { other, type Candidate, type Codec, type Content, type Contents, type Description, type Feedback } from "./model.ts";
import type { MediaKind, Parameter, Role, Senders, Source } from "./model.ts";

const end = "\r\n";
/** They repeat or pad other codecs, and no other client is known to want them. */
const leftOut = /^(red|ulpfec|flexfec-03|cn)$/i;

/** What may stand as `a=mid`: a short token, as it is also sent in each packet. */
export function midOf(name: string, index: number): string {
  return /^[\w.-]{1,16}$/.test(name) ? name : `m${index}`;
}

const directions: Record<string, (owner: Role) => Senders> = {
  sendrecv: () => "both",
  sendonly: (owner) => owner,
  recvonly: (owner) => other(owner),
  inactive: () => "none",
};

function directionOf(senders: Senders, owner: Role): string {
  if (senders === "both") return "sendrecv";
  if (senders === "none") return "inactive";
  return senders === owner ? "sendonly" : "recvonly";
}

/** "a=NAME:REST" lines of a media section, as REST. */
function valuesOf(lines: string[], name: string): string[] {
  const prefix = `a=${name}:`;
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

/** Cuts at the first of these characters. */
function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + at.length)];
}

function readParameters(text: string): Parameter[] {
  return text
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => (part.includes("=") ? cut(part, "=") : ["", part]));
}

function readCodecs(lines: string[], types: string[]): { codecs: Codec[]; feedback: Feedback[] } {
  const codecs = new Map<string, Codec>();
  for (const value of valuesOf(lines, "rtpmap")) {
    const [id, rest] = cut(value, " ");
    const [name, clockrate, channels] = rest.split("/");
    if (!types.includes(id) || leftOut.test(name!)) continue;
    codecs.set(id, { id: Number(id), name: name!, clockrate: Number(clockrate), channels: Number(channels ?? 1), parameters: [], feedback: [] });
  }
  for (const value of valuesOf(lines, "fmtp")) {
    const [id, rest] = cut(value, " ");
    codecs.get(id)?.parameters.push(...readParameters(rest));
  }
  const feedback: Feedback[] = [];
  for (const value of valuesOf(lines, "rtcp-fb")) {
    const [id, rest] = cut(value, " ");
    const said = cut(rest, " ");
    if (id === "*") feedback.push(said);
    else codecs.get(id)?.feedback.push(said);
  }
  // A codec that sends another one again (rtx) is of use with that one alone.
  const kept = [...codecs.values()].filter(({ name, parameters }) => {
    const apt = parameters.find(([key]) => key === "apt")?.[1];
    return name.toLowerCase() !== "rtx" || apt === undefined || codecs.has(apt);
  });
  return { codecs: types.flatMap((type) => kept.filter((codec) => String(codec.id) === type)), feedback };
}

function readSources(lines: string[]): Source[] {
  const sources = new Map<string, Source>();
  for (const value of valuesOf(lines, "ssrc")) {
    const [ssrc, rest] = cut(value, " ");
    const source = sources.get(ssrc) ?? { ssrc, parameters: [] };
    source.parameters.push(cut(rest, ":"));
    sources.set(ssrc, source);
  }
  return [...sources.values()];
}

/** The value of "candidate:…" in SDP or of a browser's candidate; undefined for what we don't pass on. */
export function readCandidate(text: string): Candidate | undefined {
  const words = text
    .replace(/^(a=)?candidate:/, "")
    .trim()
    .split(/\s+/);
  const [foundation, component, protocol, priority, ip, port, typ, type, ...rest] = words;
  if (typ !== "typ" || !type || component !== "1") return undefined; // RTCP goes with RTP
  const more = new Map<string, string>();
  for (let i = 0; i + 1 < rest.length; i += 2) more.set(rest[i]!, rest[i + 1]!);
  const relPort = more.get("rport");
  return {
    foundation: foundation!,
    component: 1,
    protocol: protocol!.toLowerCase(),
    priority: Number(priority),
    ip: ip!,
    port: Number(port),
    type,
    generation: Number(more.get("generation") ?? 0),
    tcptype: more.get("tcptype"),
    relAddr: more.get("raddr"),
    relPort: relPort === undefined ? undefined : Number(relPort),
  };
}

export function writeCandidate(c: Candidate): string {
  const related = c.relAddr === undefined ? "" : ` raddr ${c.relAddr} rport ${c.relPort ?? 9}`;
  const tcp = c.tcptype === undefined ? "" : ` tcptype ${c.tcptype}`;
  return `candidate:${c.foundation} ${c.component} ${c.protocol} ${c.priority} ${c.ip} ${c.port} typ ${c.type}${related}${tcp} generation ${c.generation}`;
}

interface Reading {
  /** Whose SDP it is. */
  owner: Role;
  /** The name and maker of the content of this `a=mid`, which stands in this place. */
  naming(mid: string, index: number): Pick<Content, "name" | "creator">;
}

function readSection(section: string[], all: string[], index: number, { owner, naming }: Reading): Content {
  const [kind, port, , ...types] = section[0]!.slice(2).split(" ");
  const find = (name: string): string | undefined => valuesOf(section, name)[0] ?? valuesOf(all, name)[0];
  const [hash, value] = cut(find("fingerprint") ?? "", " ");
  const direction = Object.keys(directions).find((name) => section.includes(`a=${name}`)) ?? "sendrecv";
  const extensions = valuesOf(section, "extmap").map((text) => {
    const [numbered, uri] = cut(text, " ");
    const [id, way] = cut(numbered, "/");
    return { id: Number(id), uri: cut(uri, " ")[0], senders: directions[way]?.(owner) ?? "both" };
  });
  const description: Description = {
    media: kind as MediaKind,
    ...readCodecs(section, types),
    extensions,
    mixedExtensions: section.includes("a=extmap-allow-mixed") || all.includes("a=extmap-allow-mixed"),
    sources: readSources(section),
    groups: valuesOf(section, "ssrc-group").map((text) => {
      const [semantics, ...ssrcs] = text.split(" ");
      return { semantics: semantics!, ssrcs };
    }),
  };
  return {
    ...naming(valuesOf(section, "mid")[0] ?? String(index), index),
    senders: directions[direction]!(owner),
    description,
    transport: {
      ufrag: find("ice-ufrag") ?? "",
      pwd: find("ice-pwd") ?? "",
      fingerprint: hash ? { hash, setup: find("setup") ?? "actpass", value } : undefined,
      candidates: valuesOf(section, "candidate").flatMap((text) => readCandidate(text) ?? []),
    },
    ...(port === "0" && !section.includes("a=bundle-only") ? { gone: true } : {}),
  };
}

/** What a browser's own SDP says; sections that are neither sound nor picture can't be in it, as we ask for none. */
export function readSdp(sdp: string, reading: Reading): Contents {
  const [session, ...sections] = sdp.split(/\r?\n(?=m=)/).map((part) => part.split(/\r?\n/).filter(Boolean));
  const contents = sections.map((section, index) => readSection(section, session!, index, reading));
  const mids = sections.map((section, index) => valuesOf(section, "mid")[0] ?? String(index));
  const bundled = (valuesOf(session!, "group").find((text) => text.startsWith("BUNDLE")) ?? "").split(" ").slice(1);
  return { contents, bundle: contents.filter((_, i) => bundled.includes(mids[i]!)).map(({ name }) => name) };
}

function writeCodec({ id, name, clockrate, channels, parameters, feedback }: Codec): string[] {
  const said = parameters.map(([key, value]) => (key ? `${key}=${value}` : value)).join(";");
  return [
    `a=rtpmap:${id} ${name}/${clockrate}${channels > 1 ? `/${channels}` : ""}`,
    ...feedback.map(([type, subtype]) => `a=rtcp-fb:${id} ${type}${subtype && ` ${subtype}`}`),
    ...(said ? [`a=fmtp:${id} ${said}`] : []),
  ];
}

function writeDescription(d: Description, owner: Role): string[] {
  const msid = d.sources.flatMap(({ parameters }) => parameters.find(([key]) => key === "msid")?.[1] ?? [])[0];
  return [
    ...(msid ? [`a=msid:${msid}`] : []),
    ...d.extensions.map(({ id, uri, senders }) => `a=extmap:${id}${senders === "both" ? "" : `/${directionOf(senders, owner)}`} ${uri}`),
    ...(d.mixedExtensions ? ["a=extmap-allow-mixed"] : []),
    ...d.codecs.flatMap(writeCodec),
    ...d.feedback.map(([type, subtype]) => `a=rtcp-fb:* ${type}${subtype && ` ${subtype}`}`),
    ...d.groups.map(({ semantics, ssrcs }) => `a=ssrc-group:${[semantics, ...ssrcs].join(" ")}`),
    ...d.sources.flatMap(({ ssrc, parameters }) => parameters.map(([key, value]) => `a=ssrc:${ssrc} ${key}${value && `:${value}`}`)),
  ];
}

/** SDP of `owner` for a browser. REQUIRES: each content has a description, and its texts are of one line (xml.ts sees to that). */
export function writeSdp({ contents, bundle }: Contents, owner: Role, version = 1): string {
  const mids = contents.map(({ name }, i) => midOf(name, i));
  const bundled = contents.flatMap(({ name, gone }, i) => (bundle.includes(name) && !gone ? [mids[i]] : []));
  const lines = ["v=0", `o=- 1 ${version} IN IP4 127.0.0.1`, "s=-", "t=0 0"];
  if (bundled.length > 0) lines.push(`a=group:BUNDLE ${bundled.join(" ")}`);
  contents.forEach(({ description, transport, senders, gone }, i) => {
    const d = description!;
    const { fingerprint } = transport;
    lines.push(
      `m=${d.media} ${gone ? 0 : 9} UDP/TLS/RTP/SAVPF ${d.codecs.map(({ id }) => id).join(" ") || "0"}`,
      "c=IN IP4 0.0.0.0",
      `a=ice-ufrag:${transport.ufrag}`,
      `a=ice-pwd:${transport.pwd}`,
      "a=ice-options:trickle",
      ...(fingerprint ? [`a=fingerprint:${fingerprint.hash} ${fingerprint.value}`, `a=setup:${fingerprint.setup}`] : []),
      `a=mid:${mids[i]}`,
      `a=${gone ? "inactive" : directionOf(senders, owner)}`,
      "a=rtcp-mux",
      ...writeDescription(d, owner),
      ...transport.candidates.map((candidate) => `a=${writeCandidate(candidate)}`),
    );
  });
  return lines.join(end) + end;
}
