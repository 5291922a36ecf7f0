#include "modules/offline/row_form.h"

#include <gtest/gtest.h>

#include "transfer/testing/form_check.h"

namespace teahouse::row_form_test {
namespace {

TEST(OfflineForm, MessagesComeBackAsTheyWere) {
  transfer::testing::expect_same(
      make_offline_form(),
      {{"0000000000100000", "<message xmlns='jabber:client' from='bob@shop.example'><body>one</body></message>"},
       {"0000000000200000", "<message xmlns='jabber:client' from='bob@shop.example'><x xmlns='y'/></message>"}});
}

TEST(OfflineForm, ThoseOfOtherServersAreInTheirOrder) {
  const auto user = transfer::testing::parse_user(
      make_offline_form(),
      "<offline-messages><message xmlns='jabber:client' id='1'/><message xmlns='jabber:client' id='2'/>"
      "</offline-messages>");
  ASSERT_TRUE(user);
  const auto& rows = user->rows.at("offline");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_LT(rows[0].name, rows[1].name);
  EXPECT_NE(rows[0].value.find("id='1'"), std::string::npos);
}

TEST(OfflineForm, RefusesNamesThatCantBe) {
  const std::string row = "<row xmlns='urn:teahouse:export:1' id='", message = "'/><message xmlns='jabber:client'/>";
  const std::string good = row + "0000000000100000" + message;
  EXPECT_TRUE(transfer::testing::parse_user(make_offline_form(), "<offline-messages>" + good + "</offline-messages>"));
  EXPECT_FALSE(
      transfer::testing::parse_user(make_offline_form(), "<offline-messages>" + good + good + "</offline-messages>"));
  EXPECT_FALSE(transfer::testing::parse_user(make_offline_form(),
                                             "<offline-messages>" + row + "x" + message + "</offline-messages>"));
}

}  // namespace
}  // namespace teahouse::row_form_test
