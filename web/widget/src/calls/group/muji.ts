// How a room's call is told in the room (XEP-0272): who prepares, who takes part with what, and (our own) whose hand is up.
import type { Occupant } from "../../chat/model.ts";
import { ns } from "../../core/ns.ts";
import { el, type Node } from "../../core/xml.ts";
import { jingleNs } from "../jingle/xml.ts";

/** Our own: a raised hand and the service's use in the presence, what moderators ask in session-info, and the service's limits in its disco#info. */
export const groupNs = "urn:teahouse:calls:0";

/** Contents of a group's sessions, in the order of their SDP. */
export const contentNames = ["audio", "video", "screen"] as const;
export type ContentName = (typeof contentNames)[number];
/** `video`: the site has pictures in calls. */
export const allContents = (video: boolean): readonly ContentName[] => (video ? contentNames : ["audio"]);

// Each browser has these under these ids, so that everybody's maps agree, as XEP-0272 wants it; sessions agree on more.
const codecs = {
  audio: { id: "111", name: "opus", clockrate: "48000", channels: "2" },
  video: { id: "96", name: "VP8", clockrate: "90000" },
};

function writeContent(name: ContentName): Node {
  const media = name === "audio" ? "audio" : "video";
  return el("content", { creator: "initiator", name }, el("description", { xmlns: jingleNs.rtp, media }, el("payload-type", codecs[media])));
}

/** What is told of one who takes part besides. */
export interface Marks {
  hand?: boolean;
  /** Their streams go through the service (hall.ts). */
  conference?: boolean;
}

/** What stands in the presence of one who takes part; `contents` null: of one who prepares. */
export function writeMuji(contents: readonly ContentName[] | null, { hand, conference }: Marks = {}): Node {
  const parts = contents ? contents.map(writeContent) : [el("preparing")];
  const mark = (name: string, shown?: boolean): Node | false => shown === true && el(name, { xmlns: groupNs });
  return el("muji", { xmlns: ns.muji }, ...parts, mark("conference", conference), mark("hand", hand));
}

/** What Occupant.call says where this is shown. */
export const mujiText = (contents: readonly ContentName[] | null, { hand, conference }: Marks = {}): string =>
  [...(contents ?? ["preparing"]), ...(conference ? ["conference"] : []), ...(hand ? ["hand"] : [])].join(",");

export const isPreparing = ({ call }: Occupant): boolean => call === "preparing";
const says = ({ call }: Occupant, word: string): boolean => call?.split(",").includes(word) === true;
export const hasHand = (occupant: Occupant): boolean => says(occupant, "hand");
export const isInConference = (occupant: Occupant): boolean => says(occupant, "conference");

/** What a session is part of. */
export const writePart = (room: string): Node => el("muji", { xmlns: ns.muji, room });
