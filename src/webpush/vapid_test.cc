#include "webpush/vapid.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"

namespace teahouse::webpush::vapid_test {
namespace {

struct Parts {
  std::string head, claims, signature, point;
};
Parts take_apart(const std::string& header) {
  const size_t t = header.find("t="), k = header.find(", k=");
  const std::string token = header.substr(t + 2, k - t - 2);
  const size_t one = token.find('.'), two = token.rfind('.');
  return {token.substr(0, one), token.substr(one + 1, two - one - 1), token.substr(two + 1), header.substr(k + 4)};
}
bool is_good(const Parts& parts) {
  return crypto::verify_es256(*crypto::parse_base64url(parts.point), parts.head + "." + parts.claims,
                              *crypto::parse_base64url(parts.signature));
}

// RFC 8292 section 2.4: what is read there is read here.
TEST(Vapid, KnowsTheOneOfTheRfc) {
  const Parts parts = take_apart(
      "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3N"
      "jgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmy"
      "sazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmC"
      "lBPs");
  EXPECT_TRUE(is_good(parts));
  EXPECT_EQ(parts.head, crypto::to_base64url(R"({"typ":"JWT","alg":"ES256"})"));
}

TEST(Vapid, SaysWhoSendsAndIsSigned) {
  const crypto::P256Key key = crypto::P256Key::make();
  Parts parts = take_apart(make_vapid(key, "https://push.example.net", "mailto:push@example.com", 1453523768));
  EXPECT_EQ(*crypto::parse_base64url(parts.claims),
            R"({"aud":"https://push.example.net","exp":1453523768,"sub":"mailto:push@example.com"})");
  EXPECT_EQ(parts.point, crypto::to_base64url(key.point()));
  EXPECT_TRUE(is_good(parts));
  parts.claims[0] ^= 1;
  EXPECT_FALSE(is_good(parts));
}

TEST(Vapid, SaysNoContactWhereThereIsNone) {
  const Parts parts = take_apart(make_vapid(crypto::P256Key::make(), "https://push.example.net", "", 1));
  EXPECT_EQ(*crypto::parse_base64url(parts.claims), R"({"aud":"https://push.example.net","exp":1})");
}

}  // namespace
}  // namespace teahouse::webpush::vapid_test
