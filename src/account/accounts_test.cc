#include "account/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/account_rows.h"
#include "account/testing/account_world.h"

namespace teahouse {
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

TEST(Passwords, OpenTheirAccountOnly) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.shop, "juliet", "wherefore"));
  ASSERT_TRUE(world.create(world.forum, "romeo", "other"));
  ASSERT_TRUE(world.create(world.shop, "token"));
  EXPECT_TRUE(world.check(world.shop, "romeo", "but soft"));
  EXPECT_TRUE(world.check(world.shop, "ROMEO", "but soft"));
  for (const char* wrong : {"", "but sofT", "wherefore", "other"})
    EXPECT_FALSE(world.check(world.shop, "romeo", wrong));
  EXPECT_FALSE(world.check(world.forum, "romeo", "but soft"));
  EXPECT_FALSE(world.check(world.shop, "nobody", "but soft"));
  EXPECT_FALSE(world.check(world.shop, "not a name", "but soft"));
  EXPECT_FALSE(world.check(world.shop, "token", "but soft"));
  EXPECT_FALSE(world.check(world.shop, "romeo", std::string(5000, 'x')));
}

TEST(Passwords, AreStoredAsScramKeysOnly) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "romeo"));
  const auto keys = world.wait(world.accounts.load_keys(world.home, world.shop, "romeo"));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->iterations, sasl::scram_iterations_default);
  EXPECT_TRUE(sasl::check_password(*keys, "but soft"));
  EXPECT_FALSE(world.wait(world.accounts.load_keys(world.home, world.forum, "romeo")));
  EXPECT_FALSE(world.wait(world.accounts.load_keys(world.home, world.shop, "nobody")));
  const auto rows = world.control->execute_now({"SELECT * FROM accounts", {}});
  for (const store::Row& row : rows->rows) {
    for (const store::Value& value : row) EXPECT_EQ(store::as_text(value).find("but soft"), std::string::npos);
  }
}

TEST(Accounts, APasswordThatCannotBeCheckedIsNotWrong) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "pencil"));
  const auto kind_of = [&](const TenantPtr& tenant, const std::string& localpart) {
    const auto checked = world.wait(world.accounts.check_password(world.home, tenant, localpart, "pencil"));
    return checked ? ErrorKind::undefined_condition : checked.error().kind;
  };
  ASSERT_EQ(kind_of(world.forum, "romeo"), ErrorKind::not_authorized);
  ASSERT_TRUE(world.control->execute_now({"UPDATE accounts SET scram = 'rotten'", {}}));
  EXPECT_EQ(kind_of(world.shop, "romeo"), ErrorKind::internal_server_error);
  ASSERT_TRUE(world.control->execute_now({"ALTER TABLE accounts RENAME TO lost", {}}));
  for (const char* localpart : {"romeo", "nobody"}) {
    EXPECT_EQ(kind_of(world.shop, localpart), ErrorKind::internal_server_error);
    EXPECT_EQ(world.wait(world.accounts.load_keys(world.home, world.shop, localpart)).error().kind,
              ErrorKind::internal_server_error);
  }
}

TEST(Passwords, AreChanged) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "old"));
  ASSERT_TRUE(world.create(world.forum, "romeo", "old"));
  ASSERT_TRUE(world.wait(world.accounts.set_password(world.home, world.shop, "romeo", "new")));
  EXPECT_TRUE(world.check(world.shop, "romeo", "new"));
  EXPECT_FALSE(world.check(world.shop, "romeo", "old"));
  EXPECT_TRUE(world.check(world.forum, "romeo", "old"));
  EXPECT_EQ(kind_of(world.wait(world.accounts.set_password(world.home, world.shop, "nobody", "x"))),
            ErrorKind::item_not_found);
  EXPECT_EQ(kind_of(world.wait(world.accounts.set_password(world.home, world.shop, "romeo", ""))),
            ErrorKind::bad_request);
}

TEST(Passwords, ComeWithTheRestOrNothingDoes) {
  AccountWorld world;
  const auto upsert = [&](const AccountChange& details, const std::string& password) {
    return world.wait(world.accounts.upsert(world.home, world.shop, "ann", details, password));
  };
  for (const std::string& password : {std::string(1024, 'x'), std::string("a\nb")}) {
    EXPECT_EQ(kind_of(upsert({.name = "Ann"}, password)), ErrorKind::bad_request);
  }
  EXPECT_FALSE(world.has(world.shop, "ann"));
  EXPECT_EQ(world.shop->meter->accounts, 0);
  EXPECT_TRUE(upsert({.name = "Ann"}, "old")->has_password);
  EXPECT_EQ(kind_of(upsert({.name = "Anne"}, "a\nb")), ErrorKind::bad_request);
  EXPECT_EQ(world.wait(world.accounts.find(world.home, world.shop, "ann"))->name, "Ann");
  EXPECT_TRUE(upsert({}, "new")->has_password);
  EXPECT_TRUE(world.check(world.shop, "ann", "new"));
  EXPECT_TRUE(upsert({.name = "Anne"}, "")->has_password);
  EXPECT_TRUE(world.check(world.shop, "ann", "new"));
  EXPECT_FALSE(world.has(world.forum, "ann"));
}

