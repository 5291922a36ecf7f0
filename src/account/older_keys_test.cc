#include "account/older_keys.h"

#include <gtest/gtest.h>

#include "account/account_rows.h"
#include "account/testing/account_world.h"

namespace teahouse::older_keys_test {
namespace {

// An account from before SHA-512: its tenant's clients are not offered that until its keys are complete.
TEST(OlderKeys, AreCompletedByAPasswordThatIsShown) {
  testing::AccountWorld world;
  for (const TenantPtr& tenant : {world.shop, world.forum}) {
    ASSERT_TRUE(world.create(tenant, "ann", "secret"));
    auto keys = *world.wait(world.accounts.load_keys(world.home, tenant, "ann"));
    ASSERT_EQ(keys.pairs.stored_key_sha512.size(), 64U);
    const std::string whole = account_rows::to_text(keys);
    keys.pairs.stored_key_sha512.clear();
    keys.pairs.server_key_sha512.clear();
    ASSERT_TRUE(world.control->execute_now(
        {"UPDATE accounts SET scram = ? WHERE scram = ?", {account_rows::to_text(keys), whole}}));
  }
  EXPECT_FALSE(world.accounts.has_older_keys(world.shop->id)) << "nobody has looked";
  ASSERT_TRUE(world.accounts.count_all({world.shop, world.forum}));
  EXPECT_TRUE(world.accounts.has_older_keys(world.shop->id) && world.accounts.has_older_keys(world.forum->id));
  EXPECT_FALSE(world.check(world.shop, "ann", "wrong"));
  EXPECT_TRUE(world.accounts.has_older_keys(world.shop->id));
  EXPECT_TRUE(world.check(world.shop, "ann", "secret"));
  EXPECT_FALSE(world.accounts.has_older_keys(world.shop->id));
  const auto whole = world.wait(world.accounts.load_keys(world.home, world.shop, "ann"));
  EXPECT_EQ(*whole, *sasl::make_scram_keys("secret", whole->iterations, whole->salt));
  EXPECT_TRUE(world.accounts.has_older_keys(world.forum->id));
  ASSERT_TRUE(world.wait(world.accounts.set_password(world.home, world.forum, "ann", "other")));
  EXPECT_FALSE(world.accounts.has_older_keys(world.forum->id));
}

}  // namespace
}  // namespace teahouse::older_keys_test
