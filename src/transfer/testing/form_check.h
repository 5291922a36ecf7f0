// Checks that tests of RowForms share: rows leave in a user's document, and come back.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "transfer/user_document.h"

namespace teahouse::transfer::testing {

// Written and read again they must be the same, byte for byte.
inline void expect_same(const RowForm& form, const RowForm::Rows& rows) {
  UserDocument user;
  user.host = "shop.example";
  user.account.localpart = "ann";
  user.account.role = "user";
  const std::string map(form.map);
  user.rows[map] = rows;
  const auto text = write_user_document(user, {form});
  ASSERT_TRUE(text);
  const auto again = parse_user_document(*text, {form});
  ASSERT_TRUE(again) << again.error().text;
  ASSERT_EQ(again->rows.at(map).size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(again->rows.at(map)[i].name, rows[i].name);
    EXPECT_EQ(again->rows.at(map)[i].value, rows[i].value);
  }
}

// The document of ann@shop.example with these children.
inline Result<UserDocument> parse_user(const RowForm& form, const std::string& xml) {
  return parse_user_document("<server-data xmlns='urn:xmpp:pie:0'><host jid='shop.example'><user name='ann'>" + xml +
                                 "</user></host></server-data>",
                             {form});
}

}  // namespace teahouse::transfer::testing
