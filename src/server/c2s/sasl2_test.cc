#include "server/c2s/sasl2.h"

#include <gtest/gtest.h>

#include "xmpp/namespaces.h"

namespace teahouse::c2s {
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
  EXPECT_EQ(request.initial_response(), "");
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
}

TEST(DeviceName, IsTheSameForTheSameIdAtTheSameAccount) {
  const UserAgent phone{"d4565fa7-4d72-4749-b3d3-740edbf87770", "", ""}, nobody;
  const DeviceName name = name_device("secret", "ann@shop.example", phone);
  EXPECT_EQ(name.resource.size(), 12U);
  EXPECT_NE(name.number, 0U);
  const DeviceName again = name_device("secret", "ann@shop.example", phone);
  EXPECT_EQ(again.resource, name.resource);
  EXPECT_EQ(again.number, name.number);
  const DeviceName others = name_device("secret", "ann@forum.example", phone);
  EXPECT_NE(others.resource, name.resource);
  EXPECT_NE(others.number, name.number);
  EXPECT_EQ(name_device("secret", "ann@shop.example", nobody).number, 0U);
  EXPECT_NE(name_device("secret", "ann@shop.example", nobody).resource,
            name_device("secret", "ann@shop.example", nobody).resource);
}

}  // namespace
}  // namespace teahouse::c2s
