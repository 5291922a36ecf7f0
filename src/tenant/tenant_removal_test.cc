// How tenants are removed: whole, whatever cuts it off, and holding up nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <optional>

#include "tenant/testing/tenant_world.h"

namespace teahouse::tenant_removal_test {
namespace {

using ::testing::Each;
using ::testing::Le;
using testing::TenantWorld;

// Tells after each transaction how many rows of `things` it has removed; fails them from a number on.
class Watched final : public store::ControlPlane {
 public:
  explicit Watched(store::ControlPlane& plane) : plane_(plane) {}
  Result<void> migrate(const std::vector<store::Migration>& migrations) override { return plane_.migrate(migrations); }
  Task<Result<store::Answer>> execute(Executor& home, store::Statement statement) override {
    return plane_.execute(home, std::move(statement));
  }
  Task<Result<store::Answer>> transact(Executor& home, std::vector<store::Statement> statements) override {
    const int64_t before = count();
    if (removed.size() >= portions_max) co_return Error{ErrorKind::internal_server_error, "The disk is gone."};
    auto answer = co_await plane_.transact(home, std::move(statements));
    removed.push_back(before - count());
    co_return answer;
  }
  Result<store::Answer> execute_now(const store::Statement& statement) override {
    return plane_.execute_now(statement);
  }
  Task<Result<void>> scrub(Executor& home) override { return plane_.scrub(home); }
  Task<Result<void>> shorten_log(Executor& home) override { return plane_.shorten_log(home); }
  Result<void> try_write() override { return plane_.try_write(); }

  std::vector<int64_t> removed;
  size_t portions_max = SIZE_MAX;

 private:
  int64_t count() {
    const auto answer = plane_.execute_now({"SELECT COUNT(*) FROM things", {}});
    return answer ? store::as_int(answer->rows[0][0]) : -1;
  }
  store::ControlPlane& plane_;
};

TEST(Tenants, OfManyRowsAreRemovedAFewAtATime) {
  constexpr int64_t things = 1'000, portion = 100;
  TenantWorld world({{"test/1",
                      {"CREATE TABLE things(tenant_id BIGINT NOT NULL, name BIGINT NOT NULL, "
                       "PRIMARY KEY (tenant_id, name))"}}},
                    {{"things", "name"}});
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  for (const TenantPtr& tenant : {shop, forum}) {
    const auto filled = world.control->execute_now(
        {"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
         "INSERT INTO things SELECT ?, n FROM numbers",
         {things, to_value(tenant->id)}});
    ASSERT_TRUE(filled);
  }
  const std::string before = world.rows_of(forum->id);
  Watched watched(*world.control);
  for (const size_t portions_max : {size_t{3}, SIZE_MAX}) {  // a disk that fails, and after a restart is well
    watched.portions_max = portions_max;
    Tenants tenants(watched, world.clock, world.keys, world.audit);
    tenants.add_tables({{"things", "name"}});
    ASSERT_TRUE(tenants.load_all());
    EXPECT_EQ(world.wait(tenants.remove(world.home, "shop")).has_value(), portions_max == SIZE_MAX);
  }
  EXPECT_THAT(watched.removed, Each(Le(portion)));
  EXPECT_EQ(std::accumulate(watched.removed.begin(), watched.removed.end(), int64_t{0}), things);
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_EQ(world.rows_of(forum->id), before);
}

ErrorKind kind_of(const Result<TenantPtr>& result) {
  return result ? ErrorKind::undefined_condition : result.error().kind;
}

TEST(Tenants, LeaveNoRowAndGiveTheirIdToNobody) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  for (const TenantPtr& tenant : {shop, forum}) {
    ASSERT_TRUE(world.wait(world.keys.api.make(world.home, tenant->id, "first")));
    ASSERT_TRUE(world.wait(world.keys.signing.rotate(world.home, tenant->id)));
    ASSERT_TRUE(world.wait(world.audit.record(world.home, {0, 0, tenant->id, "operator", "tenant.create", ""})));
  }
  const std::string before = world.rows_of(forum->id);
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_EQ(world.rows_of(forum->id), before);
  world.tables_with_tenants = 0;
  world.rows_of(shop->id);
  EXPECT_EQ(world.tables_with_tenants, static_cast<int>(tenant_tables().size()))
      << "a table is missing in tenant_tables()";
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
  EXPECT_EQ(world.tenants.find(shop->id), nullptr);
  EXPECT_EQ(world.published.back(), "-shop");

