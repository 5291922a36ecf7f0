#include "server/c2s/sasl2.h"

#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::c2s::sasl2_test {
namespace {

Sasl2Request parse(const std::string& inner, const std::string& attributes = "mechanism='PLAIN'") {
  const std::string xml = "<authenticate xmlns='urn:xmpp:sasl:2' " + attributes + ">" + inner + "</authenticate>";
  return Sasl2Request(xml::Document::parse(SharedBytes(xml)).value());
}

TEST(Sasl2Request, IsReadAsItIsWritten) {
  const Sasl2Request request = parse(
      "<initial-response>AGFubgBzZWNyZXQ=</initial-response><user-agent id='D4565FA7-4d72-4749-b3d3-740edbf87770'>"
      "<software>AwesomeXMPP</software><device>Kiva's Phone</device></user-agent><bind xmlns='urn:xmpp:bind:0'/>");
  EXPECT_EQ(request.mechanism(), "PLAIN");
  EXPECT_EQ(request.initial_response(), "AGFubgBzZWNyZXQ=");
  EXPECT_EQ(request.user_agent().id, "d4565fa7-4d72-4749-b3d3-740edbf87770");
  EXPECT_EQ(request.user_agent().software, "AwesomeXMPP");
  EXPECT_EQ(request.user_agent().device, "Kiva's Phone");
  EXPECT_TRUE(request.find("bind", ns::bind2));
  EXPECT_FALSE(request.find("bind", ns::bind));
}

TEST(Sasl2Request, MayBeBare) {
  const Sasl2Request request = parse("", "");
  EXPECT_EQ(request.mechanism(), "");
  EXPECT_EQ(request.initial_response(), std::nullopt);
  EXPECT_FALSE(request.fast());
  EXPECT_EQ(request.wanted_token(), "");
  EXPECT_EQ(request.user_agent().id, "");
}

TEST(Sasl2Request, TakesNothingButAUuidForAnId) {
  for (const char* id : {"", "phone", "d4565fa7-4d72-4749-b3d3-740edbf8777", "d4565fa7-4d72-4749-b3d3-740edbf877700",
                         "g4565fa7-4d72-4749-b3d3-740edbf87770", "d4565fa7x4d72-4749-b3d3-740edbf87770"}) {
    EXPECT_EQ(parse("<user-agent id='" + std::string(id) + "'/>").user_agent().id, "") << id;
  }
  const std::string name(1000, 'x');
  EXPECT_EQ(parse("<user-agent><device>" + name + "</device></user-agent>").user_agent().device.size(), 128U);
}

TEST(Sasl2Success, SaysDataAddressAndResults) {
  EXPECT_EQ(make_sasl2_success({"", "ann@shop.example", ""}),
            "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>ann@shop.example</authorization-identifier>"
            "</success>");
  EXPECT_EQ(make_sasl2_success({"v=x", "ann@shop.example/a", "<bound/>"}),
            "<success xmlns='urn:xmpp:sasl:2'><additional-data>dj14</additional-data><authorization-identifier>"
            "ann@shop.example/a</authorization-identifier><bound/></success>");
  EXPECT_EQ(make_sasl2_success({"", "ann@shop.example", "<bound/>", NewToken{"secret", 1'000}}),
            "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>ann@shop.example</authorization-identifier>"
            "<bound/><token xmlns='urn:xmpp:fast:0' expiry='1970-01-01T00:00:01.000Z' token='secret'/></success>");
}

TEST(Sasl2Request, TellsAnEmptyResponseFromNone) {
  EXPECT_EQ(parse("<initial-response/>").initial_response(), "");
  EXPECT_EQ(parse("<initial-response>=</initial-response>").initial_response(), "=");
  EXPECT_EQ(parse("<initial-response xmlns='urn:example'/>").initial_response(), std::nullopt);
}

TEST(Sasl2Request, ReadsHowATokenIsUsed) {
  const auto fast = [](const std::string& attributes) {
    return parse("<fast xmlns='urn:xmpp:fast:0' " + attributes + "/>").fast().value();
  };
  EXPECT_EQ(fast("")->count, std::nullopt);
  EXPECT_FALSE(fast("")->invalidates);
  EXPECT_EQ(fast("count='0'")->count, 0);
  EXPECT_EQ(fast("count='2147483647' invalidate='1'")->count, 2147483647);
  EXPECT_TRUE(fast("invalidate='true'")->invalidates);
  EXPECT_FALSE(fast("invalidate='false'")->invalidates);
  for (const char* bad : {"count=''", "count='-1'", "count='x'", "count='1.5'", "count='2147483648'", "count='+1'",
                          "invalidate=''", "invalidate='yes'"}) {
    EXPECT_FALSE(fast(bad)) << bad;
  }
  const Sasl2Request wanting = parse("<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>");
  EXPECT_EQ(wanting.wanted_token(), "HT-SHA-256-NONE");
  EXPECT_FALSE(wanting.fast());
}

}  // namespace
}  // namespace teahouse::c2s::sasl2_test
