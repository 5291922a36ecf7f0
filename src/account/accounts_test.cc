#include "account/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/testing/account_world.h"

namespace teahouse::accounts_test {
namespace {

using testing::AccountWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

TEST(Accounts, AreMadeAtOneTenantOnly) {
  AccountWorld world;
  const auto romeo =
      world.create(world.shop, "Romeo", "but soft", {.name = "Romeo M.", .picture = "https://a.example/r.png"});
  ASSERT_TRUE(romeo) << romeo.error().text;
  EXPECT_EQ(romeo->localpart, "romeo");
  EXPECT_EQ(romeo->name, "Romeo M.");
  EXPECT_EQ(romeo->role, "user");
  EXPECT_TRUE(romeo->has_password);
  EXPECT_EQ(romeo->created_ms, world.clock.wall_ms());
  EXPECT_EQ(kind_of(world.create(world.shop, "ROMEO")), ErrorKind::conflict);
  EXPECT_TRUE(world.has(world.shop, "romeo"));
  EXPECT_FALSE(world.has(world.forum, "romeo"));
  EXPECT_EQ(world.shop->meter->accounts, 1);
  EXPECT_EQ(world.forum->meter->accounts, 0);
  ASSERT_TRUE(world.create(world.forum, "romeo", "other"));
  EXPECT_EQ(world.wait(world.accounts.find(world.home, world.shop, "romeo"))->name, "Romeo M.");
}

TEST(Accounts, RefuseWhatCannotBe) {
  AccountWorld world;
  for (const char* localpart : {"", "a b", "a@b", "a/b", "\xFF"}) {
    EXPECT_EQ(kind_of(world.create(world.shop, localpart)), ErrorKind::jid_malformed) << localpart;
  }
  EXPECT_EQ(kind_of(world.create(world.shop, "a", std::string(1024, 'x'))), ErrorKind::bad_request);
  EXPECT_EQ(kind_of(world.create(world.shop, "a", "with\x01control")), ErrorKind::bad_request);
  for (const AccountChange& details : {AccountChange{.name = std::string(129, 'x')}, AccountChange{.name = "a\xFF"},
                                       AccountChange{.picture = "javascript:alert(1)"}, AccountChange{.role = "god"},
                                       AccountChange{.picture = "https://a/\"onload="},
                                       AccountChange{.picture = "https://" + std::string(2048, 'a')}}) {
    EXPECT_EQ(kind_of(world.create(world.shop, "a", "", details)), ErrorKind::bad_request);
  }
  EXPECT_FALSE(world.has(world.shop, "a"));
  EXPECT_EQ(world.shop->meter->accounts, 0);
}

TEST(Accounts, AreLimitedByThePlanOfTheirTenant) {
  AccountWorld world;
  Plan tiny;
  tiny.name = "tiny";
  tiny.limits.accounts = 2;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, tiny)));
  const TenantPtr small = world.make_tenant("small", "small.example", "tiny");
  ASSERT_TRUE(world.create(small, "romeo"));
  ASSERT_TRUE(world.create(small, "juliet"));
  const auto third = world.create(small, "tybalt");
  EXPECT_EQ(kind_of(third), ErrorKind::resource_constraint);
  EXPECT_THAT(third.error().text, HasSubstr("Plan 'tiny' allows 2 accounts; all are taken."));
  EXPECT_EQ(kind_of(world.wait(world.accounts.upsert(world.home, small, "tybalt", {}))),
            ErrorKind::resource_constraint);
  EXPECT_TRUE(world.wait(world.accounts.upsert(world.home, small, "romeo", {.name = "R"}))) << "who is there stays";
  EXPECT_TRUE(world.create(world.shop, "tybalt")) << "the other tenant has room";
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, small, "juliet")));
  EXPECT_TRUE(world.create(small, "tybalt"));
  EXPECT_EQ(small->meter->accounts, 2);
}

TEST(Accounts, GiveTheirSeatBackWhenTheyAreNotMade) {
  AccountWorld world;
  std::optional<Result<Account>> first, second;
  testing::start(world.accounts.create(world.home, world.shop, "romeo", "", {}), &first);
  testing::start(world.accounts.create(world.home, world.shop, "romeo", "", {}), &second);
  while (!first || !second) world.home.run_one();
  EXPECT_NE(first->has_value(), second->has_value());
  EXPECT_EQ(kind_of(first->has_value() ? *second : *first), ErrorKind::conflict);
  EXPECT_EQ(world.shop->meter->accounts, 1);
}

