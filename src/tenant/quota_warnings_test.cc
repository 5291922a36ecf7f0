#include "tenant/quota_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "events/event_row.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::quota_warnings_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TenantWorld;

constexpr int64_t day_ms = 86'400'000;

class QuotaWarningsTest : public ::testing::Test {
 protected:
  QuotaWarningsTest() {
    world_.clock.set_wall_ms(1'764'460'800'000);  // 2025-11-30
    set_plan(OverUse::refuse);
    shop_ = make("shop");
    forum_ = make("forum");
    start();
  }
  void set_plan(OverUse accounts) {
    Plan::Sold sold;
    sold.limits.accounts = 10;
    sold.limits.rooms = 0;
    sold.over_use[*find_plan_limit("accounts")] = accounts;
    ASSERT_TRUE(world_.wait(world_.tenants.set_plan(world_.home, make_plan("small", sold))));
  }
  TenantPtr make(const std::string& name) {
    return *world_.try_tenant(
        {name, name + ".example", {}, {{"plan", "small"}, {"events", std::vector<std::string>{"tenant"}}}});
  }
  void start() {
    warnings_.emplace(*world_.control, world_.clock, world_.tenants, world_.audit);
    ASSERT_TRUE(warnings_->load());
  }
  // The lines that come to the house's audit now.
  std::vector<std::string> look() {
    EXPECT_TRUE(world_.wait(QuotaWarnings::look(*warnings_, world_.home)));
    std::vector<std::string> told;
    auto lines = world_.wait(world_.audit.list(world_.home, TenantId::server, 100));
    std::reverse(lines->begin(), lines->end());
    for (const auto& line : *lines) {
      if (line.id <= last_) continue;
      last_ = line.id;
      if (line.action == "quota.warning") told.push_back(line.detail);
    }
    return told;
  }
  std::vector<std::string> events_of(const TenantPtr& tenant) {
    std::vector<std::string> told;
    const auto rows = world_.control->execute_now(
        {"SELECT event FROM event_outbox WHERE tenant_id = ? ORDER BY number", {to_value(tenant->id)}});
    for (const store::Row& row : rows->rows) {
      const auto event = parse_event(store::as_text(row[0]));
      const auto* warning = event ? std::get_if<QuotaWarning>(&event->body) : nullptr;
      if (warning) told.push_back(warning->limit + " " + warning->percent + " " + warning->used + "/" + warning->most);
    }
    return told;
  }

  TenantWorld world_;
  std::optional<QuotaWarnings> warnings_;
  TenantPtr shop_, forum_;
  int64_t last_ = 0;
};

TEST_F(QuotaWarningsTest, TellOnceOfEachShareAndMonth) {
  shop_->meter->accounts = 7;
  EXPECT_THAT(look(), IsEmpty());
  shop_->meter->accounts = 8;
  EXPECT_THAT(look(), ElementsAre("shop: 80 % of accounts (8 of 10)"));
  shop_->meter->accounts = 3;
  EXPECT_THAT(look(), IsEmpty());
  shop_->meter->accounts = 9;
  EXPECT_THAT(look(), IsEmpty());
  start();  // also not after a restart
  EXPECT_THAT(look(), IsEmpty());
  shop_->meter->accounts = 10;
  EXPECT_THAT(look(), ElementsAre("shop: 100 % of accounts (10 of 10)"));
  shop_->meter->accounts = 8;
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(events_of(shop_), ElementsAre("accounts 80 8/10", "accounts 100 10/10"));
  EXPECT_THAT(events_of(forum_), IsEmpty());
  world_.clock.set_wall_ms(world_.clock.wall_ms() + day_ms);
  EXPECT_THAT(look(), ElementsAre("shop: 80 % of accounts (8 of 10)"));
}

TEST_F(QuotaWarningsTest, NothingOfALimitThatIsCountedOnly) {
  set_plan(OverUse::allow);
  shop_->meter->accounts = 100;
  EXPECT_THAT(look(), IsEmpty());
  set_plan(OverUse::warn);
  EXPECT_THAT(look(), ElementsAre("shop: 100 % of accounts (100 of 10)"));
}

TEST_F(QuotaWarningsTest, AreOneWriteWithTheNoteOfThem) {
  warnings_->also([](const Quota&) {
    return std::vector<store::Statement>{{"INSERT INTO no_such_table VALUES (1)", {}}};
  });
  shop_->meter->accounts = 8;
  EXPECT_FALSE(world_.wait(QuotaWarnings::look(*warnings_, world_.home)));
  EXPECT_THAT(events_of(shop_), IsEmpty());
  warnings_->also({});
  EXPECT_THAT(look(), ElementsAre("shop: 80 % of accounts (8 of 10)"));
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "shop")));
  EXPECT_EQ(world_.rows_of(shop_->id), "none");
}

}  // namespace
}  // namespace teahouse::quota_warnings_test
