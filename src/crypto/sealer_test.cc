#include "crypto/sealer.h"

#include <gtest/gtest.h>

namespace teahouse::crypto::sealer_test {
namespace {

const std::string key(32, 'k');

TEST(Sealer, OpensWhatItSealed) {
  const auto sealer = Sealer::make(key);
  ASSERT_TRUE(sealer);
  for (const std::string& plain : {std::string(), std::string("secret"), std::string(100'000, 'x')}) {
    const std::string sealed = sealer->seal(plain, "tenant 1 webhook 2");
    EXPECT_EQ(sealed.size(), plain.size() + 28);
    EXPECT_EQ(*sealer->open(sealed, "tenant 1 webhook 2"), plain);
    EXPECT_NE(sealed, sealer->seal(plain, "tenant 1 webhook 2"));
  }
}

// Two tenants: what one's row holds does not open in the other's.
TEST(Sealer, OpensNowhereElse) {
  const auto sealer = Sealer::make(key);
  const std::string sealed = sealer->seal("secret", "tenant 1");
  EXPECT_EQ(sealer->open(sealed, "tenant 2").error().kind, ErrorKind::not_authorized);
  EXPECT_FALSE(sealer->open(sealed, ""));
  EXPECT_FALSE(Sealer::make(std::string(32, 'l'))->open(sealed, "tenant 1"));
}

TEST(Sealer, NoticesEveryChangedByte) {
  const auto sealer = Sealer::make(key);
  const std::string sealed = sealer->seal("secret", "here");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer->open(changed, "here")) << i;
    EXPECT_FALSE(sealer->open(std::string_view(sealed).substr(0, i), "here")) << i;
  }
}

TEST(Sealer, ReadsItsKeyFile) {
  const std::string file = Sealer::make_key_file();
  const auto one = Sealer::parse_key_file(file);
  const auto two = Sealer::parse_key_file(file);
  ASSERT_TRUE(one);
  EXPECT_EQ(*two->open(one->seal("x", "p"), "p"), "x");
  EXPECT_FALSE(Sealer::parse_key_file(""));
  EXPECT_FALSE(Sealer::parse_key_file("abcd\n"));
  EXPECT_FALSE(Sealer::make("short"));
}

}  // namespace
}  // namespace teahouse::crypto::sealer_test
