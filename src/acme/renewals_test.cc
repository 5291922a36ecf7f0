// Names over days and weeks, on a clock that stands still until the test moves it.
#include "acme/renewals.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "acme/testing/fake_authority.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::acme::renewals_test {
namespace {

constexpr int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms, day_ms = 24 * hour_ms;
using State = NameStatus::State;

class Renewing : public ::testing::Test {
 protected:
  Renewing() : world(name_rows::migrations(), name_rows::tables()), fake(world.home, world.clock) {
    fake.challenges = &challenges;
    shop = world.make_tenant("shop", "shop.example");
    forum = world.make_tenant("forum", "forum.example");
    names = {{shop, "shop.example"}, {forum, "forum.example"}};
  }
  ~Renewing() override { EXPECT_EQ(fake.faults, std::vector<std::string>()); }

  // As after a start.
  void begin() {
    AuthoritySettings settings;
    settings.directory = fake.directory_url();
    Renewals::Parts parts{*world.control,
                          world.certificates,
                          challenges,
                          world.seal_key,
                          [this] { return names; },
                          [this](std::string name) { return find_address(this, std::move(name)); },
                          [this](const HostCertificate& certificate) { used.push_back(certificate.domain); },
                          [this](TenantPtr tenant, std::string action, std::string detail) {
                            return note(this, std::move(tenant), std::move(action), std::move(detail));
                          }};
    renewals = std::make_unique<Renewals>(fake.wire(), std::move(settings), std::move(parts));
    ASSERT_TRUE(renewals->load());
    const auto own = world.certificates.load_all();
    for (const HostCertificate& certificate : *own) renewals->note_shown(certificate);
  }
  void look() {
    renewals->look();
    while (renewals->under_way() > 0) world.home.run_one();
  }
  // Looks as often as the server would, but coarsely.
  void pass(int64_t ms, int64_t step_ms = 10 * minute_ms) {
    for (const int64_t until_ms = world.clock.wall_ms() + ms; world.clock.wall_ms() < until_ms;) {
      world.clock.advance_ms(step_ms);
      look();
    }
  }
  NameStatus status(const TenantPtr& tenant, const std::string& domain) {
    for (NameStatus& each : renewals->statuses(tenant->id)) {
      if (each.domain == domain) return each;
    }
    ADD_FAILURE() << domain << " is not there";
    return {};
  }
  static Task<Result<bool>> find_address(Renewing* self, std::string name) {
    co_return !self->without_address.contains(name);
  }
  static Task<void> note(Renewing* self, TenantPtr tenant, std::string action, std::string detail) {
    self->notes.push_back(tenant->name + " " + action + " " + detail);
    co_return;
  }
  int64_t notes_of(const std::string& beginning) const {
    return std::ranges::count_if(notes, [&](const std::string& note) { return note.starts_with(beginning); });
  }

