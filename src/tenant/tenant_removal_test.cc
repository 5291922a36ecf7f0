// A removal holds up nobody who asks the control plane for something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tenant/testing/tenant_world.h"

namespace teahouse {
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
    Tenants tenants(watched, world.clock);
    tenants.add_tables({{"things", "name"}});
    ASSERT_TRUE(tenants.load_all());
    EXPECT_EQ(world.wait(tenants.remove(world.home, "shop")).has_value(), portions_max == SIZE_MAX);
  }
  EXPECT_THAT(watched.removed, Each(Le(portion)));
  EXPECT_EQ(std::accumulate(watched.removed.begin(), watched.removed.end(), int64_t{0}), things);
  EXPECT_EQ(world.rows_of(shop->id), "none");
  EXPECT_EQ(world.rows_of(forum->id), before);
}

}  // namespace
}  // namespace teahouse
