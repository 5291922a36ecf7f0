#include "modules/conferences/jingle/contents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::conferences::contents_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string repeat(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

const std::string fingerprint = "AB" + repeat(31, ":0f");

const std::string good =
    "<jingle xmlns='urn:xmpp:jingle:1'><group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'>"
    "<content name='a voice'/><content name='1'/></group>"
    "<content creator='initiator' name='a voice' senders='initiator'>"
    "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>"
    "<payload-type id='111' name='opus' clockrate='48000' channels='2'><parameter name='useinbandfec' value='1'/>"
    "<rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='transport-cc'/></payload-type>"
    "<payload-type id='8' name='PCMA'/>"
    "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' uri='urn:ietf:params:rtp-hdrext:sdes:mid'/>"
    "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='12'><parameter name='cname' value='c'/></source>"
    "</description>"
    "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='ufr' pwd='secret'>"
    "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>" +
    fingerprint +
    "</fingerprint><candidate ip='10.0.0.1' port='22'/></transport></content>"
    "<content creator='initiator' name='1' senders='initiator'>"
    "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'>"
    "<payload-type id='96' name='VP8' clockrate='90000'/>"
    "<payload-type id='97' name='rtx' clockrate='90000'><parameter name='apt' value='96'/></payload-type>"
    "<payload-type id='98' name='rtx' clockrate='90000'><parameter name='apt' value='99'/></payload-type>"
    "<ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'><source ssrc='1'/><source "
    "ssrc='2'/></ssrc-group>"
    "</description><transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='ufr' "
    "pwd='secret'/></content></jingle>";

Result<Contents> read(const std::string& text) {
  const auto document = xml::Document::parse(SharedBytes(text));
  EXPECT_TRUE(document) << text;
  return read_contents(document->root());
}

