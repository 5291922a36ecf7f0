#include "account/site_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/session_token.h"
#include "account/site_token_claims.h"
#include "account/testing/account_world.h"

namespace teahouse::site_token_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct TokenWorld : testing::AccountWorld {
  std::string secret(const TenantPtr& tenant) { return wait(keys.signing.rotate(home, tenant->id))->secret; }
  SiteTokenClaims claims(const TenantPtr& tenant, const std::string& user_id) {
    return {.iss = tenant->site_id, .sub = user_id, .exp_s = clock.wall_ms() / 1000 + 3600};
  }
  Result<SignedInUser> sign_in(const TenantPtr& tenant, const std::string& token) {
    return wait(teahouse::sign_in(home, accounts, tenant, keys, token, clock.wall_ms()));
  }
  std::string refusal(const TenantPtr& tenant, const std::string& token) {
    const auto user = sign_in(tenant, token);
    if (user) return "signed in";
    EXPECT_EQ(user.error().kind, ErrorKind::not_authorized);
    return user.error().text;
  }

  std::string shop_secret = secret(shop), forum_secret = secret(forum);
};

TEST(SiteToken, MakesTheAccountAtItsFirstUse) {
  TokenWorld world;
  auto claims = world.claims(world.shop, "Ann Lee");
  claims.name = "Ann";
  claims.picture = "https://shop.example/ann.png";
  claims.rooms = {"news"};
  const auto user = world.sign_in(world.shop, sign_claims(claims, world.shop_secret));
  ASSERT_TRUE(user) << user.error().text;
  EXPECT_EQ(user->user_id, "Ann Lee");
  EXPECT_EQ(user->localpart, "ann\\20lee");
  EXPECT_THAT(user->rooms, ElementsAre("news"));
  EXPECT_EQ(user->expires_ms, claims.exp_s * 1000);
  const auto account = world.wait(world.accounts.find(world.home, world.shop, "ann\\20lee"));
  EXPECT_EQ(account->name, "Ann");
  EXPECT_EQ(account->role, "user");
  EXPECT_FALSE(world.has(world.forum, "ann\\20lee"));
}

TEST(SiteToken, ChangesWhatItClaimsAndLeavesTheRest) {
  TokenWorld world;
  auto claims = world.claims(world.shop, "42");
  claims.name = "Ann";
  claims.role = "moderator";
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(claims, world.shop_secret)));
  claims.name = "Anne";
  claims.role = "";
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(claims, world.shop_secret)));
  const auto account = world.wait(world.accounts.find(world.home, world.shop, "42"));
  EXPECT_EQ(account->name, "Anne");
  EXPECT_EQ(account->role, "moderator");
  EXPECT_EQ(world.shop->meter->accounts, 1);
}

TEST(SiteToken, IsOfOneSiteOnly) {
  TokenWorld world;
  const auto shops = world.claims(world.shop, "42"), forums = world.claims(world.forum, "42");
  EXPECT_THAT(world.refusal(world.forum, sign_claims(shops, world.shop_secret)), HasSubstr(world.forum->site_id));
  EXPECT_NE(world.refusal(world.forum, sign_claims(forums, world.shop_secret)), "signed in");
  EXPECT_NE(world.refusal(world.shop, sign_claims(shops, world.forum_secret)), "signed in");
  EXPECT_FALSE(world.has(world.shop, "42") || world.has(world.forum, "42"));
}

TEST(SiteToken, HoldsForOneRotationOfTheSecret) {
  TokenWorld world;
  const std::string token = sign_claims(world.claims(world.shop, "42"), world.shop_secret);
  world.secret(world.shop);
  EXPECT_EQ(world.refusal(world.shop, token), "signed in");
  world.secret(world.forum);
  world.secret(world.forum);
  EXPECT_EQ(world.refusal(world.shop, token), "signed in");
  world.secret(world.shop);
  EXPECT_NE(world.refusal(world.shop, token), "signed in");
}

