import "../../testing/browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../core/xml.ts";
import { writeSdp } from "./sdp.ts";
import { BadContents, readContents } from "./xml.ts";

const print = `${"AA:".repeat(31)}AA`;
const jingle = (inner: string) => parse(`<jingle xmlns="urn:xmpp:jingle:1" action="session-initiate" sid="s">${inner}</jingle>`)!;

/** As Dino and Conversations write it: their order of elements, a candidate of RTCP, audio and video by names of their own. */
const others = `
<content creator="initiator" name="audio" senders="both">
  <description xmlns="urn:xmpp:jingle:apps:rtp:1" media="audio">
    <payload-type id="111" name="opus" clockrate="48000" channels="2"><parameter name="useinbandfec" value="1"/>
      <rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="transport-cc"/></payload-type>
    <payload-type id="8" name="PCMA"/>
    <rtp-hdrext xmlns="urn:xmpp:jingle:apps:rtp:rtp-hdrext:0" uri="urn:ietf:params:rtp-hdrext:ssrc-audio-level" id="1"/>
    <encryption required="1"><crypto/></encryption>
    <rtcp-mux/>
  </description>
  <transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="u9Tw" pwd="hCpBa/yXbqk1rHGZQzhW0g==">
    <fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="actpass" required="true"> ${print.toLowerCase()} </fingerprint>
    <candidate component="1" foundation="1" generation="0" id="a" ip="192.0.2.1" network="0" port="5000" priority="1" protocol="udp" type="host"/>
    <candidate component="2" foundation="1" generation="0" id="b" ip="192.0.2.1" network="0" port="5001" priority="1" protocol="udp" type="host"/>
  </transport>
</content>
<content creator="initiator" name="my video">
  <transport xmlns="urn:xmpp:jingle:transports:ice-udp:1" ufrag="u9Tw" pwd="hCpBa/yXbqk1rHGZQzhW0g=="/>
  <description xmlns="urn:xmpp:jingle:apps:rtp:1" media="video">
    <payload-type id="96" name="VP8" clockrate="90000"><rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="nack" subtype="pli"/></payload-type>
    <source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="12"><parameter name="cname" value="c"/><parameter name="msid" value="s t"/></source>
  </description>
</content>
<group xmlns="urn:xmpp:jingle:apps:grouping:0" semantics="BUNDLE"><content name="audio"/><content name="my video"/></group>
<unknown xmlns="urn:example"/>`;

test("what Dino and Conversations send becomes SDP", () => {
  const contents = readContents(jingle(others));
  assert.deepEqual(contents.bundle, ["audio", "my video"]);
  assert.equal(contents.contents[0]!.transport.candidates.length, 1, "RTCP goes with RTP");
  const sdp = writeSdp(contents, "initiator");
  for (const line of [
    "a=group:BUNDLE audio m1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 8",
    "a=rtpmap:111 opus/48000/2",
    "a=rtpmap:8 PCMA/8000",
    "a=fmtp:111 useinbandfec=1",
    `a=fingerprint:sha-256 ${print}`,
    "a=mid:m1",
    "a=rtcp-fb:96 nack pli",
    "a=msid:s t",
    "a=ssrc:12 cname:c",
    "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host generation 0",
  ]) {
    assert.ok(sdp.includes(`${line}\r\n`), line);
  }
});

const payload = (attributes: string, inner = "") =>
  jingle(others.replace('<payload-type id="8" name="PCMA"/>', `<payload-type ${attributes}>${inner}</payload-type>`));
const replaced = (from: string, to: string) => {
  assert.ok(others.includes(from), from);
  return jingle(others.replace(from, to));
};
const many = (count: number, what: (i: number) => string) => Array.from({ length: count }, (_, i) => what(i)).join("");
const candidate = (i: number) => `<candidate component="1" foundation="${i}" ip="192.0.2.1" port="1" priority="1" protocol="udp" type="host"/>`;

for (const [name, hostile] of Object.entries({
  "a line more in a codec's name": () => payload(`id="8" name="PCMA&#10;a=ice-lite"`),
  "a line more in a parameter": () => payload(`id="8" name="X"`, `<parameter name="a" value="1&#13;&#10;m=video 9 x"/>`),
  "a line more in a parameter's name": () => payload(`id="8" name="X"`, `<parameter name="a&#10;b" value="1"/>`),
  "a line more in feedback": () =>
    payload(`id="8" name="X"`, `<rtcp-fb xmlns="urn:xmpp:jingle:apps:rtp:rtcp-fb:0" type="nack" subtype="pli&#10;a=x"/>`),
  "a codec's number that is none": () => payload(`id="128" name="X"`),
  "a codec's rate that is no number": () => payload(`id="8" name="X" clockrate="1e9"`),
  "a line more in ufrag": () => replaced(`ufrag="u9Tw"`, `ufrag="u9&#10;Tw"`),
  "a long pwd": () => replaced(`pwd="hCp`, `pwd="${"x".repeat(300)}`),
  "a fingerprint that is none": () => replaced("aa:aa:aa", "aa:zz:aa"),
  "an unknown hash": () => replaced(`hash="sha-256"`, `hash="md5"`),
  "a setup with more in it": () => replaced(`setup="actpass"`, `setup="actpass&#10;"`),
  "an address with more in it": () => replaced(`ip="192.0.2.1"`, `ip="192.0.2.1 1 typ host"`),
  "a host's name as address": () => replaced(`ip="192.0.2.1"`, `ip="intranet.example"`),
  "a port that is none": () => replaced(`port="5000"`, `port="65536"`),
  "an extension's uri with a space": () => replaced("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:x y"),
  "a source that is no number": () => replaced(`ssrc="12"`, `ssrc="12 x"`),
  "a medium that is neither": () => replaced(`media="video"`, `media="application"`),
  "senders that are none": () => replaced(`senders="both"`, `senders="all"`),
  "no name": () => replaced(`name="my video"`, `name=""`),
  "one name twice": () => replaced(`name="my video"`, `name="audio"`),
  "many contents": () => jingle(many(9, (i) => `<content creator="initiator" name="c${i}"/>`)),
  "many codecs": () =>
    replaced(
      `<payload-type id="8" name="PCMA"/>`,
      many(64, () => `<payload-type id="8" name="PCMA"/>`),
    ),
  "many parameters": () =>
    payload(
      `id="8" name="X"`,
      many(33, (i) => `<parameter name="p${i}" value="1"/>`),
    ),
  "many candidates": () => replaced("</transport>", `${many(64, candidate)}</transport>`),
  "many sources": () => replaced("<source ", `${many(33, (i) => `<source xmlns="urn:xmpp:jingle:apps:rtp:ssma:0" ssrc="${i}"/>`)}<source `),
})) {
  test(`refused as a whole: ${name}`, () => {
    assert.throws(() => readContents(hostile()), BadContents);
  });
}
