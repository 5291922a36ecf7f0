#include "modules/external_services/credentials.h"

#include <gtest/gtest.h>

namespace teahouse::credentials_test {
namespace {

const std::string user_key(32, 'k');

std::optional<Credentials> make(const ExternalService& service, const char* user = "ann@shop.example",
                                int64_t now_ms = 1'000'000) {
  return make_credentials(service, user, user_key, now_ms);
}

// Made with Python's hmac and hashlib.
TEST(Credentials, AreMadeAsTurnServersMakeThem) {
  const ExternalService turn{.type = "turn", .host = "turn.example", .secret = "north", .lasts_s = 86400};
  const auto made = make(turn);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->username, "87400:58559a24606c8608");
  EXPECT_EQ(made->password, "aelBJrYdMhWSayv4hxgZQCad+IM=");
  EXPECT_EQ(made->expires_ms, 87'400'000);
  const auto later = make(turn, "ann@shop.example", 2'000'000), other = make(turn, "ann@forum.example");
  EXPECT_EQ(later->username, "88400:58559a24606c8608");
  EXPECT_NE(later->password, made->password);
  EXPECT_NE(other->username, made->username);
  EXPECT_EQ(other->username.find("ann"), std::string::npos);
}

TEST(Credentials, ThatAreFixedEndWhenTheyRunOut) {
  ExternalService turn{.type = "turn", .host = "turn.example", .username = "guest", .password = "tea"};
  EXPECT_EQ(make(turn)->password, "tea");
  EXPECT_EQ(make(turn)->expires_ms, 0);
  turn.expires_ms = 1'000'001;
  EXPECT_EQ(make(turn)->expires_ms, 1'000'001);
  EXPECT_FALSE(make(turn, "ann@shop.example", 1'000'001));
  EXPECT_FALSE(make({.type = "stun", .host = "stun.example"}));
}

}  // namespace
}  // namespace teahouse::credentials_test
