#include "tenant/audit.h"

#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::audit_test {
namespace {

using testing::TenantWorld;

TEST(Audit, IsOfOneTenantAndNewestFirst) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, shop->id, "operator", "key.make", "a"})));
  world.clock.advance_ms(5);
  ASSERT_TRUE(
      world.wait(world.audit.record(world.home, {0, 0, shop->id, "key:abcd", "user.put", std::string(2000, 'x')})));
  ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, TenantId::server, "operator", "plan.set", ""})));
  const auto lines = world.wait(world.audit.list(world.home, shop->id, 10));
  ASSERT_EQ(lines->size(), 3U);
  EXPECT_EQ((*lines)[0].actor, "key:abcd");
  EXPECT_EQ((*lines)[0].detail.size(), 1000U);
  EXPECT_EQ((*lines)[0].at_ms, world.clock.wall_ms());
  EXPECT_EQ((*lines)[1].action, "key.make");
  EXPECT_EQ((*lines)[2].action, "tenant.create");
  EXPECT_EQ(world.wait(world.audit.list(world.home, shop->id, 1))->size(), 1U);
  EXPECT_EQ(world.wait(world.audit.list(world.home, forum->id, 10))->size(), 1U);
  EXPECT_EQ(world.wait(world.audit.list(world.home, TenantId::server, 10))->size(), 1U);
}

}  // namespace
}  // namespace teahouse::audit_test