TEST(SiteToken, IsRefusedWithASentence) {
  TokenWorld world;
  const auto made = [&](const auto& change) {
    auto claims = world.claims(world.shop, "42");
    change(claims);
    return sign_claims(claims, world.shop_secret);
  };
  EXPECT_THAT(world.refusal(world.shop, "no token"), HasSubstr("not a token"));
  EXPECT_THAT(world.refusal(world.shop, made([&](auto& c) { c.exp_s = world.clock.wall_ms() / 1000 - 7200; })),
              HasSubstr("ran out"));
  EXPECT_THAT(world.refusal(world.shop, made([](auto& c) { c.role = "god"; })), HasSubstr("The role must be"));
  EXPECT_THAT(world.refusal(world.shop, made([](auto& c) { c.picture = "ftp://a"; })), HasSubstr("icture"));
  for (const char* picture : {"javascript:alert(1)", "http://a.example/", "https://a/\n"}) {
    EXPECT_THAT(world.refusal(world.shop, made([&](auto& c) { c.picture = picture; })), HasSubstr("picture"))
        << picture;
  }
  EXPECT_THAT(world.refusal(world.shop, made([](auto& c) { c.name = std::string(129, 'n'); })), HasSubstr("name"));
  EXPECT_EQ(world.shop->meter->accounts, 0);
}

TEST(SiteToken, IsStoppedByThePlan) {
  TokenWorld world;
  Plan tiny;
  tiny.name = "tiny";
  tiny.limits.accounts = 1;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, tiny)));
  const TenantPtr small = world.make_tenant("small", "small.example", "tiny");
  const std::string secret = world.secret(small);
  ASSERT_TRUE(world.sign_in(small, sign_claims(world.claims(small, "1"), secret)));
  const auto second = world.sign_in(small, sign_claims(world.claims(small, "2"), secret));
  EXPECT_EQ(second.error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(world.sign_in(small, sign_claims(world.claims(small, "1"), secret)));
}

// A site that tells "ANN" from "ann" must not have one of them be the other.
TEST(SiteToken, OfAnotherSpellingIsRefused) {
  TokenWorld world;
  const auto token = [&](const TenantPtr& tenant, const std::string& sub) {
    return sign_claims(world.claims(tenant, sub), world.secret(tenant));
  };
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  EXPECT_EQ(world.refusal(world.shop, token(world.shop, "Ann")), "signed in");
  EXPECT_EQ(world.refusal(world.shop, token(world.shop, "Ann")), "signed in");
  EXPECT_THAT(world.refusal(world.shop, token(world.shop, "ann")), HasSubstr("another spelling of 'Ann'"));
  EXPECT_EQ(world.refusal(world.forum, token(world.forum, "ann")), "signed in");
  EXPECT_EQ(world.refusal(world.shop, token(world.shop, "Romeo")), "signed in");  // had no spelling of the site's yet
  EXPECT_THAT(world.refusal(world.shop, token(world.shop, "romeo")), HasSubstr("another spelling of 'Romeo'"));
}

TEST(SiteToken, OfAGuestExpiresWithHim) {
  TokenWorld world;
  const auto expired = [&] { return world.wait(world.accounts.find_expired(world.home, 10))->size(); };
  auto claims = world.claims(world.shop, "guest-1");
  claims.guest = true;
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(claims, world.shop_secret)));
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(world.claims(world.shop, "42"), world.shop_secret)));
  const auto guest = world.wait(world.accounts.find(world.home, world.shop, "guest-1"));
  EXPECT_EQ(guest->expires_ms, (claims.exp_s + guest_renewal_s) * 1000);
  EXPECT_EQ(expired(), 0U);

  world.clock.advance_ms(guest->expires_ms - world.clock.wall_ms() - 1);  // a token of the last moment
  claims.exp_s = world.clock.wall_ms() / 1000 + 3600;
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(claims, world.shop_secret)));
  world.clock.advance_ms(1);
  EXPECT_EQ(expired(), 0U);
  world.clock.advance_ms((3600 + guest_renewal_s) * 1000);
  const auto gone = world.wait(world.accounts.find_expired(world.home, 10));
  ASSERT_EQ(gone->size(), 1U);
  EXPECT_EQ(gone->front().localpart, "guest-1");
  EXPECT_EQ(gone->front().tenant, world.shop->id);
}

