#include "sasl/fake_keys.h"

#include <gtest/gtest.h>

namespace teahouse::sasl::fake_keys_test {
namespace {

TEST(FakeKeys, OfOneHashAreThoseOfAll) {
  const ScramKeys all = make_fake_keys("secret", "nobody");
  const auto of = [](crypto::Hash hash) { return make_fake_keys("secret", "nobody", hash); };
  for (const auto hash : {crypto::Hash::sha1, crypto::Hash::sha256, crypto::Hash::sha512}) {
    EXPECT_EQ(of(hash).salt, all.salt);
    EXPECT_EQ(of(hash).iterations, all.iterations);
  }
  EXPECT_EQ(of(crypto::Hash::sha1).pairs.stored_key_sha1, all.pairs.stored_key_sha1);
  EXPECT_EQ(of(crypto::Hash::sha1).pairs.server_key_sha1, all.pairs.server_key_sha1);
  EXPECT_EQ(of(crypto::Hash::sha256).pairs.stored_key_sha256, all.pairs.stored_key_sha256);
  EXPECT_EQ(of(crypto::Hash::sha256).pairs.server_key_sha256, all.pairs.server_key_sha256);
  EXPECT_EQ(of(crypto::Hash::sha512).pairs.stored_key_sha512, all.pairs.stored_key_sha512);
  EXPECT_EQ(of(crypto::Hash::sha512).pairs.server_key_sha512, all.pairs.server_key_sha512);
  EXPECT_EQ(of(crypto::Hash::sha256).pairs.stored_key_sha1, "");
  EXPECT_EQ(all.pairs.stored_key_sha1.size(), 20U);
  EXPECT_EQ(all.pairs.stored_key_sha512.size(), 64U);
}

}  // namespace
}  // namespace teahouse::sasl::fake_keys_test
