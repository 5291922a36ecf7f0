#include "sasl/scram_keys.h"

#include <gtest/gtest.h>

#include "sasl/scram.h"
#include "sasl/testing/scram_client.h"

namespace teahouse::sasl::scram_keys_test {
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

// Clients from before RFC 8265 hash what SASLprep leaves; those of today what OpaqueString leaves.
TEST(ScramKeys, ArePreparedByBothProfilesWhereTheyDiffer) {
  const std::pair<const char*, const char*> table[] = {
      {"m\u00B2tea", "m2tea"}, {"\u2168tea", "IXtea"}, {"e\uFF21", "eA"}};
  for (const auto& [password, saslprepped] : table) {
    const auto keys = make_scram_keys(password, 4096);
    ASSERT_TRUE(keys && keys->saslprep_pairs) << password;
    EXPECT_TRUE(check_password(*keys, password));
    EXPECT_TRUE(check_password(*keys, saslprepped));
    EXPECT_FALSE(check_password(*keys, std::string(password) + "x"));
    for (const crypto::Hash hash : {crypto::Hash::sha1, crypto::Hash::sha256}) {
      for (const char* sent : {password, saslprepped}) {
        ScramSetup setup;
        setup.hash = hash;
        Scram scram(setup);
        (void)scram.step("n,,n=romeo,r=abc");
        const Step first = scram.provide(*keys);
        ASSERT_TRUE(std::holds_alternative<Challenge>(first));
        const Step last =
            scram.step(testing::make_client_final(hash, sent, "n=romeo,r=abc", std::get<Challenge>(first).data));
        EXPECT_TRUE(std::holds_alternative<Success>(last)) << password << " as " << sent;
      }
    }
  }
  // One that was set by a client that had prepared it already.
  const auto prepared = make_scram_keys("m2tea", 4096);
  EXPECT_FALSE(prepared->saslprep_pairs);
  EXPECT_TRUE(check_password(*prepared, "m\u00B2tea"));
  EXPECT_FALSE(make_scram_keys("pencil \u00e9", 4096)->saslprep_pairs);
}

}  // namespace
}  // namespace teahouse::sasl::scram_keys_test
