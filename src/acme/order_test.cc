// An order from its beginning to its end, and each way in which it fails, at an authority that is strict.
#include "acme/order.h"

#include <gtest/gtest.h>

#include "acme/testing/fake_authority.h"
#include "crypto/acme_certificate.h"

namespace teahouse::acme::order_test {
namespace {

class Orders : public ::testing::Test {
 protected:
  Orders() { fake.challenges = &challenges; }
  ~Orders() override { EXPECT_EQ(fake.faults, std::vector<std::string>()); }

  Authority& authority(AuthoritySettings settings = {}) {
    settings.directory = fake.directory_url();
    made_ = std::make_unique<Authority>(fake.wire(), std::move(settings), key, std::string());
    return *made_;
  }
  Result<std::string> order(Authority& at, OrderWanted wanted) {
    KeepOrder keep = [this](std::string url) { return note(&kept, std::move(url)); };
    return ::teahouse::testing::run(home, issue(at, challenges, std::move(wanted), std::move(keep)));
  }
  Result<std::string> order(const std::string& name = "shop.example") {
    return order(authority(), {name, certificate_key, {}, {}, 0});
  }
  static Task<Result<void>> note(std::vector<std::string>* to, std::string url) {
    to->push_back(std::move(url));
    co_return Result<void>();
  }

  ::teahouse::testing::QueueExecutor home;
  FakeClock clock;
  net::TlsContexts contexts;
  Challenges challenges{contexts};
  testing::FakeAuthority fake{home, clock};
  const crypto::P256Key key = crypto::P256Key::make();
  const std::string certificate_key = crypto::make_certificate_key().value();
  std::vector<std::string> kept;

 private:
  std::unique_ptr<Authority> made_;
};

TEST_F(Orders, EndInACertificateForTheirKey) {
  const auto chain = order();
  ASSERT_TRUE(chain) << chain.error().text;
  EXPECT_TRUE(crypto::check_key_matches({*chain, certificate_key}));
  EXPECT_EQ(crypto::read_certificate(*chain)->dns_names, std::vector<std::string>{"shop.example"});
  EXPECT_EQ(kept, std::vector<std::string>{"https://ca.example/order/1"});
  EXPECT_EQ(fake.challenges_used, std::vector<std::string>{"http-01"});
  EXPECT_FALSE(challenges.find_token("token-1"));  // shown no longer than it had to be
}

TEST_F(Orders, GetAnotherNonceWhereOneIsRefused) {
  fake.bad_nonces = 4;
  EXPECT_TRUE(order());
  fake.bad_nonces = 1000;
  const auto refused = order();
  ASSERT_FALSE(refused);
  EXPECT_LT(fake.requests, 60);
}

TEST_F(Orders, TryAnotherChallengeEachTime) {
  ASSERT_TRUE(order(authority(), {"shop.example", certificate_key, {}, {}, 1}));
  EXPECT_EQ(fake.challenges_used, std::vector<std::string>{"tls-alpn-01"});
  EXPECT_FALSE(contexts.has("acme-tls/1:shop.example"));
  fake.offers = {"http-01"};
  ASSERT_TRUE(order(authority(), {"shop.example", certificate_key, {}, {}, 1}));
  EXPECT_EQ(fake.challenges_used.back(), "http-01");
  fake.offers = {};
  EXPECT_NE(order().error().text.find("none of the challenges"), std::string::npos);
}

TEST_F(Orders, GoOnWhereTheyWereLeft) {
  Authority& first = authority();
  ASSERT_TRUE(order(first, {"shop.example", certificate_key, {}, {}, 0}));
  const int made = fake.orders_made;
  const auto again = order(authority(), {"shop.example", certificate_key, kept.front(), {}, 0});
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(fake.orders_made, made);  // it was only fetched
  EXPECT_EQ(fake.accounts_made, 1);
  // One that the authority does not know any more is begun anew.
  ASSERT_TRUE(order(authority(), {"shop.example", certificate_key, "https://ca.example/order/77", {}, 0}));
  EXPECT_EQ(fake.orders_made, made + 1);
}

TEST_F(Orders, TellInTheAuthoritysWordsWhyTheyFail) {
  fake.invalid = {"shop.example"};
  const auto refused = order();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
  EXPECT_EQ(refused.error().text, "unauthorized: the answer is wrong");
  EXPECT_TRUE(order("forum.example"));  // another name is not harmed
}

TEST_F(Orders, TellAnAuthorityThatIsAwayApart) {
  fake.is_away = true;
  EXPECT_EQ(order().error().kind, ErrorKind::service_unavailable);
  fake.is_away = false;
  for (const char* rubbish : {"<html>", "{}", "[]", "null", "{\"newNonce\":7}", "{\"status\":\"ready\"}",
                              "{\"newNonce\":\"http://192.168.0.1/\",\"newAccount\":\"file:///etc\"}"}) {
    fake.rubbish = rubbish;
    const auto refused = order();
    ASSERT_FALSE(refused) << rubbish;
    EXPECT_EQ(refused.error().kind, ErrorKind::service_unavailable) << rubbish;
  }
  fake.rubbish = std::string(100'000, '[');
  EXPECT_EQ(order().error().kind, ErrorKind::service_unavailable);
}

TEST_F(Orders, TellALimitApart) {
  fake.limited["shop.example"] = 1;
  fake.retry_after_s = 7200;
  Authority& at = authority();
  const auto refused = order(at, {"shop.example", certificate_key, {}, {}, 0});
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_constraint);
  EXPECT_EQ(at.retry_after_ms(), 7'200'000);
}

TEST_F(Orders, NameTheProfileAndTheCertificateBefore) {
  fake.window_after_ms = 1;
  AuthoritySettings settings;
  settings.profile = "shortlived";
  ASSERT_TRUE(order(authority(settings), {"shop.example", certificate_key, {}, "aki.serial", 0}));
  EXPECT_EQ(fake.profiles, std::vector<std::string>{"shortlived"});
  EXPECT_EQ(fake.replaced, std::vector<std::string>{"aki.serial"});
}

TEST_F(Orders, BindAnExternalAccount) {
  fake.asks_for_external_account = true;
  const auto refused = order();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("acme.eab_key_id"), std::string::npos);
  AuthoritySettings settings;
  settings.eab_key_id = "kid-1";
  settings.eab_secret = "c2VjcmV0LW9mLXRoZS1leHRlcm5hbC1hY2NvdW50";
  EXPECT_TRUE(order(authority(settings), {"shop.example", certificate_key, {}, {}, 0}));
}

TEST_F(Orders, AnAccountsKeyIsChangedAndACertificateRevoked) {
  Authority& at = authority();
  const auto chain = order(at, {"shop.example", certificate_key, {}, {}, 0});
  ASSERT_TRUE(chain);
  ASSERT_TRUE(::teahouse::testing::run(home, at.change_key(crypto::P256Key::make())));
  ASSERT_TRUE(::teahouse::testing::run(home, at.revoke(*chain, 4)));
  EXPECT_TRUE(order(at, {"shop.example", certificate_key, {}, {}, 0}));
}

}  // namespace
}  // namespace teahouse::acme::order_test
