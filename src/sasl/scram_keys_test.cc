#include "sasl/scram_keys.h"

#include <gtest/gtest.h>

namespace teahouse::sasl {
namespace {

TEST(ScramKeys, CheckPasswords) {
  const auto keys = make_scram_keys("pencil \u00e9", 4096);
  ASSERT_TRUE(keys);
  EXPECT_TRUE(check_password(*keys, "pencil \u00e9"));
  EXPECT_TRUE(check_password(*keys, "pencil e\u0301"));  // the same text, typed on another keyboard
  EXPECT_FALSE(check_password(*keys, "Pencil \u00e9"));
  EXPECT_FALSE(check_password(*keys, ""));
  EXPECT_FALSE(check_password(*keys, "a\tb"));
  EXPECT_EQ(make_scram_keys("").error().kind, ErrorKind::not_acceptable);
  EXPECT_EQ(make_scram_keys("a\nb").error().kind, ErrorKind::not_acceptable);
  EXPECT_EQ(make_scram_keys("x", 4095).error().kind, ErrorKind::bad_request);
  EXPECT_NE(make_scram_keys("x", 4096)->salt, make_scram_keys("x", 4096)->salt);

  ScramKeys imported = *keys;
  imported.pairs.stored_key_sha256.clear();
  imported.pairs.server_key_sha256.clear();
  EXPECT_TRUE(check_password(imported, "pencil \u00e9"));
  EXPECT_FALSE(check_password(imported, "pencil"));
}

// Keys of two forms from before SHA-512: a login by the second form can't tell the first.
TEST(ScramKeys, AreCompletedByTheFormThatTheyWereMadeOfAlone) {
  ScramKeys older = *make_scram_keys("m\u00B2tea", 4096);
  for (ScramKeyPairs* pairs : {&older.pairs, &*older.saslprep_pairs}) {
    pairs->stored_key_sha512.clear();
    pairs->server_key_sha512.clear();
  }
  ASSERT_TRUE(check_password(older, "m2tea"));
  EXPECT_FALSE(complete_keys(older, "m2tea"));
  const auto whole = complete_keys(older, "m\u00B2tea");
  ASSERT_TRUE(whole && whole->saslprep_pairs);
  EXPECT_FALSE(whole->pairs.stored_key_sha512.empty());
}

}  // namespace
}  // namespace teahouse::sasl
