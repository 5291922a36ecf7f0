#include "tenant/call_usage.h"

#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::call_usage_test {
namespace {

using testing::TenantWorld;

constexpr int64_t day_ms = 86'400'000;

TEST(CallUsage, OutlivesARestartAndEndsWithTheMonth) {
  TenantWorld world;
  world.clock.set_wall_ms(1'764'460'800'000);  // 2025-11-30
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  CallUsage usage(*world.control, world.clock);
  ASSERT_TRUE(usage.load({shop, forum}));
  shop->meter->call_bytes = 5'000'000'000;
  shop->meter->call_seconds = 600;
  ASSERT_TRUE(world.wait(CallUsage::store(usage, world.home, {shop, forum})));
  shop->meter->call_bytes = 0;
  shop->meter->call_seconds = 0;
  CallUsage again(*world.control, world.clock);
  ASSERT_TRUE(again.load({shop, forum}));
  EXPECT_EQ(shop->meter->call_bytes, 5'000'000'000);
  EXPECT_EQ(shop->meter->call_seconds, 600);
  EXPECT_EQ(forum->meter->call_bytes, 0);

  world.clock.set_wall_ms(world.clock.wall_ms() + day_ms);
  forum->meter->call_bytes = 3;
  ASSERT_TRUE(world.wait(CallUsage::store(again, world.home, {shop, forum})));
  EXPECT_EQ(shop->meter->call_bytes, 0);
  EXPECT_EQ(shop->meter->call_seconds, 0);
  shop->meter->call_bytes = 7;
  ASSERT_TRUE(world.wait(CallUsage::store(again, world.home, {shop, forum})));
  CallUsage december(*world.control, world.clock);
  shop->meter->call_bytes = 0;
  ASSERT_TRUE(december.load({shop, forum}));
  EXPECT_EQ(shop->meter->call_bytes, 7);
  EXPECT_EQ(shop->meter->call_seconds, 0);
}

TEST(CallUsage, OfALastMonthIsNotRead) {
  TenantWorld world;
  world.clock.set_wall_ms(1'764'460'800'000);
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  CallUsage usage(*world.control, world.clock);
  ASSERT_TRUE(usage.load({shop}));
  shop->meter->call_bytes = 5;
  ASSERT_TRUE(world.wait(CallUsage::store(usage, world.home, {shop})));
  world.clock.set_wall_ms(world.clock.wall_ms() + 2 * day_ms);
  shop->meter->call_bytes = 0;
  CallUsage again(*world.control, world.clock);
  ASSERT_TRUE(again.load({shop}));
  EXPECT_EQ(shop->meter->call_bytes, 0);
}

}  // namespace
}  // namespace teahouse::call_usage_test