TEST(Accounts, UpsertWritesOnlyWhatDiffers) {
  AccountWorld world;
  const auto upsert = [&](AccountChange details) {
    return world.wait(world.accounts.upsert(world.home, world.shop, "Ann", std::move(details)));
  };
  const auto made = upsert({.name = "Ann", .role = "moderator"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->localpart, "ann");
  EXPECT_FALSE(made->has_password);
  EXPECT_EQ(world.shop->meter->accounts, 1);
  // A table that refuses every write shows that nothing is written when nothing differs.
  ASSERT_TRUE(world.control->execute_now(
      {"CREATE TRIGGER no_writes BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'written'); END", {}}));
  EXPECT_EQ(upsert({.name = "Ann", .role = "moderator"})->name, "Ann");
  EXPECT_EQ(upsert({})->role, "moderator");
  EXPECT_FALSE(upsert({.name = "Anne"}));
  ASSERT_TRUE(world.control->execute_now({"DROP TRIGGER no_writes", {}}));
  EXPECT_EQ(upsert({.name = "Anne"})->name, "Anne");
  const auto found = world.wait(world.accounts.find(world.home, world.shop, "ann"));
  EXPECT_EQ(found->name, "Anne");
  EXPECT_EQ(found->role, "moderator");
  EXPECT_FALSE(world.has(world.forum, "ann"));
}

TEST(Accounts, UpsertWithThePasswordThatIsThereKeepsDevicesAndKeys) {
  AccountWorld world;
  const auto upsert = [&](std::string password) {
    return world.wait(world.accounts.upsert(world.home, world.shop, "ann", {}, std::move(password)));
  };
  ASSERT_TRUE(upsert("first"));
  const auto keys = world.wait(world.accounts.load_keys(world.home, world.shop, "ann"));
  ASSERT_TRUE(keys);
  const auto same = upsert("first");
  ASSERT_TRUE(same);
  EXPECT_FALSE(same->is_rekeyed);
  EXPECT_TRUE(same->has_password);
  EXPECT_EQ(world.wait(world.accounts.load_keys(world.home, world.shop, "ann"))->salt, keys->salt);
  const auto other = upsert("second");
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->is_rekeyed);
  EXPECT_NE(world.wait(world.accounts.load_keys(world.home, world.shop, "ann"))->salt, keys->salt);
  EXPECT_FALSE(world.wait(world.accounts.check_password(world.home, world.shop, "ann", "first")));
}

TEST(Accounts, UpsertAtOnceMakesOneAccount) {
  AccountWorld world;
  std::optional<Result<Account>> first, second;
  testing::start(world.accounts.upsert(world.home, world.shop, "ann", {.name = "Ann"}), &first);
  testing::start(world.accounts.upsert(world.home, world.shop, "ann", {.picture = "https://a.example/a.png"}), &second);
  while (!first || !second) world.home.run_one();
  EXPECT_TRUE(first->has_value() && second->has_value());
  const auto found = world.wait(world.accounts.find(world.home, world.shop, "ann"));
  EXPECT_EQ(found->name, "Ann");
  EXPECT_EQ(found->picture, "https://a.example/a.png");
  EXPECT_EQ(world.shop->meter->accounts, 1);
}

TEST(Accounts, MakeTheirTenantsStaff) {
  AccountWorld world;
  const auto set_role = [&](const std::string& role) {
    return world.wait(world.accounts.upsert(world.home, world.shop, "Ann", {.role = role})).has_value();
  };
  ASSERT_TRUE(world.create(world.forum, "ann"));
  ASSERT_TRUE(world.create(world.shop, "bob", "", {.role = "admin"}));
  ASSERT_TRUE(set_role("moderator"));
  EXPECT_TRUE(world.shop->staff->has("ann") && world.shop->staff->has("bob"));
  EXPECT_FALSE(world.forum->staff->has("ann") || world.forum->staff->has("bob"));
  ASSERT_TRUE(set_role("user"));
  EXPECT_FALSE(world.shop->staff->has("ann"));
  // As after a restart.
  world.shop->staff->set("bob", false);
  ASSERT_TRUE(world.accounts.count_all({world.shop, world.forum}));
  EXPECT_TRUE(world.shop->staff->has("bob"));
  EXPECT_FALSE(world.shop->staff->has("ann") || world.forum->staff->has("bob"));
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.shop, "bob")));
  EXPECT_FALSE(world.shop->staff->has("bob"));
}