TEST(Contents, GoIntoSdpAsTheEngineTakesThem) {
  const auto contents = read(good);
  ASSERT_TRUE(contents) << contents.error().text;
  const std::string sdp = write_sdp(*contents, Role::initiator);
  EXPECT_THAT(sdp, HasSubstr("a=group:BUNDLE m0 1\r\n"));
  EXPECT_THAT(sdp, HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
  EXPECT_THAT(sdp, HasSubstr("a=mid:m0\r\n"));
  EXPECT_THAT(sdp, HasSubstr("a=sendonly\r\n"));
  EXPECT_THAT(sdp,
              HasSubstr("a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 useinbandfec=1\r\n"));
  EXPECT_THAT(sdp, HasSubstr("m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"));
  EXPECT_THAT(sdp, HasSubstr("a=ssrc-group:FID 1 2\r\n"));
  EXPECT_THAT(sdp, Not(HasSubstr("PCMA"))) << "the engine has it not";
  EXPECT_THAT(sdp, Not(HasSubstr("10.0.0.1"))) << "no candidate of theirs";
  const size_t first = sdp.find("a=fingerprint:sha-256 AB:0f");
  EXPECT_LT(first, sdp.find("m=video"));
  EXPECT_GT(sdp.find("a=fingerprint:sha-256 AB:0f", first + 1), sdp.find("m=video")) << "both have it";
}

TEST(Contents, OfTheEngineComeBackFromJingleAsTheyWere) {
  const std::string sdp =
      "v=0\r\na=group:BUNDLE 0\r\na=fingerprint:sha-256 " + fingerprint +
      "\r\nm=audio 9 UDP/TLS/RTP/SAVPF "
      "111\r\na=sendonly\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:actpass\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 stereo=1;x\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
      "a=ssrc:7 cname:janus\r\na=candidate:1 1 udp 5 192.0.2.1 4000 typ host\r\na=candidate:2 2 udp 5 192.0.2.1 4001 "
      "typ host\r\n";
  const auto contents = read_sdp(sdp, Role::initiator, {});
  ASSERT_TRUE(contents);
  ASSERT_EQ(contents->contents.size(), 1U);
  EXPECT_EQ(contents->contents[0].senders, Senders::initiator);
  EXPECT_EQ(contents->contents[0].transport.candidates.size(), 1U) << "RTCP goes with RTP";
  std::string payload;
  xml::Writer writer(payload);
  writer.open("jingle", ns::jingle);
  write_contents(writer, *contents);
  writer.close();
  const auto again = read(payload);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(write_sdp(*again, Role::initiator), write_sdp(*contents, Role::initiator));
  EXPECT_THAT(write_sdp(*again, Role::responder), HasSubstr("a=recvonly"));
}

TEST(Contents, OfTheEngineMustBeSoundOrPicture) {
  EXPECT_FALSE(read_sdp("", Role::initiator, {}));
  EXPECT_FALSE(read_sdp("v=0\r\nm=application 9 x 0\r\na=mid:0\r\n", Role::initiator, {}));
  EXPECT_FALSE(read_sdp("v=0\r\nm=audio 9 x 0\r\n", Role::initiator, {})) << "without a name";
  EXPECT_FALSE(read_sdp(std::string(200'000, 'a'), Role::initiator, {}));
}

struct Hostile {
  const char* what;
  const char* from;
  std::string to;
};

TEST(Contents, RefuseAsAWholeWhatDoesNotFitItsPlace) {
  const std::string codec = "<payload-type id='8' name='PCMA'/>";
  const std::string parameter = "<parameter name='useinbandfec' value='1'/>";
  const std::vector<Hostile> all = {
      {"a line more in a codec's name", "'PCMA'", "'PCMA&#10;a=ice-lite'"},
      {"a line more in a value", "value='1'", "value='1&#13;&#10;m=video 9 x'"},
      {"a line more in a name", "'useinbandfec'", "'a&#10;b'"},
      {"a line more in feedback", "'transport-cc'", "'nack' subtype='pli&#10;a=x'"},
      {"a codec's number", "id='8'", "id='128'"},
      {"a negative number", "id='8'", "id='-8'"},
      {"a rate", "clockrate='48000'", "clockrate='1e9'"},
      {"a line more in ufrag", "'ufr'", "'u&#10;fr'"},
      {"no ufrag", "ufrag='ufr'", ""},
      {"a long pwd", "'secret'", "'" + std::string(300, 'x') + "'"},
      {"a fingerprint", "AB:0f", "AB:zz"},
      {"a short fingerprint", ":0f:0f:0f:0f:0f:0f:0f:0f:0f:0f:0f:0f:0f", ""},
      {"an unknown hash", "'sha-256'", "'md5'"},
      {"a setup", "'actpass'", "'actpass&#10;'"},
      {"an extension's uri", "sdes:mid'", "sdes:mid x'"},
      {"a source", "ssrc='12'", "ssrc='12 x'"},
      {"a source's size", "ssrc='12'", "ssrc='4294967296'"},
      {"a medium", "media='video'", "media='application'"},
      {"senders", "senders='initiator'", "senders='all'"},
      {"no name of a content", "<content creator='initiator' name='a voice'", "<content creator='initiator' name=''"},
      {"one name twice", "<content creator='initiator' name='a voice'", "<content creator='initiator' name='1'"},
      {"no fingerprint", "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash", "<f xmlns='x' hash"},
      {"many codecs", codec.c_str(), repeat(64, codec)},
      {"many parameters", parameter.c_str(), repeat(33, parameter)},
      {"many contents", "</jingle>", repeat(8, "<content/>") + "</jingle>"},
      {"no description", "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>",
       "<description xmlns='x' media='audio'>"},
  };
  for (const Hostile& each : all) {
    std::string text = good;
    const size_t at = text.find(each.from);
    ASSERT_NE(at, std::string::npos) << each.what;
    text.replace(at, std::string(each.from).size(), each.to);
    if (std::string(each.what) == "no fingerprint") {
      const size_t end = text.find("</fingerprint>");
      text.replace(end, 14, "</f>");
    }
    const auto contents = read(text);
    ASSERT_FALSE(contents) << each.what;
    EXPECT_EQ(contents.error().kind, ErrorKind::bad_request) << each.what;
    EXPECT_FALSE(contents.error().text.empty());
  }
}

}  // namespace
}  // namespace teahouse::conferences::contents_test
