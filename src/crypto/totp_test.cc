#include "crypto/totp.h"

#include <gtest/gtest.h>

namespace teahouse::crypto::totp_test {
namespace {

const std::string secret = "12345678901234567890";

// RFC 6238 appendix B, of SHA-1; six of its eight digits.
TEST(Totp, AsTheRfcHasIt) {
  for (const auto& [time_s, code] : std::initializer_list<std::pair<int64_t, const char*>>{{59, "287082"},
                                                                                           {1111111109, "081804"},
                                                                                           {1111111111, "050471"},
                                                                                           {1234567890, "005924"},
                                                                                           {2000000000, "279037"},
                                                                                           {20000000000, "353130"}}) {
    EXPECT_EQ(make_totp(secret, time_s / 30), code);
    EXPECT_EQ(check_totp(secret, code, time_s * 1000, 0), time_s / 30);
  }
}

TEST(Totp, IsGoodOnceAndForAWhile) {
  const int64_t step = 1000, now_ms = step * totp_step_ms + 5;
  const std::string code = make_totp(secret, step);
  EXPECT_EQ(check_totp(secret, code, now_ms + totp_step_ms, 0), step);
  EXPECT_EQ(check_totp(secret, code, now_ms - totp_step_ms, 0), step);
  EXPECT_FALSE(check_totp(secret, code, now_ms + 2 * totp_step_ms, 0));
  EXPECT_FALSE(check_totp(secret, code, now_ms, step));
  EXPECT_FALSE(check_totp("another secret of us", code, now_ms, 0));
  for (const char* wrong : {"", "0", "0000000", "abcdef"}) EXPECT_FALSE(check_totp(secret, wrong, now_ms, 0)) << wrong;
}

TEST(Totp, IsToldToAnAppByAUri) {
  EXPECT_EQ(totp_uri("Hello!\xde\xad\xbe\xef", "Acme Chat", "ann@shop.example"),
            "otpauth://totp/Acme%20Chat:ann@shop.example?secret=JBSWY3DPEHPK3PXP&issuer=Acme%20Chat");
  EXPECT_EQ(to_base32(""), "");
  EXPECT_EQ(to_base32("f"), "MY");
  EXPECT_EQ(to_base32("foobar"), "MZXW6YTBOI");
}

}  // namespace
}  // namespace teahouse::crypto::totp_test
