#include "store/memory/memory_plane.h"

#include <gtest/gtest.h>

#include "base/testing/run_task.h"

namespace teahouse::store::memory_plane_test {
namespace {

constexpr TenantId montague{7}, capulet{8};

TEST(MemoryPlane, NothingIsAcknowledgedBeforeItsCommit) {
  testing::QueueExecutor home;
  auto plane = make_memory_plane();
  std::vector<Lsn> heard;
  plane->watch_commits(home, [&](Lsn lsn) { heard.push_back(lsn); });
  auto ours = plane->key_value(montague, "vcard");
  plane->hold_commits(true);
  const Lsn first = ours.store("romeo", "1"), second = plane->key_value(capulet, "vcard").store("juliet", "2");
  std::optional<Result<void>> waited;
  testing::start(plane->wait(home, first), &waited);
  std::optional<Result<std::optional<std::string>>> loaded;
  testing::start(ours.load(home, "romeo"), &loaded);
  home.run_ready();
  EXPECT_LT(plane->committed(), first);
  EXPECT_FALSE(waited);
  EXPECT_FALSE(loaded);
  EXPECT_TRUE(heard.empty());
  plane->commit();
  home.run_ready();
  EXPECT_EQ(plane->committed(), second);
  ASSERT_TRUE(waited && *waited);
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ(**loaded, "1");
  EXPECT_EQ(heard, (std::vector<Lsn>{second}));
}

TEST(MemoryPlane, AReadWaitsForItsOwnTenantsWritesOnly) {
  testing::QueueExecutor home;
  auto plane = make_memory_plane();
  auto ours = plane->key_value(montague, "vcard"), theirs = plane->key_value(capulet, "vcard");
  theirs.store("juliet", "1");
  plane->hold_commits(true);
  ours.store("romeo", "2");
  std::optional<Result<std::optional<std::string>>> own, other;
  testing::start(ours.load(home, "benvolio"), &own);
  testing::start(theirs.load(home, "juliet"), &other);
  home.run_ready();
  ASSERT_TRUE(other && *other);
  EXPECT_EQ(**other, "1");
  EXPECT_FALSE(own);
  plane->commit();
  home.run_ready();
  ASSERT_TRUE(own && *own);
  EXPECT_EQ(**own, std::nullopt);
}

TEST(MemoryPlane, AFailedDiskAcknowledgesNothing) {
  testing::QueueExecutor home;
  auto plane = make_memory_plane();
  auto ours = plane->key_value(montague, "vcard");
  ours.store("romeo", "1");
  const Lsn before = plane->committed();
  plane->fail();
  const Lsn lsn = ours.store("romeo", "2");
  EXPECT_GT(lsn, before);
  EXPECT_EQ(plane->committed(), before);
  EXPECT_EQ(testing::run(home, plane->wait(home, lsn)).error().kind, ErrorKind::storage_failing);
  EXPECT_EQ(testing::run(home, ours.load(home, "romeo")).error().kind, ErrorKind::storage_failing);
  EXPECT_FALSE(plane->health().check_addition());
  plane->recover();
  EXPECT_TRUE(testing::run(home, plane->wait(home, lsn)));
  EXPECT_EQ(*testing::run(home, ours.load(home, "romeo")), "2");
  EXPECT_TRUE(plane->health().check_addition());
}

TEST(MemoryPlane, AWatcherThatIsSlowHearsTheNewestOnly) {
  testing::QueueExecutor home;
  auto plane = make_memory_plane();
  std::vector<Lsn> heard;
  plane->watch_commits(home, [&](Lsn lsn) { heard.push_back(lsn); });
  for (int i = 0; i < 10; ++i) plane->key_value(montague, "vcard").store("romeo", "1");
  EXPECT_EQ(home.run_ready(), 1u);
  EXPECT_EQ(heard, (std::vector<Lsn>{plane->committed()}));
}

}  // namespace
}  // namespace teahouse::store::memory_plane_test