// What clients write that prepare addresses by RFC 3920 is reserved with the account.
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

  Tenants after_restart(*world.control, world.clock);
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

// An account that is older than the second form: whoever shows the password once can use both after that.
TEST(Passwords, GetTheirOtherFormAtTheNextLogin) {
  AccountWorld world;
  const std::string password = "m\u00B2tea";
  for (const TenantPtr& tenant : {world.shop, world.forum}) {
    ASSERT_TRUE(world.create(tenant, "romeo", password));
    auto keys = *world.wait(world.accounts.load_keys(world.home, tenant, "romeo"));
    const std::string both = account_rows::to_text(keys);
    keys.saslprep_pairs.reset();
    ASSERT_TRUE(world.control->execute_now(
        {"UPDATE accounts SET scram = ? WHERE scram = ?", {account_rows::to_text(keys), both}}));
  }
  const auto has_both = [&](const TenantPtr& tenant) {
    return world.wait(world.accounts.load_keys(world.home, tenant, "romeo"))->saslprep_pairs.has_value();
  };
  EXPECT_FALSE(world.check(world.shop, "romeo", "m\u00B2te"));
  EXPECT_FALSE(has_both(world.shop));
  EXPECT_TRUE(world.check(world.shop, "Romeo", password));
  EXPECT_TRUE(has_both(world.shop));
  EXPECT_FALSE(has_both(world.forum));
  EXPECT_TRUE(world.check(world.shop, "romeo", password));
  EXPECT_TRUE(world.check(world.shop, "romeo", "m2tea"));
  EXPECT_FALSE(world.check(world.shop, "romeo", "m3tea"));
  const auto whole = world.wait(world.accounts.load_keys(world.home, world.shop, "romeo"));
  EXPECT_EQ(*whole, *sasl::make_scram_keys(password, whole->iterations, whole->salt));
}

TEST(Passwords, TextOfKeysIsReadBack) {
  const auto keys = sasl::make_scram_keys("secret", 4096);
  EXPECT_EQ(account_rows::parse_keys(account_rows::to_text(*keys)), *keys);
  const auto both = sasl::make_scram_keys("m\u00B2tea", 4096);
  ASSERT_TRUE(both->saslprep_pairs);
  EXPECT_EQ(account_rows::parse_keys(account_rows::to_text(*both)), *both);
  for (const char* text : {"", "1", "2$4096$$$$$", "1$x$$$$$", "1$0$$$$$", "1$4096$?$$$$", "1$4096$$$$$$",
                           "2$4096$$$$$$$$", "3$4096$$$$$"}) {
    EXPECT_FALSE(account_rows::parse_keys(text)) << text;
  }
}

// More logins at once than may wait for PBKDF2: the rest are refused, and a tenant's flood leaves room for another
// tenant.
TEST(Passwords, WaitInALineThatEnds) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "juliet", "wherefore"));
  std::vector<std::optional<Result<void>>> flood(260);
  for (auto& answer : flood) {
    testing::start(world.accounts.check_password(world.home, world.shop, "romeo", "but soft"), &answer);
  }
  EXPECT_TRUE(world.check(world.forum, "juliet", "wherefore"));
  while (!std::all_of(flood.begin(), flood.end(), [](const auto& answer) { return answer.has_value(); }))
    world.home.run_one();
  const auto right = std::count_if(flood.begin(), flood.end(), [](const auto& answer) { return answer->has_value(); });
  EXPECT_GE(right, 200);
  for (const auto& answer : flood) {
    // Not a wrong password: nobody looked at it.
    EXPECT_TRUE(answer->has_value() || answer->error().kind == ErrorKind::service_unavailable);
  }
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

  Accounts again(*world.control, world.clock);  // as after a restart
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
  Tenants again(*world.control, world.clock);
  const auto tenants = again.load_all();
  ASSERT_TRUE(world.accounts.count_all(*tenants));
  EXPECT_EQ(again.find("shop")->meter->accounts, 2);
  EXPECT_EQ(again.find("forum")->meter->accounts, 1);
}

}  // namespace
}  // namespace teahouse
