// A session's contents as plain values: what stands in Jingle (XEP-0167, 0176, 0293, 0294, 0320, 0338, 0339) and in SDP alike.

export type Role = "initiator" | "responder";
/** Who sends a content's media. */
export type Senders = "both" | "none" | Role;
export type MediaKind = "audio" | "video";

export interface Candidate {
  foundation: string;
  component: number;
  protocol: string;
  priority: number;
  ip: string;
  port: number;
  type: string;
  generation: number;
  /** Set on what is over TCP. */
  tcptype?: string;
  relAddr?: string;
  relPort?: number;
}

export interface Fingerprint {
  hash: string;
  setup: string;
  value: string;
}

export interface Transport {
  ufrag: string;
  pwd: string;
  fingerprint?: Fingerprint;
  candidates: Candidate[];
}

/** A name and a value; the name is empty where SDP has a value alone ("111/111"). */
export type Parameter = [name: string, value: string];
/** A kind of feedback and what it is about ("nack", "pli"); the second may be empty. */
export type Feedback = [type: string, subtype: string];

export interface Codec {
  id: number;
  name: string;
  clockrate: number;
  channels: number;
  parameters: Parameter[];
  feedback: Feedback[];
}

export interface HeaderExtension {
  id: number;
  uri: string;
  senders: Senders;
}

export interface Source {
  ssrc: string;
  parameters: Parameter[];
}

export interface Description {
  media: MediaKind;
  codecs: Codec[];
  feedback: Feedback[];
  extensions: HeaderExtension[];
  mixedExtensions: boolean;
  sources: Source[];
  groups: { semantics: string; ssrcs: string[] }[];
}

export interface Content {
  /** Chosen by the party that makes the content. */
  name: string;
  creator: Role;
  senders: Senders;
  /** Null where only the transport is told of (transport-info). */
  description: Description | null;
  transport: Transport;
  /** It was taken back or refused: its place in the SDP stays. */
  gone?: boolean;
}

export interface Contents {
  contents: Content[];
  /** Names of those that share one transport. */
  bundle: string[];
}

/** What strangers may send; more is refused as a whole. */
export const limits = {
  contents: 8,
  codecs: 64,
  parameters: 32,
  feedback: 32,
  extensions: 32,
  sources: 32,
  groups: 16,
  candidates: 64,
  /** Of one session, in both its contents and all its updates. */
  candidatesInAll: 400,
  textCharacters: 256,
  sdpCharacters: 100_000,
};

export const other = (role: Role): Role => (role === "initiator" ? "responder" : "initiator");
