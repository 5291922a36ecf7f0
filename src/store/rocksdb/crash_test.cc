// A killed process and a failing disk leave everything that was acknowledged, and of the rest a prefix.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "store/rocksdb/key.h"
#include "store/testing/child_process.h"
#include "store/testing/plane_test.h"

namespace teahouse::store::crash_test {
namespace {

using testing::ChildProcess;

constexpr uint64_t rows_max = 1'000'000;
constexpr uint64_t ahead_max = 2'000;  // rows that the child appends before it waits for a commit

// Row i goes to one of two owners of one of two tenants, and is Lsn base + i.
TenantId tenant_of(uint64_t i) { return i % 4 < 2 ? montague : capulet; }
const std::string& owner_of(uint64_t i) { return i % 2 ? romeo : juliet; }
Lsn append_row(DataPlane& plane, uint64_t i) {
  const ArchiveRow row = make_row(static_cast<int64_t>(i), nurse, std::string(300, 'x'));
  return plane.archive(tenant_of(i), "archive").append(owner_of(i), row);
}

// The child: appends without end and reports how many rows each commit has made safe.
TEST(Crash, DISABLED_ChildAppends) {
  auto directory = testing::child_argument();
  if (!directory) GTEST_SKIP();
  testing::QueueExecutor home;
  auto plane = open_plane(Engine::rocksdb, *directory);
  const Lsn base = plane->appended();
  uint64_t safe = 0;
  plane->watch_commits(home, [&](Lsn committed) {
    safe = raw(committed) - raw(base);
    testing::report(safe);
  });
  for (uint64_t i = 1; i <= rows_max; ++i) {
    ASSERT_EQ(raw(append_row(*plane, i)), raw(base) + i);
    while (i > safe + ahead_max) home.run_one();
  }
}

TEST(Crash, WhatWasAcknowledgedIsThereAfterAKill) {
  for (const int reports : {1, 20, 60}) {
    testing::TempDirectory directory;
    uint64_t acknowledged = 0;
    {
      ChildProcess child("Crash.DISABLED_ChildAppends", directory.path());
      for (int i = 0; i < reports; ++i) {
        auto rows = child.next();
        ASSERT_TRUE(rows);
        acknowledged = *rows;
      }
      child.kill_now();
      while (auto rows = child.next()) acknowledged = *rows;  // what it told before it died counts
    }
    testing::QueueExecutor home;
    auto plane = open_plane(Engine::rocksdb, directory.path());
    ASSERT_GT(acknowledged, 0u);
    std::vector<bool> is_there(rows_max + 1);
    uint64_t there = 0, in_all = 0;
    ASSERT_TRUE(for_each_key(*plane, [&](std::string_view key, std::string_view) {
      auto parsed = rocks::parse_key(key);
      if (!parsed || parsed->kind != rocks::Kind::row) return;
      ++in_all;
      const auto i = static_cast<uint64_t>(time_ms(static_cast<ArchiveId>(rocks::id_of_row(key))) - noon_ms);
      ASSERT_LE(i, rows_max);
      EXPECT_EQ(parsed->tenant, tenant_of(i));
      EXPECT_EQ(rocks::take_part(parsed->rest), owner_of(i));
      is_there[i] = true;
    }));
    while (there < rows_max && is_there[there + 1]) ++there;
    EXPECT_GE(there, acknowledged);
    EXPECT_EQ(in_all, there) << "what is there is no prefix";
    uint64_t counted = 0, expected = 0;
    for (TenantId tenant : {montague, capulet}) {
      counted += *testing::run(home, plane->count_bytes(home, tenant, "archive"));
    }
    for (uint64_t i = 1; i <= there; ++i) {
      const ArchiveRow row = make_row(static_cast<int64_t>(i), nurse, std::string(300, 'x'));
      expected += owner_of(i).size() + 8 + row.with.size() + row.bytes.size();
    }
    EXPECT_EQ(counted, expected);
  }
}

// The child: its files may not grow beyond a megabyte, so that at some time a commit fails; then they may.
TEST(Crash, DISABLED_ChildWithFullDisk) {
  auto directory = testing::child_argument();
  if (!directory) GTEST_SKIP();
  testing::QueueExecutor home;
  auto plane = open_plane(Engine::rocksdb, *directory);
  signal(SIGXFSZ, SIG_IGN);
  plane->watch_commits(home, [](Lsn) {});
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit unlimited = limit;
  limit.rlim_cur = 1 << 20;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const Lsn base = plane->appended();
  uint64_t i = 0;
  while (testing::run(home, plane->wait(home, append_row(*plane, ++i)))) testing::report(i);
  const Lsn committed = plane->committed();
  EXPECT_EQ(raw(committed), raw(base) + i - 1);
  for (int more = 0; more < 1'000; ++more) {
    auto waited = testing::run(home, plane->wait(home, append_row(*plane, ++i)));
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().kind, ErrorKind::storage_failing);
  }
  EXPECT_EQ(plane->committed(), committed);
  EXPECT_EQ(raw(plane->appended()), raw(base) + i);
  EXPECT_FALSE(testing::run(home, plane->archive(montague, "archive").find(home, romeo, id_at(1))));
  EXPECT_FALSE(testing::run(home, plane->archive(montague, "archive").trim(home, 0)));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  while (plane->committed() < plane->appended()) home.run_one();
  testing::report(i);
}

TEST(Crash, ADiskThatFailsAcknowledgesNothingUntilItIsWell) {
  testing::TempDirectory directory;
  uint64_t acknowledged = 0;
  ChildProcess child("Crash.DISABLED_ChildWithFullDisk", directory.path());
  while (auto row = child.next()) acknowledged = *row;
  EXPECT_TRUE(child.wait_for_end());
  EXPECT_GT(acknowledged, 100u);
  testing::QueueExecutor home;
  auto plane = open_plane(Engine::rocksdb, directory.path());
  for (uint64_t i = 1; i <= acknowledged; ++i) {
    auto archive = plane->archive(tenant_of(i), "archive");
    auto row = testing::run(home, archive.find(home, owner_of(i), id_at(static_cast<int64_t>(i))));
    ASSERT_TRUE(row && row->has_value()) << i;
  }
}

}  // namespace
}  // namespace teahouse::store::crash_test
