#include "tenant/vapid_keys.h"

#include <gtest/gtest.h>

#include "tenant/testing/tenant_world.h"

namespace teahouse::vapid_keys_test {
namespace {

struct VapidKeysTest : ::testing::Test, testing::TenantWorld {
  VapidKeyPtr make(const TenantPtr& tenant) { return wait(vapid.find_or_make(home, tenant->id)).value(); }
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");
  VapidKeys vapid{*control, clock, seal_key};
};

TEST_F(VapidKeysTest, EachTenantHasItsOwnAndKeepsIt) {
  EXPECT_EQ(vapid.find(shop->id), nullptr);
  const VapidKeyPtr of_shop = make(shop), of_forum = make(forum);
  EXPECT_NE(of_shop->point(), of_forum->point());
  EXPECT_EQ(make(shop)->point(), of_shop->point());
  VapidKeys later(*control, clock, seal_key);  // after a restart
  ASSERT_TRUE(later.load_all());
  EXPECT_EQ(later.find(shop->id)->point(), of_shop->point());
  EXPECT_EQ(later.find(forum->id)->number(), of_forum->number());
}

TEST_F(VapidKeysTest, IsSealedWhereItIs) {
  const VapidKeyPtr key = make(shop);
  const auto rows = control->execute_now({"SELECT sealed FROM vapid_keys", {}});
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(store::as_text(rows->rows[0][0]).find(key->number()), std::string::npos);
  VapidKeys other_key(*control, clock, std::string(32, 'x'));
  EXPECT_FALSE(other_key.load_all());
  ASSERT_TRUE(control->execute_now({"UPDATE vapid_keys SET tenant_id = ?", {to_value(forum->id)}}));
  VapidKeys moved(*control, clock, seal_key);
  EXPECT_FALSE(moved.load_all());  // a thief's copy into another tenant's row
}

TEST_F(VapidKeysTest, GoesWithItsTenant) {
  make(shop);
  make(forum);
  ASSERT_TRUE(wait(tenants.remove(home, "shop")));
  vapid.forget(shop->id);
  EXPECT_EQ(control->execute_now({"SELECT tenant_id FROM vapid_keys", {}})->rows.size(), 1U);
  const auto again = wait(vapid.find_or_make(home, shop->id));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::item_not_found);
}

}  // namespace
}  // namespace teahouse::vapid_keys_test
