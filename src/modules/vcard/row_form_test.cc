#include "modules/vcard/row_form.h"

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
  const std::vector<transfer::RowForm> forms = {make_vcard_form()};
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
      {make_vcard_form()});
}

TEST(VcardForm, ComesBackAsItWas) {
  expect_same({{"vcard", "<vCard xmlns='vcard-temp'><FN>Ann &amp; é</FN></vCard>"}});
  const auto none = parse("<vCard xmlns='other'/>");
  EXPECT_TRUE(none && none->rows.empty());
}

}  // namespace
}  // namespace teahouse
