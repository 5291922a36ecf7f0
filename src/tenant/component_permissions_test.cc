#include "tenant/component_permissions.h"

#include <gtest/gtest.h>

namespace teahouse::component_permissions_test {
namespace {

TEST(ComponentPermissions, AreReadAndWrittenAlike) {
  const auto read = parse_component_permissions(R"({"roster":"both","message":"outgoing","presence":"roster",)"
                                                R"("iq":{"urn:a":"get","urn:b":"none","urn:c":"both"}})");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->roster, IqAccess::both);
  EXPECT_TRUE(read->roster_push);
  EXPECT_TRUE(read->message_outgoing);
  EXPECT_EQ(read->presence, PresenceAccess::roster);
  EXPECT_EQ(read->iq.size(), 2U);
  EXPECT_TRUE(allows(read->iq.at("urn:a"), IqAccess::get));
  EXPECT_FALSE(allows(read->iq.at("urn:a"), IqAccess::set));
  EXPECT_EQ(parse_component_permissions(to_json(*read)).value(), *read);
  EXPECT_TRUE(parse_component_permissions("{}")->is_empty());
  EXPECT_FALSE(parse_component_permissions(R"({"roster":"get","roster_push":false})")->roster_push);
  EXPECT_FALSE(parse_component_permissions(R"({"roster":"set"})")->roster_push);
}

TEST(ComponentPermissions, RefuseWhatTheyCantMean) {
  std::string many = R"({"iq":{)";
  for (int i = 0; i <= 50; ++i) many += (i ? ",\"urn:" : "\"urn:") + std::to_string(i) + R"(":"get")";
  const std::string long_name(257, 'n');
  for (const std::string& json :
       {std::string("7"), std::string("{"), std::string(R"({"roster":"all"})"), std::string(R"({"roster":3})"),
        std::string(R"({"roster":"set","roster_push":true})"), std::string(R"({"roster_push":"yes"})"),
        std::string(R"({"message":"incoming"})"), std::string(R"({"presence":"roster"})"),
        std::string(R"({"presence":"roster","roster":"set"})"), std::string(R"({"iq":["urn:a"]})"),
        std::string(R"({"iq":{"":"get"}})"), std::string(R"({"iq":{"a b":"get"}})"),
        std::string(R"({"iq":{"urn:a":1}})"), std::string(R"({"iq":{"\u00e9":"get"}})"),
        R"({"iq":{")" + long_name + R"(":"get"}})", many + "}}", std::string(R"({"magic":"get"})")}) {
    const auto read = parse_component_permissions(json);
    ASSERT_FALSE(read) << json;
    EXPECT_EQ(read.error().kind, ErrorKind::bad_request) << json;
    EXPECT_FALSE(read.error().text.empty()) << json;
  }
}

TEST(ComponentPermissions, OfATenantAreByDomain) {
  PermissionMap all;
  all["irc.shop.example"].message_outgoing = true;
  all["sms.shop.example"].roster = IqAccess::get;
  EXPECT_EQ(read_permission_map(to_json(all)), all);
  EXPECT_EQ(to_json(PermissionMap()), "");
  EXPECT_TRUE(read_permission_map("").empty());
  EXPECT_TRUE(read_permission_map("[").empty());
  EXPECT_TRUE(read_permission_map(R"({"irc.shop.example":{"later":1},"sms.shop.example":{}})").empty());
}

}  // namespace
}  // namespace teahouse::component_permissions_test
