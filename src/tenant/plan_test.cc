// Plans, and what is used of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"
#include "tenant/usage.h"

namespace teahouse::plan_test {
namespace {

using ::testing::ElementsAre;
using testing::TenantWorld;

TEST(Plans, AreStoredAndFollowedAtOnce) {
  TenantWorld world;
  Plan free;
  free.name = "free";
  free.limits.accounts = 10;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, free)));
  const TenantPtr shop = world.make_tenant("shop", "shop.example", "free");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  EXPECT_EQ(shop->limits().accounts, 10);
  EXPECT_EQ(forum->limits().accounts, 1000);
  world.published.clear();
  free.limits.accounts = 20;
  free.limits.archive_days = unlimited;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, free)));
  EXPECT_THAT(world.published, ElementsAre("+shop"));
  EXPECT_EQ(world.tenants.find("shop")->limits().accounts, 20);
  EXPECT_EQ(world.tenants.find("forum"), forum);

  Tenants again(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(again.load_all());
  EXPECT_EQ(again.find("shop")->limits().accounts, 20);
  EXPECT_EQ(again.find("shop")->limits().archive_days, unlimited);
  const auto plans = again.plans();
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_EQ(plans[0].name, "default");
  EXPECT_EQ(plans[1].name, "free");
}

TEST(Plans, RefuseWhatIsNoLimit) {
  TenantWorld world;
  const auto try_plan = [&](std::string name, int64_t accounts, int64_t stanza_bytes) {
    Plan plan;
    plan.name = std::move(name);
    plan.limits.accounts = accounts;
    plan.limits.stanza_bytes = stanza_bytes;
    return world.wait(world.tenants.set_plan(world.home, plan)).has_value();
  };
  EXPECT_TRUE(try_plan("a", 0, 10'000));
  EXPECT_TRUE(try_plan("a", unlimited, unlimited));
  EXPECT_FALSE(try_plan("A", 1, 10'000));
  EXPECT_FALSE(try_plan("", 1, 10'000));
  EXPECT_FALSE(try_plan(std::string(33, 'a'), 1, 10'000));
  EXPECT_FALSE(try_plan("a", -2, 10'000));
  EXPECT_FALSE(try_plan("a", 1, 9999));
  EXPECT_FALSE(try_plan("a", INT64_MAX, 10'000));
}

// Every limit, with every policy: in force, on disk, and in what is shown of a use.
TEST(Plans, LetLimitsBePassedThatAreCounted) {
  for (size_t place = 0; place < plan_limit_count; ++place) {
    const PlanLimitName& limit = plan_limit_names()[place];
    for (const OverUse policy : {OverUse::refuse, OverUse::warn, OverUse::allow}) {
      SCOPED_TRACE(std::string(limit.name) + " " + std::string(over_use_names[static_cast<size_t>(policy)]));
      TenantWorld world;
      Plan::Sold sold;
      sold.limits.*limit.member = 20'000;
      sold.over_use[place] = policy;
      const bool is_set = world.wait(world.tenants.set_plan(world.home, make_plan("soft", sold))).has_value();
      EXPECT_EQ(is_set, limit.is_counted || policy == OverUse::refuse);
      if (!is_set) continue;
      const TenantPtr shop = world.make_tenant("shop", "shop.example", "soft");
      const TenantPtr forum = world.make_tenant("forum", "forum.example");
      Tenants again(*world.control, world.clock, world.keys, world.audit);
      ASSERT_TRUE(again.load_all());
      for (const TenantPtr& tenant : {shop, again.find("shop")}) {
        EXPECT_EQ(tenant->limits().*limit.member, policy == OverUse::refuse ? 20'000 : unlimited);
        EXPECT_EQ(usage(*tenant)[place].limit, 20'000);
        EXPECT_EQ(usage(*tenant)[place].over_use, policy);
        std::atomic<int64_t> count = 20'000;
        EXPECT_EQ(Meter::take(count, tenant->limits().*limit.member), policy != OverUse::refuse);
      }
      EXPECT_EQ(usage(*forum)[place].over_use, OverUse::refuse);
      EXPECT_EQ(usage(*forum)[place].used.has_value(), limit.is_counted);
    }
  }
}

// A use that is over a smaller limit stays, and nothing is added.
TEST(Plans, KeepWhatIsOverASmallerLimit) {
  for (size_t place = 0; place < plan_limit_count; ++place) {
    const PlanLimitName& limit = plan_limit_names()[place];
    if (!limit.is_counted) continue;
    SCOPED_TRACE(limit.name);
    TenantWorld world;
    Plan::Sold sold;
    sold.over_use[place] = OverUse::allow;
    ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, make_plan("soft", sold))));
    const TenantPtr shop = world.make_tenant("shop", "shop.example", "soft");
    std::atomic<int64_t> count = 0;
    ASSERT_TRUE(Meter::take(count, shop->limits().*limit.member, 100));
    sold.over_use[place] = OverUse::refuse;
    sold.limits.*limit.member = 10;
    ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, make_plan("soft", sold))));
    const TenantPtr smaller = world.tenants.find("shop");
    EXPECT_FALSE(Meter::take(count, smaller->limits().*limit.member));
    EXPECT_EQ(count, 100);
    Meter::give_back(count, 91);
    EXPECT_TRUE(Meter::take(count, smaller->limits().*limit.member));
    EXPECT_FALSE(Meter::take(count, smaller->limits().*limit.member));
  }
}

TEST(Usage, HasALineForEachLimit) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  shop->meter->accounts = 3;
  const auto lines = usage(*shop);
  ASSERT_EQ(lines.size(), plan_limit_names().size());
  EXPECT_EQ(lines[0].name, "accounts");
  EXPECT_EQ(lines[0].used, 3);
  EXPECT_EQ(lines[0].limit, 1000);
  EXPECT_EQ(lines[2].name, "sessions_per_account");
  EXPECT_EQ(lines[2].used, std::nullopt);
  EXPECT_EQ(usage(*forum)[0].used, 0);
}

}  // namespace
}  // namespace teahouse::plan_test
