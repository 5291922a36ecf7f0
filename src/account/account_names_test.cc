// Which names accounts may have, and users of the site get.
#include "account/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/testing/account_world.h"

namespace teahouse::account_names_test {
namespace {

using testing::AccountWorld;
using ::testing::HasSubstr;

// The spelling of clients that prepare addresses by RFC 3920 is reserved with the account.
TEST(Accounts, HaveTheirStringprepFormForThemselves) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "stra\u00DFe"));
  EXPECT_EQ(world.shop->aliases->owner("strasse"), "stra\u00DFe");
  EXPECT_EQ(world.forum->aliases->owner("strasse"), std::nullopt);
  const auto taken = world.create(world.shop, "strasse");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
  EXPECT_THAT(taken.error().text, HasSubstr("'strasse'"));
  EXPECT_THAT(taken.error().text, HasSubstr("'stra\u00DFe'"));
  EXPECT_EQ(world.shop->meter->accounts, 1);
  ASSERT_TRUE(world.create(world.forum, "strasse"));
  EXPECT_EQ(world.create(world.forum, "stra\u00DFe").error().kind, ErrorKind::conflict);
  EXPECT_EQ(world.forum->aliases->owner("strasse"), std::nullopt);

  // A second try to make it changes nothing.
  EXPECT_FALSE(world.create(world.shop, "stra\u00DFe"));
  EXPECT_EQ(world.shop->aliases->owner("strasse"), "stra\u00DFe");

  // Known again after a restart.
  world.shop->aliases->remove("strasse", "stra\u00DFe");
  ASSERT_TRUE(world.accounts.count_all({world.shop, world.forum}));
  EXPECT_EQ(world.shop->aliases->owner("strasse"), "stra\u00DFe");
  EXPECT_EQ(world.forum->aliases->owner("strasse"), std::nullopt);

  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.shop, "stra\u00DFe")));
  EXPECT_TRUE(world.create(world.shop, "strasse"));
}

// "corp\\5cbo" and "corp\\bo" are two localparts, and both would be the site's user "corp\\bo".
TEST(Accounts, AreNotTakenForAnotherUserOfTheSite) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "corp\\bo"));
  EXPECT_EQ(world.create(world.shop, "corp\\5cbo").error().kind, ErrorKind::conflict);
  EXPECT_EQ(world.create(world.shop, "a\\5c2").error().kind, ErrorKind::conflict);
  EXPECT_TRUE(world.create(world.shop, "d\\27artagnan"));
  EXPECT_EQ(world.shop->meter->accounts, 2);
  EXPECT_TRUE(world.create(world.forum, "corp\\bo"));
}

TEST(Accounts, OfOneFormAreNotMadeTogether) {
  AccountWorld world;
  std::optional<Result<Account>> one, other;
  testing::start(world.accounts.create(world.home, world.shop, "\u03BD\u03AF\u03BA\u03BF\u03C2", "a password", {}),
                 &one);
  testing::start(world.accounts.create(world.home, world.shop, "\u03BD\u03AF\u03BA\u03BF\u03C3", "a password", {}),
                 &other);
  while (!one || !other) world.home.run_one();
  EXPECT_NE(one->has_value(), other->has_value());
  EXPECT_EQ(world.shop->meter->accounts, 1);
}

// Clients that prepare by RFC 3920 can't tell them apart; the site can.
TEST(Accounts, OfASiteHaveAPlaceWhateverTheirForm) {
  AccountWorld world;
  const auto put = [&](const TenantPtr& tenant, const std::string& id) {
    const auto made =
        world.wait(world.accounts.upsert_user(world.home, tenant, *localpart_of_user(*tenant, id), {.user_id = id}));
    return made ? made->localpart : made.error().text;
  };
  struct Pair {
    std::string first, other, moved;
  };
  const std::vector<Pair> pairs{
      {"gro\u00DF", "gross", "==67=72=6f=73=73"},
      {"strasse", "stra\u00DFe", "==73=74=72=61=c3=9f=65"},
      {"\u03BD\u03AF\u03BA\u03BF\u03C2", "\u03BD\u03AF\u03BA\u03BF\u03C3", "==ce=bd=ce=af=ce=ba=ce=bf=cf=83"}};
  for (const auto& [first, other, moved] : pairs) {
    EXPECT_EQ(put(world.shop, first), first);
    EXPECT_EQ(put(world.shop, other), moved);
    EXPECT_EQ(put(world.shop, other), moved) << "always";
    EXPECT_EQ(put(world.forum, other), other) << "where nobody is in the way";
    EXPECT_EQ(user_id_at(*world.shop, moved), other);
    EXPECT_FALSE(world.create(world.forum, moved)) << "nobody else is given such a name";
  }
  EXPECT_EQ(put(world.shop, "GROSS").find("GROSS"), 13U) << "but another spelling: The user id 'GROSS'";
  EXPECT_EQ(world.shop->meter->accounts, 6);

  Tenants after_restart(*world.control, world.clock, world.keys, world.audit);
  const auto tenants = after_restart.load_all();
  ASSERT_TRUE(tenants && world.accounts.count_all(*tenants));
  for (const auto& [first, other, moved] : pairs) {
    EXPECT_EQ(*localpart_of_user(*after_restart.find("shop"), other), moved);
    EXPECT_EQ(*localpart_of_user(*after_restart.find("shop"), first), first);
    EXPECT_EQ(*localpart_of_user(*after_restart.find("forum"), other), other);
    // The first user goes: the other stays where they are, and nobody else becomes them.
    const auto gone = world.wait(world.accounts.remove(world.home, world.shop, first));
    ASSERT_TRUE(gone);
    ASSERT_TRUE(world.wait(world.accounts.removals().end(world.home, *gone)));
    EXPECT_EQ(put(world.shop, other), moved);
    EXPECT_FALSE(world.create(world.shop, other));
    const auto other_gone = world.wait(world.accounts.remove(world.home, world.shop, moved));
    ASSERT_TRUE(other_gone);
    ASSERT_TRUE(world.wait(world.accounts.removals().end(world.home, *other_gone)));
    EXPECT_EQ(put(world.shop, other), other);
  }
}

}  // namespace
}  // namespace teahouse::account_names_test
