// How passwords are kept and checked.
#include "account/accounts.h"

#include <gtest/gtest.h>

#include "account/account_rows.h"
#include "account/testing/account_world.h"

namespace teahouse::account_passwords_test {
namespace {

using testing::AccountWorld;

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
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

// An account that is older than the second form: a client that shows the password once can use both after that.
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
                           "2$4096$$$$$$$$", "3$4096$$$$$", "5$4096$$$$$$$"}) {
    EXPECT_FALSE(account_rows::parse_keys(text)) << text;
  }
}

// More logins at once than may wait for PBKDF2: the rest are refused, and a tenant's flood leaves room for another
// tenant.
TEST(Passwords, WaitInALineThatEnds) {
  AccountWorld world;
  ASSERT_TRUE(world.create(world.shop, "romeo", "but soft"));
  ASSERT_TRUE(world.create(world.forum, "juliet", "wherefore"));
  std::vector<std::optional<Result<std::string>>> flood(260);
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

}  // namespace
}  // namespace teahouse::account_passwords_test
