import "../../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, serialize } from "../../core/xml.ts";
import { answer, offer } from "../../testing/chromium-sdp.ts";
import type { Content, Contents, Role } from "./model.ts";
import { midOf, readCandidate, readSdp, writeCandidate, writeSdp } from "./sdp.ts";
import { readContents, writeContents } from "./xml.ts";

const naming = (creator: Role) => (mid: string) => ({ name: mid, creator });
const read = (sdp: string, owner: Role) => readSdp(sdp, { owner, naming: naming("initiator") });
const overTheWire = (contents: Contents) => readContents(parse(serialize({ ...writeContents({ sid: "s", action: "session-initiate" }, contents) }))!);
const kinds = ({ contents }: Contents) => contents.map((c) => c.description!.media);

test("what Chromium offers and answers goes through Jingle to the same SDP", () => {
  for (const [sdp, owner] of [
    [offer, "initiator"],
    [answer, "responder"],
  ] as const) {
    const said = read(sdp, owner);
    assert.deepEqual(kinds(said), ["audio", "video"]);
    assert.deepEqual(said.bundle, ["0", "1"]);
    const heard = overTheWire(said);
    assert.deepEqual(heard, said);
    assert.deepEqual(read(writeSdp(heard, owner), owner), said);
  }
});

test("of a real offer the parts are where Jingle wants them", () => {
  const { contents } = read(offer, "initiator");
  const [audio, video] = contents as [Content, Content];
  assert.equal(audio.senders, "both");
  assert.match(audio.transport.fingerprint!.value, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  assert.equal(audio.transport.fingerprint!.setup, "actpass");
  const opus = audio.description!.codecs.find(({ name }) => name === "opus")!;
  assert.deepEqual([opus.clockrate, opus.channels, opus.feedback], [48_000, 2, [["transport-cc", ""]]]);
  assert.ok(opus.parameters.some(([name, value]) => name === "useinbandfec" && value === "1"));
  const names = video.description!.codecs.map(({ name }) => name.toLowerCase());
  assert.ok(names.includes("vp8") && names.includes("rtx") && !names.includes("red") && !names.includes("ulpfec"));
  for (const codec of video.description!.codecs) {
    const apt = codec.parameters.find(([name]) => name === "apt")?.[1];
    if (apt)
      assert.ok(
        video.description!.codecs.some(({ id }) => String(id) === apt),
        `nothing for rtx of ${apt}`,
      );
  }
  assert.equal(video.description!.groups[0]!.semantics, "FID");
  assert.equal(video.description!.groups[0]!.ssrcs.length, 2);
  const sdp = writeSdp({ contents, bundle: ["0", "1"] }, "initiator");
  assert.match(sdp, /a=msid:[\w-]+ [\w-]+\r\n/);
  assert.match(sdp, /a=group:BUNDLE 0 1\r\n/);
});

test("who sends is said from both sides, and what was taken back keeps its place", () => {
  const said = read(offer, "initiator");
  for (const [senders, ofInitiator, ofResponder] of [
    ["both", "sendrecv", "sendrecv"],
    ["initiator", "sendonly", "recvonly"],
    ["responder", "recvonly", "sendonly"],
    ["none", "inactive", "inactive"],
  ] as const) {
    const contents = said.contents.map((content): Content => ({ ...content, senders }));
    for (const [owner, direction] of [
      ["initiator", ofInitiator],
      ["responder", ofResponder],
    ] as const) {
      const sdp = writeSdp({ ...said, contents }, owner);
      assert.equal(sdp.match(/^a=(sendrecv|sendonly|recvonly|inactive)\r$/gm)!.join(), `a=${direction}\r,a=${direction}\r`);
      assert.deepEqual(
        read(sdp, owner).contents.map((c) => c.senders),
        [senders, senders],
      );
    }
  }
  const gone = said.contents.map((content, i): Content => ({ ...content, gone: i === 1 }));
  const sdp = writeSdp({ ...said, contents: gone }, "initiator");
  assert.match(sdp, /m=video 0 /);
  assert.match(sdp, /a=group:BUNDLE 0\r\n/);
  assert.equal(read(sdp, "initiator").contents[1]!.gone, true);
});

test("a name that can be no mid has its place instead", () => {
  assert.deepEqual(["audio", "0", "a b", "x".repeat(17), "ü"].map(midOf), ["audio", "0", "m2", "m3", "m4"]);
});

test("candidates: of a browser and of other clients, and back", () => {
  const host = "candidate:2632260686 1 udp 2122194687 192.0.2.2 57485 typ host generation 0 ufrag cG8I network-id 1";
  assert.equal(writeCandidate(readCandidate(host)!), "candidate:2632260686 1 udp 2122194687 192.0.2.2 57485 typ host generation 0");
  const relay = "candidate:1 1 tcp 9 2001:db8::1 9 typ relay raddr 10.0.0.1 rport 5000 tcptype active generation 2";
  assert.equal(writeCandidate(readCandidate(`a=${relay}`)!), relay);
  assert.equal(readCandidate("candidate:1 2 udp 9 192.0.2.1 9 typ host"), undefined, "RTCP goes with RTP");
  assert.equal(readCandidate("candidate:1 1 udp"), undefined);
});
