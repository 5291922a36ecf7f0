#include "webpush/encryption.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::webpush::encryption_test {
namespace {

std::string bytes_of(const char* base64url) { return *crypto::parse_base64url(base64url); }

// RFC 8291 section 5 and appendix A.
const ReceiverKeys vector_keys{
    bytes_of("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
    bytes_of("BTBZMqHH6r4Tts7J_aSIgg")};
const char* const vector_sender = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const char* const vector_salt = "DGv6ra1nlYgDCS1FRnbzlw";

TEST(Encryption, IsThatOfTheRfc) {
  const auto sender = crypto::P256Key::parse(bytes_of(vector_sender));
  ASSERT_TRUE(sender);
  EXPECT_EQ(crypto::to_base64url(sender->point()),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
  const auto body =
      encrypt("When I grow up, I want to be a watermelon", vector_keys, *sender, bytes_of(vector_salt), 0);
  ASSERT_TRUE(body);
  EXPECT_EQ(crypto::to_base64url(*body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
            "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(Encryption, HidesTheLengthAndKeepsTheLimit) {
  const auto size_of = [](size_t text_bytes) {
    const auto body = encrypt(std::string(text_bytes, 'x'), vector_keys);
    return body ? body->size() : 0;
  };
  EXPECT_EQ(size_of(0), size_of(511));
  EXPECT_LT(size_of(511), size_of(512));
  EXPECT_EQ(size_of(text_bytes_max), body_bytes_max);
  EXPECT_EQ(size_of(text_bytes_max - 1), body_bytes_max);
  EXPECT_EQ(size_of(text_bytes_max + 1), 0U);  // refused
}

TEST(Encryption, NeverComesTwice) { EXPECT_NE(*encrypt("x", vector_keys), *encrypt("x", vector_keys)); }

TEST(Encryption, RefusesKeysThatAreNone) {
  ReceiverKeys keys = vector_keys;
  keys.point[64] ^= 1;  // not on the curve
  EXPECT_FALSE(encrypt("x", keys));
  for (const std::string& point : {std::string(), std::string(1, '\0'), std::string(65, '\0'), std::string(65, '\x04'),
                                   vector_keys.point.substr(0, 33), vector_keys.point + "x"}) {
    keys.point = point;
    EXPECT_FALSE(encrypt("x", keys));
  }
  keys = vector_keys;
  keys.auth.pop_back();
  EXPECT_FALSE(encrypt("x", keys));
}

}  // namespace
}  // namespace teahouse::webpush::encryption_test