TEST(Accounts, AreDisabledUntilTheyAreEnabled) {
  AccountWorld world;
  const auto switch_to = [&](const std::string& localpart, bool disabled) {
    return world.wait(world.accounts.set_disabled(world.home, world.shop, localpart, disabled));
  };
  for (const auto& tenant : {world.shop, world.forum}) ASSERT_TRUE(world.create(tenant, "ann", "but soft"));
  ASSERT_TRUE(world.create(world.shop, "bob", "", {.disabled = true}));
  EXPECT_TRUE(switch_to("Ann", true).value());
  EXPECT_FALSE(switch_to("ann", true).value()) << "it was so already";
  EXPECT_EQ(kind_of(switch_to("nobody", true)), ErrorKind::item_not_found);
  EXPECT_FALSE(world.has(world.shop, "nobody"));
  EXPECT_EQ(world.shop->disabled->list(10), (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(world.shop->disabled->list(1), std::vector<std::string>{"ann"});
  EXPECT_EQ(world.forum->disabled->size(), 0u);
  EXPECT_TRUE(world.check(world.shop, "ann", "but soft")) << "nothing of it is lost";
  const auto changed = world.wait(world.accounts.upsert(world.home, world.shop, "ann", {.name = "Ann"}));
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->disabled && !changed->is_switched);
  // As after a restart.
  world.shop->disabled->set("ann", false);
  ASSERT_TRUE(world.accounts.count_all({world.shop, world.forum}));
  EXPECT_EQ(world.shop->disabled->list(10), (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(world.forum->disabled->size(), 0u);
  const auto enabled = world.wait(world.accounts.upsert(world.home, world.shop, "ann", {.disabled = false}));
  ASSERT_TRUE(enabled);
  EXPECT_TRUE(!enabled->disabled && enabled->is_switched);
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.shop, "bob")));
  EXPECT_EQ(world.shop->disabled->size(), 0u);
}

TEST(Accounts, AreAsTheLaterOfTwoAtOnceHasLeftThem) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "ann"));
  std::vector<bool> changed;
  const auto begin = [&](bool disabled) {
    spawn([](AccountWorld& at, std::vector<bool>& told, bool wanted) -> Task<void> {
      const auto answer = co_await at.accounts.set_disabled(at.home, at.shop, "ann", wanted);
      told.push_back(answer && *answer);
    }(world, changed, disabled));
  };
  begin(true);
  begin(false);  // it looks at the row when the first has written it
  begin(true);
  begin(false);
  const auto after = world.wait(world.accounts.upsert(world.home, world.shop, "ann", {.disabled = true}));
  EXPECT_EQ(changed, std::vector<bool>(4, true));
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->disabled && after->is_switched);
  EXPECT_EQ(world.shop->disabled->list(10), std::vector<std::string>{"ann"});
}

TEST(Accounts, AreRemovedWithoutATrace) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "romeo", "but soft"));
  const std::string before = world.rows_of(world.forum->id);
  const auto removal = world.wait(world.accounts.remove(world.home, world.shop, "Romeo"));
  ASSERT_TRUE(removal);
  ASSERT_TRUE(world.wait(world.accounts.removals().end(world.home, *removal)));
  EXPECT_EQ(world.rows_of(world.shop->id).find("account"), std::string::npos);
  EXPECT_EQ(world.rows_of(world.forum->id), before);
  EXPECT_EQ(world.shop->meter->accounts, 0);
  EXPECT_EQ(world.forum->meter->accounts, 1);
  EXPECT_EQ(kind_of(world.wait(world.accounts.remove(world.home, world.shop, "romeo"))), ErrorKind::item_not_found);
  EXPECT_EQ(world.shop->meter->accounts, 0);
  EXPECT_FALSE(world.check(world.shop, "romeo", "but soft"));
  EXPECT_TRUE(world.check(world.forum, "romeo", "but soft"));
}