  const TenantPtr next = world.make_tenant("shop", "shop.example");
  EXPECT_NE(next->id, shop->id);
  EXPECT_NE(next->site_id, shop->site_id);
  EXPECT_EQ(kind_of(world.wait(world.tenants.remove(world.home, "nobody"))), ErrorKind::item_not_found);
}

TEST(Tenants, TakeNoRowsOnceTheyAreGone) {
  TenantWorld world;
  const TenantPtr shop = world.make_tenant("shop", "shop.example");
  const TenantPtr forum = world.make_tenant("forum", "forum.example");
  ASSERT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_FALSE(world.wait(world.keys.api.make(world.home, shop->id, "late")));
  EXPECT_FALSE(world.wait(world.keys.signing.rotate(world.home, shop->id)));
  EXPECT_FALSE(world.wait(world.audit.record(world.home, {0, 0, shop->id, "operator", "late", ""})));
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_TRUE(world.wait(world.keys.api.make(world.home, forum->id, "fine")));
}

Task<Result<void>> fail_to_wipe(bool* works) {
  if (*works) co_return Result<void>();
  co_return Error{ErrorKind::internal_server_error, "the disk is full"};
}

// A removal that was cut off is not undone by anybody, and nobody has the name before it has ended.
TEST(Tenants, ThatAreBeingRemovedAreNeitherChangedNorReplaced) {
  TenantWorld world;
  bool works = false;
  world.tenants.set_wipe([&works](Executor&, TenantPtr) { return fail_to_wipe(&works); });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  ASSERT_FALSE(world.wait(world.tenants.remove(world.home, "shop")));
  Tenants after_restart(*world.control, world.clock, world.keys, world.audit);
  std::vector<std::string> published;
  after_restart.set_publish([&published](Executor&, TenantPtr tenant, bool removed) -> Task<void> {
    published.push_back((removed ? "-" : "+") + tenant->name);
    co_return;
  });
  ASSERT_TRUE(after_restart.load_all());
  for (Tenants* tenants : {&world.tenants, &after_restart}) {
    EXPECT_TRUE(tenants->find("shop")->being_removed);
    EXPECT_FALSE(tenants->find("forum")->being_removed);
    EXPECT_EQ(kind_of(world.wait(tenants->resume(world.home, "shop"))), ErrorKind::conflict);
    EXPECT_EQ(kind_of(world.wait(tenants->suspend(world.home, "shop", "why"))), ErrorKind::conflict);
    EXPECT_EQ(kind_of(world.wait(tenants->change(world.home, "shop", {{"title", "Shop"}}))), ErrorKind::conflict);
    for (const auto& [name, domain] : {std::pair{"shop", "other.example"}, std::pair{"other", "shop.example"},
                                       std::pair{"other", "rooms.shop.example"}}) {
      EXPECT_EQ(kind_of(world.try_tenant(*tenants, {name, domain})), ErrorKind::service_unavailable) << domain;
    }
    ASSERT_TRUE(world.wait(tenants->set_plan(world.home, tenants->find("shop")->plan)));
    EXPECT_TRUE(world.wait(tenants->resume(world.home, "forum")));
  }
  EXPECT_EQ(published, (std::vector<std::string>{"+forum", "+forum"}))
      << "no loop is told of one that is being removed";
  ASSERT_TRUE(world.wait(after_restart.remove(world.home, "shop")));
  EXPECT_EQ(after_restart.find("shop"), nullptr);
  EXPECT_TRUE(world.try_tenant(after_restart, {"shop", "shop.example"}));
}

TEST(Tenants, WaitForNoRemovalOfOthers) {
  TenantWorld world;
  std::function<void(Result<void>)> wiped;
  world.tenants.set_wipe([&](Executor& home, TenantPtr) -> Task<Result<void>> {
    Async<Result<void>> wiping(home, [&wiped](Async<Result<void>>::Done done) { wiped = std::move(done); });
    co_return co_await wiping;
  });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  std::optional<Result<TenantPtr>> first, second;
  testing::start(world.tenants.remove(world.home, "shop"), &first);
  while (!wiped) world.home.run_one();
  testing::start(world.tenants.remove(world.home, "shop"), &second);
  EXPECT_TRUE(world.wait(world.tenants.suspend(world.home, "forum", "at once")));
  EXPECT_EQ(kind_of(world.wait(world.tenants.resume(world.home, "shop"))), ErrorKind::conflict);
  wiped({});
  while (!second) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_EQ(kind_of(*second), ErrorKind::item_not_found);
  EXPECT_NE(world.tenants.find("forum"), nullptr);
}

// Two calls of a removal, of which one goes on only when the other has ended and the name has its next owner.
TEST(Tenants, AreNotWipedByARemovalOfTheLastOwner) {
  TenantWorld world;
  std::vector<TenantId> wiped;
  std::function<void(bool)> told;
  world.tenants.set_wipe([&wiped](Executor&, TenantPtr tenant) -> Task<Result<void>> {
    wiped.push_back(tenant->id);
    co_return Result<void>();
  });
  const TenantId last = world.make_tenant("shop", "shop.example")->id;
  world.make_tenant("forum", "forum.example");
  world.tenants.set_publish([&told](Executor& home, TenantPtr, bool) -> Task<void> {
    Async<bool> telling(home, [&told](Async<bool>::Done done) { told = std::move(done); });
    co_await telling;
  });
  std::optional<Result<TenantPtr>> late;
  testing::start(world.tenants.remove(world.home, "shop"), &late);
  while (!told) world.home.run_one();
  world.tenants.set_publish({});
  EXPECT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  const TenantId next = world.make_tenant("shop", "shop.example")->id;
  told(true);
  while (!late) world.home.run_one();
  EXPECT_EQ(kind_of(*late), ErrorKind::item_not_found);
  EXPECT_EQ(wiped, std::vector<TenantId>{last});
  ASSERT_TRUE(world.tenants.find("shop"));
  EXPECT_EQ(world.tenants.find("shop")->id, next);
  EXPECT_FALSE(world.tenants.find("shop")->being_removed);
}

// A removal that has to wait for another one's end is noted and felt before that.
TEST(Tenants, AreGoneForTheirUsersWhileAnotherIsBeingRemoved) {
  TenantWorld world;
  std::function<void(Result<void>)> wiped;
  std::vector<std::string> gone;
  world.tenants.set_wipe([&](Executor& home, TenantPtr) -> Task<Result<void>> {
    Async<Result<void>> wiping(home, [&wiped](Async<Result<void>>::Done done) { wiped = std::move(done); });
    co_return co_await wiping;
  });
  for (const char* name : {"shop", "forum", "club"}) world.make_tenant(name, std::string(name) + ".example");
  world.tenants.set_publish([&gone](Executor&, TenantPtr tenant, bool removed) -> Task<void> {
    if (removed) gone.push_back(tenant->name);
    co_return;
  });
  std::optional<Result<TenantPtr>> first, second;
  testing::start(world.tenants.remove(world.home, "shop"), &first);
  while (!wiped) world.home.run_one();
  testing::start(world.tenants.remove(world.home, "forum"), &second);
  while (gone.size() < 2) world.home.run_one();
  EXPECT_EQ(gone, (std::vector<std::string>{"shop", "forum"}));
  Tenants after_a_crash(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(after_a_crash.load_all());
  EXPECT_TRUE(after_a_crash.find("forum")->being_removed);
  EXPECT_FALSE(after_a_crash.find("club")->being_removed);
  std::exchange(wiped, nullptr)({});
  while (!wiped) world.home.run_one();
  EXPECT_TRUE(*first);
  EXPECT_FALSE(second);
  wiped({});
  while (!second) world.home.run_one();
  EXPECT_TRUE(*second);
  EXPECT_NE(world.tenants.find("club"), nullptr);
}

TEST(Tenants, StaySuspendedWhenTheirDataCannotBeRemoved) {
  TenantWorld world;
  bool works = false;
  world.tenants.set_wipe([&works](Executor&, TenantPtr) { return fail_to_wipe(&works); });
  world.make_tenant("shop", "shop.example");
  world.make_tenant("forum", "forum.example");
  EXPECT_FALSE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_TRUE(world.tenants.find("shop")->suspended);
  Tenants after_restart(*world.control, world.clock, world.keys, world.audit);
  ASSERT_TRUE(after_restart.load_all());
  EXPECT_TRUE(after_restart.find("shop")->suspended);
  EXPECT_FALSE(after_restart.find("forum")->suspended);
  works = true;
  EXPECT_TRUE(world.wait(world.tenants.remove(world.home, "shop")));
  EXPECT_EQ(world.tenants.find("shop"), nullptr);
}

}  // namespace
}  // namespace teahouse::tenant_removal_test