// A site's own user who was taken for a guest would be removed a month after their token.
TEST(SiteToken, OfTheSiteNamesNoGuest) {
  TokenWorld world;
  for (const char* id : {"guest-7", "GUEST-7", "\uFF47uest-7"}) {
    EXPECT_THAT(world.refusal(world.shop, sign_claims(world.claims(world.shop, id), world.shop_secret)),
                HasSubstr("begin with 'guest-'"))
        << id;
  }
  auto claims = world.claims(world.shop, "42");
  claims.guest = true;
  EXPECT_THAT(world.refusal(world.shop, sign_claims(claims, world.shop_secret)), HasSubstr("leave it out"));
  claims = world.claims(world.shop, "guest-7");
  claims.guest = true;
  EXPECT_EQ(world.refusal(world.shop, sign_claims(claims, world.shop_secret)), "signed in");
  // Also not once the guest is there.
  EXPECT_NE(world.refusal(world.shop, sign_claims(world.claims(world.shop, "guest-7"), world.shop_secret)),
            "signed in");
  EXPECT_EQ(world.refusal(world.shop, sign_claims(world.claims(world.shop, "guest"), world.shop_secret)), "signed in");
  EXPECT_FALSE(world.has(world.forum, "guest-7"));
}

// The server's own: for calls of the API by a session, while its account is there.
TEST(SiteToken, OfASessionIsItsAccountsAlone) {
  TokenWorld world;
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(world.claims(world.shop, "Ann"), world.shop_secret)));
  ASSERT_TRUE(world.sign_in(world.forum, sign_claims(world.claims(world.forum, "Ann"), world.forum_secret)));
  const auto account = *world.wait(world.accounts.find(world.home, world.shop, "ann"));
  Tenant open = *world.shop;
  EXPECT_EQ(make_session_token(open, world.keys, account, world.clock.wall_ms()).error().kind, ErrorKind::forbidden);
  open.device_days = 30;
  for (const char* other : {"", "guest-1"}) {
    Account another = account;
    another.user_id = other;
    EXPECT_EQ(make_session_token(open, world.keys, another, world.clock.wall_ms()).error().kind, ErrorKind::forbidden);
  }
  const auto made = make_session_token(open, world.keys, account, world.clock.wall_ms());
  ASSERT_TRUE(made);
  const auto user = world.sign_in(world.shop, made->token);
  ASSERT_TRUE(user) << user.error().text;
  EXPECT_TRUE(user->of_session);
  EXPECT_EQ(user->localpart, "ann");
  EXPECT_NE(world.refusal(world.forum, made->token), "signed in");
  const auto removal = world.wait(world.accounts.remove(world.home, world.shop, "ann"));
  ASSERT_TRUE(removal);
  EXPECT_THAT(world.refusal(world.shop, made->token), HasSubstr("is gone"));
  EXPECT_FALSE(world.has(world.shop, "ann")) << "it makes no account";
  ASSERT_TRUE(world.wait(world.accounts.removals().end(world.home, *removal)));
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(world.claims(world.shop, "Ann"), world.shop_secret)));
  EXPECT_THAT(world.refusal(world.shop, made->token), HasSubstr("is gone")) << "another account of that name";
  world.clock.advance_ms((session_token_s + token_skew_s + 1) * 1000);
  EXPECT_THAT(world.refusal(world.shop, made->token), HasSubstr("ran out"));
}

TEST(SiteToken, KeepsNobodyOutForTheirName) {
  TokenWorld world;
  auto claims = world.claims(world.shop, "7");
  claims.name = "Ann\tLee\r\n";
  ASSERT_TRUE(world.sign_in(world.shop, sign_claims(claims, world.shop_secret)));
  EXPECT_EQ(world.wait(world.accounts.find(world.home, world.shop, "7"))->name, "Ann Lee");
}

TEST(SiteToken, IsFoundInWhatPagesPrint) {
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2ln";
  for (const std::string& printed :
       {token, "  " + token + "\r\n", "\"" + token + "\"", "'" + token + "'", "\xEF\xBB\xBF" + token,
        "{\"token\":\"" + token + "\"}", " { \"user\": 42, \"token\": \"" + token + "\" }\n",
        token.substr(0, 30) + "\n" + token.substr(30)}) {
    EXPECT_EQ(find_site_token(printed), token) << printed;
  }
  EXPECT_EQ(find_site_token("eyJhbGciOiJIUzI1NiJ9.cut"), "eyJhbGciOiJIUzI1NiJ9.cut");  // a token, and a bad one
  for (const std::string none : {"", "secret", "\"", "eyJ", "eyJhbGci", "sk_a.b", "{\"token\":42}",
                                 "{\"password\":\"x.y\"}", "{eyJ.", "a.eyJ.c"}) {
    EXPECT_EQ(find_site_token(none), "") << none;
  }
  EXPECT_EQ(find_site_token(std::string(20'000, ' ') + token), "");
  EXPECT_EQ(find_site_token(std::string(1000, '{')), "");
}

}  // namespace
}  // namespace teahouse::site_token_test
