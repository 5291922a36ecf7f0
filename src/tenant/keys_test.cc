#include "tenant/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tenant/testing/tenant_world.h"

namespace teahouse::keys_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TenantWorld;

struct TwoTenants : TenantWorld {
  TenantPtr shop = make_tenant("shop", "shop.example");
  TenantPtr forum = make_tenant("forum", "forum.example");

  MadeKey api_key(const TenantPtr& tenant, const std::string& label = "label") {
    return wait(keys.api.make(home, tenant->id, label)).value();
  }
  std::string new_secret(const TenantPtr& tenant) { return wait(keys.signing.rotate(home, tenant->id)).value().secret; }
  std::vector<ApiKeyInfo> list(const TenantPtr& tenant) { return keys.api.list(tenant->id); }
  // Everything that the database file would show to a thief.
  bool is_in_tables(const std::string& secret) {
    for (const char* query : {"SELECT hash, hint, label FROM api_keys", "SELECT sealed FROM signing_secrets"}) {
      const auto rows = control->execute_now({query, {}});
      for (const store::Row& row : rows->rows) {
        for (const store::Value& value : row) {
          if (store::as_text(value).find(secret.substr(3, 16)) != std::string::npos) return true;
        }
      }
    }
    return false;
  }
};

TEST(ApiKeys, OpenTheirTenantOnly) {
  TwoTenants world;
  const MadeKey of_shop = world.api_key(world.shop, "  the shop's page "), of_forum = world.api_key(world.forum);
  EXPECT_THAT(of_shop.secret, ::testing::StartsWith("sk_"));
  EXPECT_EQ(world.keys.api.find(of_shop.secret), world.shop->id);
  EXPECT_EQ(world.keys.api.find(of_forum.secret), world.forum->id);
  for (const std::string& wrong :
       {std::string(), std::string("sk_"), of_shop.secret + "x", of_shop.secret.substr(1), std::string(100'000, 'x')}) {
    EXPECT_EQ(world.keys.api.find(wrong), std::nullopt);
  }
  const auto infos = world.list(world.shop);
  ASSERT_EQ(infos.size(), 2U);
  EXPECT_EQ(infos[0].label, "first key");
  EXPECT_EQ(infos[1].label, "the shop's page");
  EXPECT_EQ(infos[1].hint, of_shop.secret.substr(of_shop.secret.size() - 4));
  EXPECT_FALSE(world.is_in_tables(of_shop.secret));
}

TEST(ApiKeys, EndWhenTheirOwnTenantRevokesThem) {
  TwoTenants world;
  const MadeKey first = world.api_key(world.shop), second = world.api_key(world.shop);
  const auto by_other = world.wait(world.keys.api.revoke(world.home, world.forum->id, first.id));
  EXPECT_EQ(by_other.error().kind, ErrorKind::item_not_found);
  EXPECT_EQ(world.keys.api.find(first.secret), world.shop->id);
  ASSERT_TRUE(world.wait(world.keys.api.revoke(world.home, world.shop->id, first.id)));
  EXPECT_EQ(world.keys.api.find(first.secret), std::nullopt);
  EXPECT_EQ(world.keys.api.find(second.secret), world.shop->id);
  EXPECT_EQ(world.list(world.shop).size(), 2U);
}

TEST(ApiKeys, AreLimitedForEachTenant) {
  TwoTenants world;
  for (int i = 1; i < 50; ++i) world.api_key(world.shop);
  const auto more = world.wait(world.keys.api.make(world.home, world.shop->id, "one more"));
  EXPECT_EQ(more.error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(world.wait(world.keys.api.make(world.home, world.forum->id, "other")));
}

TEST(ApiKeys, NoteTheirUseAndAreLoadedWithIt) {
  TwoTenants world;
  const MadeKey key = world.api_key(world.shop);
  world.api_key(world.forum);
  world.clock.advance_ms(1000);
  ASSERT_TRUE(world.keys.api.find(key.secret));
  EXPECT_EQ(world.list(world.shop)[1].last_used_ms, world.clock.wall_ms());
  EXPECT_EQ(world.list(world.forum)[1].last_used_ms, 0);
  ASSERT_TRUE(world.wait(world.keys.api.store_uses(world.home)));

  Keys again(*world.control, world.clock, world.seal_key);
  ASSERT_TRUE(again.load_all());
  EXPECT_EQ(again.api.find(key.secret), world.shop->id);
  const auto infos = again.api.list(world.shop->id);
  EXPECT_EQ(infos[1].last_used_ms, world.clock.wall_ms());
  EXPECT_EQ(infos[1].id, key.id);
}

TEST(SigningSecrets, LastForOneRotation) {
  TwoTenants world;
  const std::string before = world.keys.signing.list(world.shop->id).at(0);
  const std::string first = world.new_secret(world.shop);
  const std::string of_forum = world.new_secret(world.forum);
  EXPECT_THAT(first, ::testing::StartsWith("ss_"));
  EXPECT_THAT(world.keys.signing.list(world.shop->id), ElementsAre(first, before));
  const std::string second = world.new_secret(world.shop);
  EXPECT_THAT(world.keys.signing.list(world.shop->id), ElementsAre(second, first));
  const std::string third = world.new_secret(world.shop);
  EXPECT_THAT(world.keys.signing.list(world.shop->id), ElementsAre(third, second));
  EXPECT_EQ(world.keys.signing.list(world.forum->id).at(0), of_forum);
  for (const std::string& secret : {first, second, third, of_forum}) EXPECT_FALSE(world.is_in_tables(secret));
  const auto rows = world.control->execute_now({"SELECT COUNT(*) FROM signing_secrets", {}});
  EXPECT_EQ(store::as_int(rows->rows[0][0]), 4);

  Keys again(*world.control, world.clock, world.seal_key);
  ASSERT_TRUE(again.load_all());
  EXPECT_THAT(again.signing.list(world.shop->id), ElementsAre(third, second));
  EXPECT_EQ(again.signing.list(world.forum->id).at(0), of_forum);
}

// Device tokens end with a secret, which they know by its number: that is the same after a restart, of a first one too.
TEST(SigningSecrets, KeepTheirNumbers) {
  TwoTenants world;
  const auto numbers = [](const Keys& keys, const TenantPtr& tenant) {
    std::vector<int64_t> found;
    for (const SigningSecret& each : keys.signing.numbered(tenant->id)) found.push_back(each.id);
    return found;
  };
  world.new_secret(world.shop);
  Keys again(*world.control, world.clock, world.seal_key);
  ASSERT_TRUE(again.load_all());
  std::vector<int64_t> all;
  for (const TenantPtr& tenant : {world.shop, world.forum}) {
    const auto found = numbers(world.keys, tenant);
    EXPECT_EQ(found, numbers(again, tenant));
    all.insert(all.end(), found.begin(), found.end());
  }
  ASSERT_EQ(all.size(), 3U);
  EXPECT_GT(all[0], all[1]) << "the newest first";
  EXPECT_NE(all[0], all[2]);
  EXPECT_NE(all[1], all[2]);
  EXPECT_NE(std::min({all[0], all[1], all[2]}), 0);
}

TEST(SigningSecrets, OpenOnlyUnderTheirKeyAndAtTheirTenant) {
  TwoTenants world;
  world.new_secret(world.shop);
  Keys other_key(*world.control, world.clock, std::string(32, 'x'));
  EXPECT_FALSE(other_key.load_all());
  Keys short_key(*world.control, world.clock, "short");
  EXPECT_FALSE(short_key.load_all());

  ASSERT_TRUE(world.control->execute_now({"UPDATE signing_secrets SET tenant_id = ? WHERE tenant_id = ?",
                                          {to_value(world.forum->id), to_value(world.shop->id)}}));
  Keys moved(*world.control, world.clock, world.seal_key);
  EXPECT_FALSE(moved.load_all());
}

TEST(Keys, ForgetARemovedTenant) {
  TwoTenants world;
  const MadeKey of_shop = world.api_key(world.shop), of_forum = world.api_key(world.forum);
  world.new_secret(world.shop);
  world.new_secret(world.forum);
  world.keys.forget(world.shop->id);
  EXPECT_EQ(world.keys.api.find(of_shop.secret), std::nullopt);
  EXPECT_THAT(world.keys.signing.list(world.shop->id), IsEmpty());
  EXPECT_EQ(world.keys.api.find(of_forum.secret), world.forum->id);
  EXPECT_EQ(world.keys.signing.list(world.forum->id).size(), 2U);
}

}  // namespace
}  // namespace teahouse::keys_test
