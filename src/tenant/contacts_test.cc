#include "tenant/contacts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/tenant.h"

namespace teahouse::contacts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Contacts, AreRolesAndUris) {
  const auto parsed = parse_contacts({"abuse=mailto:abuse@shop.example", "support=https://shop.example/help?a=b",
                                      "abuse=mailto:abuse@shop.example", "terms=xmpp:shop.example?;node=terms",
                                      "sales=tel:+1-201-555-0123", "outage=https://status.example/shop.json"});
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->size(), 5U);  // each once
  Tenant shop, forum;
  shop.contacts = *parsed;
  EXPECT_THAT(contacts_of(shop, "abuse"), ElementsAre("mailto:abuse@shop.example"));
  EXPECT_THAT(contacts_of(shop, "support"), ElementsAre("https://shop.example/help?a=b"));
  EXPECT_THAT(contacts_of(shop, "sup"), IsEmpty());
  EXPECT_THAT(contacts_of(forum, "abuse"), IsEmpty());
}

TEST(Contacts, AreRefusedWithASentence) {
  const std::pair<std::string, const char*> table[] = {
      {"", "must begin with its role"},
      {"mailto:abuse@shop.example", "must begin with its role"},
      {"boss=mailto:boss@shop.example", "Roles are abuse"},
      {"Abuse=mailto:abuse@shop.example", "Roles are abuse"},
      {"abuse=abuse@shop.example", "must be an address as mailto:"},
      {"abuse=javascript:alert(1)", "must be an address as mailto:"},
      {"abuse=JavaScript:alert(1)", "must be an address as mailto:"},
      {"abuse=data:text/html,x", "must be an address as mailto:"},
      {"abuse=https:shop.example", "has nothing behind its scheme"},
      {"abuse=https://", "has nothing behind its scheme"},
      {"abuse=mailto:", "has nothing behind its scheme"},
      {"abuse=https://shop.example/%zz", "has a character that a URI can't have"},
      {"abuse=mailto:a%", "has a character that a URI can't have"},
      {"outage=tel:1", "https address of a JSON file"},
      {"abuse=https://shop.example/a b", "has a character that a URI can't have"},
      {"abuse=https://shop.example/\n", "has a character that a URI can't have"},
      {"abuse=https://b\u00FCcher.example/", "domains in ASCII"},
      {"abuse=https://shop.example/" + std::string(500, 'a'), "is longer than 500 bytes"},
  };
  for (const auto& [contact, why] : table) {
    const auto parsed = parse_contacts({contact});
    ASSERT_FALSE(parsed) << contact;
    EXPECT_EQ(parsed.error().kind, ErrorKind::bad_request);
    EXPECT_THAT(parsed.error().text, HasSubstr(why)) << contact;
  }
  std::vector<std::string> many(21);
  for (size_t i = 0; i < many.size(); ++i) many[i] = "sales=tel:" + std::to_string(i);
  EXPECT_THAT(parse_contacts(many).error().text, HasSubstr("at most 20"));
}

}  // namespace
}  // namespace teahouse::contacts_test
