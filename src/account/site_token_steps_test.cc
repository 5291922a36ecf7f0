#include "account/site_token_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/site_token_claims.h"
#include "account/testing/account_world.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::site_token_steps_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct StepsWorld : testing::AccountWorld {
  std::string secret(const TenantPtr& tenant) { return wait(keys.signing.rotate(home, tenant->id))->secret; }
  std::string token(const TenantPtr& tenant, const std::string& user, int64_t lasts_s, const std::string& by) {
    return sign_claims({.iss = tenant->site_id, .sub = user, .exp_s = clock.wall_ms() / 1000 + lasts_s}, by);
  }
  ExplainedToken explain(const std::string& text) { return explain_site_token(*shop, keys, text, clock.wall_ms()); }
  // "+" for a step that is good, "-" for one that is wrong, "?" for one that can't be told.
  std::string marks(const std::string& text) {
    std::string shown;
    const ExplainedToken explained = explain(text);
    for (const CheckedStep& step : explained.steps) {
      shown += !step.good ? '?' : *step.good ? '+' : '-';
      EXPECT_EQ(step.told.empty(), step.good.value_or(true)) << step.told;
      for (const std::string& secret : {shop_secret, newer_secret, forum_secret}) {
        EXPECT_THAT(step.told, Not(HasSubstr(secret)));
      }
    }
    return shown;
  }
  std::string told(const std::string& text, TokenStep step) {
    return explain(text).steps.at(static_cast<size_t>(step)).told;
  }

  std::string shop_secret = secret(shop), newer_secret = secret(shop), forum_secret = secret(forum);
};

// Arbitrary header and claims, well signed.
std::string sign(const std::string& header, const std::string& claims, const std::string& secret) {
  const std::string part = crypto::to_base64url(header) + "." + crypto::to_base64url(claims);
  return part + "." + crypto::to_base64url(crypto::hmac_sha256(secret, part));
}

TEST(SiteTokenSteps, AllAreGoodOfAGoodToken) {
  StepsWorld world;
  const std::string token = world.token(world.shop, "42", 600, world.newer_secret);
  EXPECT_EQ(world.marks(token), "+++++++");
  const ExplainedToken explained = world.explain(" {\"token\": \"" + token + "\"}");
  EXPECT_TRUE(explained.good);
  EXPECT_EQ(explained.user, "42");
  EXPECT_EQ(explained.localpart, "42");
  EXPECT_EQ(explained.expires_s, world.clock.wall_ms() / 1000 + 600);
  EXPECT_EQ(explained.signer, 0U);
  EXPECT_EQ(world.explain(world.token(world.shop, "42", 600, world.shop_secret)).signer, 1U) << "the one before";
  EXPECT_FALSE(world.has(world.shop, "42")) << "nothing is made";
}

TEST(SiteTokenSteps, EachFailsByItself) {
  StepsWorld world;
  EXPECT_EQ(world.marks(world.token(world.shop, "42", -3600, world.newer_secret)), "++++-+?");
  EXPECT_EQ(world.marks(world.token(world.shop, "42", 600, world.forum_secret)), "+++-++?");
  EXPECT_EQ(world.marks(world.token(world.forum, "42", 600, world.forum_secret)), "++--++?");
  EXPECT_EQ(world.marks(world.token(world.shop, "", 600, world.newer_secret)), "+++++-?");
  EXPECT_EQ(world.marks(world.token(world.shop, "guest-1", 600, world.newer_secret)), "++++++-");
  EXPECT_EQ(world.marks(world.token(world.forum, "", -3600, world.forum_secret)), "++----?") << "all at once";
  const std::string claims = "{\"iss\":\"" + world.shop->site_id + "\",\"sub\":\"42\",\"exp\":99999999999,";
  EXPECT_EQ(world.marks(sign(R"({"alg":"none"})", claims + "\"name\":\"Ann\"}", world.newer_secret)), "+-+?++?");
  EXPECT_EQ(world.marks(sign(R"({"alg":"HS256"})", claims + "\"role\":\"king\"}", world.newer_secret)), "++++++-");
  EXPECT_FALSE(world.explain(world.token(world.shop, "42", 600, world.forum_secret)).signer);
}

TEST(SiteTokenSteps, WhatIsNoTokenHasOneThatFails) {
  StepsWorld world;
  for (const std::string& text : {std::string(), std::string("hello"), std::string(9000, 'x') + ".b.c",
                                  std::string(100'000, '.'), std::string("a\0b.c.d.e", 9)}) {
    EXPECT_EQ(world.marks(text), "-??????") << text.substr(0, 20);
    EXPECT_FALSE(world.explain(text).good);
  }
}

TEST(SiteTokenSteps, ASecretIsNoTokenAndIsNotRepeated) {
  StepsWorld world;
  EXPECT_EQ(world.marks(world.newer_secret), "-??????");
  EXPECT_THAT(world.told(world.newer_secret, TokenStep::format), HasSubstr("secret"));
}

TEST(SiteTokenSteps, AnotherSiteIsNotNamed) {
  StepsWorld world;
  const std::string told = world.told(world.token(world.forum, "42", 600, world.forum_secret), TokenStep::site);
  EXPECT_THAT(told, HasSubstr(world.shop->site_id));
  EXPECT_THAT(told, Not(HasSubstr(world.forum->site_id)));
}

}  // namespace
}  // namespace teahouse::site_token_steps_test
