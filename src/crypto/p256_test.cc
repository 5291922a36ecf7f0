#include "crypto/p256.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::crypto::p256_test {
namespace {

TEST(P256, BothSidesAgree) {
  const P256Key one = P256Key::make(), two = P256Key::make();
  const auto shared = one.agree(two.point());
  ASSERT_TRUE(shared);
  EXPECT_EQ(*two.agree(one.point()), *shared);
  EXPECT_NE(*one.agree(one.point()), *shared);
}

TEST(P256, IsReadFromItsNumber) {
  const P256Key key = P256Key::make();
  const auto read = P256Key::parse(key.number());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->point(), key.point());
  for (const std::string& number :
       {std::string(), std::string(32, '\0'), std::string(32, '\xff'), key.number() + "x"}) {
    EXPECT_FALSE(P256Key::parse(number));
  }
}

TEST(P256, SignsAndKnowsItsSignature) {
  const P256Key key = P256Key::make();
  const std::string signature = key.sign("words");
  EXPECT_EQ(signature.size(), es256_bytes);
  EXPECT_TRUE(verify_es256(key.point(), "words", signature));
  EXPECT_FALSE(verify_es256(key.point(), "other words", signature));
  EXPECT_FALSE(verify_es256(P256Key::make().point(), "words", signature));
  EXPECT_FALSE(verify_es256(key.point(), "words", std::string(64, '\0')));
  EXPECT_FALSE(verify_es256(key.point(), "words", signature.substr(1)));
  EXPECT_FALSE(verify_es256("", "words", signature));
}

}  // namespace
}  // namespace teahouse::crypto::p256_test