  ::teahouse::testing::TenantWorld world;
  net::TlsContexts contexts;
  Challenges challenges{contexts};
  testing::FakeAuthority fake;
  TenantPtr shop, forum;
  std::vector<Renewals::Name> names;
  std::set<std::string> without_address;
  std::vector<std::string> used, notes;
  std::unique_ptr<Renewals> renewals;
};

TEST_F(Renewing, GetsACertificateForEachNameAndRenewsItAtTwoThirdsOfItsLife) {
  begin();
  look();
  EXPECT_EQ(used.size(), 2U);
  EXPECT_EQ(status(shop, "shop.example").state, State::issued);
  const int64_t renew_ms = status(shop, "shop.example").renew_ms;
  EXPECT_LE(renew_ms, world.clock.wall_ms() + 60 * day_ms);
  EXPECT_GE(renew_ms, world.clock.wall_ms() + 55 * day_ms);
  pass(50 * day_ms, 6 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
  pass(12 * day_ms, 6 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 4U);
  EXPECT_EQ(notes_of("shop certificate.issued shop.example"), 2);
}

TEST_F(Renewing, FollowsTheWindowThatTheAuthoritySuggests) {
  fake.window_after_ms = 80 * day_ms;
  begin();
  look();
  pass(79 * day_ms, 6 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
  EXPECT_GT(fake.renewal_looks, 100);
  EXPECT_LT(fake.renewal_looks, 400);
  pass(3 * day_ms, hour_ms);
  EXPECT_EQ(fake.issued.size(), 4U);
  EXPECT_EQ(fake.replaced.size(), 2U);
  // All are going to be revoked: a window in the past means now.
  fake.suggests_now = true;
  pass(2 * day_ms, hour_ms);
  EXPECT_GE(fake.issued.size(), 6U);
}

TEST_F(Renewing, AWeekWithoutTheAuthorityCostsNothingAndIsCaughtUp) {
  begin();
  fake.is_away = true;
  pass(7 * day_ms);
  EXPECT_LT(fake.requests, 400);  // about one try an hour
  EXPECT_TRUE(fake.issued.empty());
  EXPECT_EQ(status(shop, "shop.example").tries, 0);
  EXPECT_NE(status(shop, "shop.example").told.find("asked again by itself"), std::string::npos);
  EXPECT_TRUE(notes.empty());  // it is not the owner's fault
  fake.is_away = false;
  pass(3 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
  EXPECT_EQ(status(shop, "shop.example").told, "");
}

TEST_F(Renewing, OneBadNameHarmsNoOther) {
  fake.invalid = {"shop.example"};
  begin();
  pass(day_ms);
  EXPECT_EQ(fake.issued, std::vector<std::string>{"forum.example"});
  const NameStatus bad = status(shop, "shop.example");
  EXPECT_EQ(bad.state, State::failing);
  EXPECT_EQ(bad.told, "No certificate for shop.example: unauthorized: the answer is wrong.");
  EXPECT_GT(bad.next_try_ms, world.clock.wall_ms());
  EXPECT_LE(fake.orders_made, 12);  // growing pauses
  EXPECT_EQ(notes_of("shop certificate.failed"), 1);
  EXPECT_EQ(notes_of("forum certificate.failed"), 0);
  EXPECT_GT(std::ranges::count(fake.challenges_used, "tls-alpn-01"), 0);
  // It is mended, and its owner does not wait.
  fake.invalid.clear();
  EXPECT_FALSE(renewals->ask_now(forum->id, "shop.example"));
  ASSERT_TRUE(renewals->ask_now(shop->id, "shop.example"));
  look();
  EXPECT_EQ(status(shop, "shop.example").state, State::issued);
}

TEST_F(Renewing, AsksForNoNameWithoutAnAddress) {
  without_address = {"shop.example"};
  begin();
  pass(hour_ms);
  EXPECT_EQ(fake.issued, std::vector<std::string>{"forum.example"});
  EXPECT_NE(status(shop, "shop.example").told.find("no address in DNS"), std::string::npos);
  without_address.clear();
  pass(day_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
}

TEST_F(Renewing, LimitsOfOneNameAreItsOwnAndOfManyTheAuthoritys) {
  fake.limited["shop.example"] = 1;
  fake.retry_after_s = 10 * 3600;
  begin();
  look();
  EXPECT_EQ(fake.issued, std::vector<std::string>{"forum.example"});
  pass(9 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 1U);
  pass(5 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
}

TEST_F(Renewing, AHundredThatAreDueAtOnceAreSpread) {
  names.clear();
  std::vector<std::string> hosts;
  for (int i = 0; i < 100; ++i) names.push_back({i % 2 ? shop : forum, "n" + std::to_string(i) + ".example"});
  begin();
  const int64_t begun_ms = world.clock.wall_ms();
  pass(10 * minute_ms, 10'000);
  EXPECT_GE(fake.issued.size(), 20U);
  EXPECT_LE(fake.issued.size(), 45U);
  pass(70 * minute_ms, 10'000);
  EXPECT_EQ(fake.issued.size(), 100U);
  EXPECT_GT(fake.issued_at_ms.back() - begun_ms, 40 * minute_ms);
}

TEST_F(Renewing, AKillInAnOrderLosesNothing) {
  for (const char* at : {"/orders", "/authz/", "/challenge/", "/finalize/", "/certificate/"}) {
    SCOPED_TRACE(at);
    const size_t issued_before = used.size();
    begin();
    for (const Renewals::Name& name : names) (void)renewals->ask_now(name.tenant->id, name.domain);
    fake.on_request = [&](const std::string& url) {
      if (url.find(at) != url.npos) fake.is_away = true;  // as the killed would see it: nothing comes back
    };
    look();
    fake.on_request = {};
    fake.is_away = false;
    const int orders = fake.orders_made;
    begin();  // the new run knows what was written, and nothing else
    pass(3 * hour_ms);
    EXPECT_GE(used.size(), issued_before + 2);
    if (std::string(at) != "/orders") { EXPECT_LE(fake.orders_made, orders + 2); }
    EXPECT_EQ(fake.accounts_made, 1);
  }
}

TEST_F(Renewing, LeavesAnUploadedCertificateAloneUntilItsLastDay) {
  const auto ca = crypto::make_local_ca("Another", world.clock.wall_ms() / 1000 - 60, 3650).value();
  const auto pair = crypto::issue_certificate(ca, {"shop.example"}, world.clock.wall_ms() / 1000 - 60, 30).value();
  ASSERT_TRUE(world.wait(world.certificates.set(world.home, shop, "shop.example", pair.certificate_pem, pair.key_pem)));
  begin();
  pass(20 * day_ms, 6 * hour_ms);
  EXPECT_EQ(fake.issued, std::vector<std::string>{"forum.example"});
  EXPECT_EQ(status(shop, "shop.example").state, State::uploaded);
  pass(10 * day_ms, 6 * hour_ms);
  EXPECT_EQ(fake.issued.size(), 2U);
  EXPECT_EQ(status(shop, "shop.example").state, State::issued);
}

TEST_F(Renewing, ForgetsANameThatIsNotWantedAnyMore) {
  begin();
  look();
  names.pop_back();
  look();
  world.come_to_rest([this] { world.home.run_ready(); });
  EXPECT_TRUE(renewals->statuses(forum->id).empty());
  const auto rows = world.control->execute_now({"SELECT domain FROM acme_names", {}});
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(store::as_text(rows->rows[0][0]), "shop.example");
}

}  // namespace
}  // namespace teahouse::acme::renewals_test
