#include "modules/offline/row_form.h"

#include <gtest/gtest.h>

#include "transfer/user_document.h"

namespace teahouse {
namespace {

using Rows = transfer::RowForm::Rows;

// Written and read again they must be the same, byte for byte.
void expect_same(const Rows& rows) {
  transfer::UserDocument user;
  user.host = "shop.example";
  user.account.localpart = "ann";
  user.account.role = "user";
  const std::vector<transfer::RowForm> forms = {make_offline_form()};
  const std::string map(forms[0].map);
  user.rows[map] = rows;
  const auto text = transfer::write_user_document(user, forms);
  ASSERT_TRUE(text);
  const auto again = transfer::parse_user_document(*text, forms);
  ASSERT_TRUE(again) << again.error().text;
  ASSERT_EQ(again->rows.at(map).size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(again->rows.at(map)[i].name, rows[i].name);
    EXPECT_EQ(again->rows.at(map)[i].value, rows[i].value);
  }
}

Result<transfer::UserDocument> parse(const std::string& xml) {
  return transfer::parse_user_document(
      "<server-data xmlns='urn:xmpp:pie:0'><host jid='shop.example'><user name='ann'>" + xml +
          "</user></host></server-data>",
      {make_offline_form()});
}

TEST(OfflineForm, MessagesComeBackAsTheyWere) {
  expect_same(
      {{"0000000000100000", "<message xmlns='jabber:client' from='bob@shop.example'><body>one</body></message>"},
       {"0000000000200000", "<message xmlns='jabber:client' from='bob@shop.example'><x xmlns='y'/></message>"}});
}

TEST(OfflineForm, ThoseOfOtherServersAreInTheirOrder) {
  const auto user = parse(
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
  EXPECT_TRUE(parse("<offline-messages>" + good + "</offline-messages>"));
  EXPECT_FALSE(parse("<offline-messages>" + good + good + "</offline-messages>"));
  EXPECT_FALSE(parse("<offline-messages>" + row + "x" + message + "</offline-messages>"));
}

}  // namespace
}  // namespace teahouse