TEST(Accounts, HaveNoNewOwnerUntilTheirRemovalHasEnded) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "romeo", "other"));
  auto removal = world.wait(world.accounts.remove(world.home, world.shop, "romeo"));
  ASSERT_TRUE(removal);
  EXPECT_EQ(kind_of(world.create(world.shop, "romeo")), ErrorKind::service_unavailable);
  EXPECT_EQ(kind_of(world.wait(world.accounts.upsert(world.home, world.shop, "ROMEO", {}))),
            ErrorKind::service_unavailable);
  EXPECT_EQ(world.shop->meter->accounts, 0);
  EXPECT_TRUE(world.create(world.forum, "romeo2")) << "others go on";
  EXPECT_TRUE(world.wait(world.accounts.removals().find(world.home, 10))->empty()) << "somebody is about it";

  removal = Error{ErrorKind::internal_server_error, "given up"};
  auto found = world.wait(world.accounts.removals().find(world.home, 10));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front()->tenant(), world.shop->id);
  EXPECT_EQ(found->front()->localpart(), "romeo");
  EXPECT_TRUE(world.wait(world.accounts.removals().find(world.home, 10))->empty());

  Accounts again(*world.control, world.clock, world.seal_key);  // as after a restart
  EXPECT_EQ(world.wait(again.removals().find(world.home, 10))->size(), 1u);
  ASSERT_TRUE(world.wait(world.accounts.removals().end(world.home, found->front())));
  found->clear();
  EXPECT_TRUE(world.create(world.shop, "romeo"));
  EXPECT_TRUE(world.wait(again.removals().find(world.home, 10))->empty());
  EXPECT_TRUE(world.check(world.forum, "romeo", "other"));
}

TEST(Accounts, OfTheSameNameAreToldApartByTheRemovalsBetween) {
  AccountWorld world;
  const AccountRemovals& removals = world.accounts.removals();
  ASSERT_TRUE(world.create(world.shop, "romeo"));
  const uint64_t first = removals.number(world.shop->id, "romeo");
  const uint64_t others = removals.number(world.forum->id, "romeo");
  EXPECT_EQ(removals.number(world.shop->id, "romeo"), first);
  ASSERT_TRUE(world.wait(world.accounts.remove(world.home, world.shop, "romeo")));
  EXPECT_NE(removals.number(world.shop->id, "romeo"), first);
  EXPECT_EQ(removals.number(world.forum->id, "romeo"), others);
}

TEST(Accounts, GoWithTheirTenant) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "juliet", "wherefore"));
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_EQ(world.rows_of(world.shop->id), "none");
  EXPECT_EQ(kind_of(world.create(world.shop, "late", "x")), ErrorKind::item_not_found);
  EXPECT_EQ(world.rows_of(world.shop->id), "none");
  world.tables_with_tenants = 0;
  world.rows_of(world.shop->id);
  EXPECT_EQ(world.tables_with_tenants, static_cast<int>(tenant_tables().size() + Accounts::tables().size()));
  EXPECT_TRUE(world.check(world.forum, "juliet", "wherefore"));
}

TEST(Accounts, AreListedInPages) {
  AccountWorld world;
  for (const char* name : {"d", "b", "a", "c", "e"}) ASSERT_TRUE(world.create(world.shop, name));
  ASSERT_TRUE(world.create(world.forum, "bb"));
  std::vector<std::string> seen;
  std::string cursor;
  size_t pages = 0;
  do {
    const auto page = world.wait(world.accounts.list(world.home, world.shop, cursor, 2));
    for (const Account& account : page->accounts) seen.push_back(account.localpart);
    cursor = page->next_cursor;
    ++pages;
  } while (!cursor.empty());
  EXPECT_THAT(seen, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(pages, 3U);
}

TEST(Accounts, AreCountedAtTheStart) {
  AccountWorld world;
  for (const char* name : {"a", "b"}) ASSERT_TRUE(world.create(world.shop, name));
  ASSERT_TRUE(world.create(world.forum, "c"));
  Tenants again(*world.control, world.clock, world.keys, world.audit);
  const auto tenants = again.load_all();
  ASSERT_TRUE(world.accounts.count_all(*tenants));
  EXPECT_EQ(again.find("shop")->meter->accounts, 2);
  EXPECT_EQ(again.find("forum")->meter->accounts, 1);
}

}  // namespace
}  // namespace teahouse::accounts_test
