// Tests that are the RocksDB plane's own: reopening, what is left in its files, chores that outlive a crash, settings.
#include "store/rocksdb/rocksdb_plane.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "store/rocksdb/chores.h"
#include "store/rocksdb/options.h"
#include "store/testing/plane_test.h"

namespace teahouse::store::rocksdb_plane_test {
namespace {

class RocksdbPlaneTest : public PlaneTest {
 protected:
  void reopen(RocksdbSettings settings = {}) {
    plane_.reset();
    plane_ = open_plane(Engine::rocksdb, directory_.path(), settings);
  }
  std::vector<std::string> keys() {
    std::vector<std::string> result;
    EXPECT_TRUE(for_each_key(*plane_, [&](std::string_view key, std::string_view) { result.emplace_back(key); }));
    return result;
  }
  size_t count_keys(std::string_view prefix) {
    size_t count = 0;
    for (const std::string& key : keys()) count += key.starts_with(prefix);
    return count;
  }
  // Chores run one after the other: when a trim has ended, so has what was asked before it.
  void finish_chores() { EXPECT_TRUE(store::finish_chores(*plane_)); }
  // Files that have these bytes in them.
  std::vector<std::string> files_with(const std::string& bytes) {
    std::vector<std::string> result;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      std::ostringstream content;
      content << in.rdbuf();
      if (content.str().find(bytes) != std::string::npos) result.push_back(file.path().filename());
    }
    return result;
  }
};
INSTANTIATE_TEST_SUITE_P(Rocksdb, RocksdbPlaneTest, ::testing::Values(Engine::rocksdb));

class OneTurn final : public Executor {
 public:
  void post(std::function<void()>) override {}
  void run(const std::function<void()>& work) {
    drop(work);
    for (auto& later : at_end_) later();
  }
  void drop(const std::function<void()>& work) {
    const Turn turn(*this);
    work();
  }

 private:
  void at_turn_end(std::function<void()> work) override { at_end_.push_back(std::move(work)); }
  std::vector<std::function<void()>> at_end_;
};

TEST_P(RocksdbPlaneTest, CommitsWhatATurnWroteTogether) {
  for (int i = 1; i <= 20; ++i) {
    OneTurn turn;
    Lsn first = Lsn::none, last = Lsn::none;
    turn.run([&] {
      first = plane_->archive(montague, "archive").append(romeo, make_row(i, juliet));
      EXPECT_TRUE(testing::run(
          home_, plane_->wait(home_, static_cast<Lsn>(raw(first) - 1))));  // time to commit, were it to be done
      last = plane_->archive(capulet, "archive").append(juliet, make_row(i, romeo));
      EXPECT_LT(plane_->committed(), first);
    });
    EXPECT_TRUE(testing::run(home_, plane_->wait(home_, first)));
    EXPECT_EQ(plane_->committed(), last);
  }
}

TEST_P(RocksdbPlaneTest, NoThreadWaitsForTheTurnOfAnother) {
  OneTurn long_turn;
  Lsn early = Lsn::none, late = Lsn::none;
  long_turn.run([&] {
    early = plane_->archive(montague, "archive").append(romeo, make_row(1, juliet));
    std::thread other([&] {
      OneTurn turn;
      turn.run([&] { late = plane_->archive(capulet, "archive").append(juliet, make_row(1, romeo)); });
      testing::QueueExecutor home;
      EXPECT_TRUE(testing::run(home, plane_->wait(home, late)));
    });
    other.join();
    EXPECT_GE(plane_->committed(), early);  // the Lsns are in order, so it went along
  });
  EXPECT_GT(late, early);
}

// A read of the tenant that the turn wrote for waits for its end; nobody else's reads do.
TEST_P(RocksdbPlaneTest, AReadWaitsForItsOwnTenantsWritesOnly) {
  auto ours = plane_->archive(montague, "archive"), theirs = plane_->archive(capulet, "archive");
  const Lsn before = theirs.append(juliet, make_row(1, romeo));
  EXPECT_TRUE(testing::run(home_, plane_->wait(home_, before)));
  OneTurn turn;
  std::optional<Result<ArchivePage>> own;
  turn.run([&] {
    const Lsn lsn = ours.append(romeo, make_row(2, juliet));
    testing::start(ours.page(home_, romeo, {}), &own);
    EXPECT_EQ(times(get(theirs.page(home_, juliet, {}))), (Times{1}));
    EXPECT_TRUE(get(theirs.page(home_, romeo, {})).rows.empty());
    EXPECT_LT(plane_->committed(), lsn);
    EXPECT_FALSE(own);
  });
  while (!own) home_.run_one();
  ASSERT_TRUE(*own);
  EXPECT_EQ(times(**own), (Times{2}));
}

// A turn that is never ended, as the last one of a loop that stops, must not leave what it wrote behind.
TEST_P(RocksdbPlaneTest, CommitsWhatATurnWroteThatIsDropped) {
  Lsn last = Lsn::none;
  {
    OneTurn turn;
    turn.drop([&] { last = plane_->archive(capulet, "archive").append(juliet, make_row(1, romeo)); });
  }
  EXPECT_TRUE(testing::run(home_, plane_->wait(home_, last)));
}

// A writer must not wait for the end of the turn that it is in.
TEST_P(RocksdbPlaneTest, CommitsMuchBeforeTheTurnEnds) {
  reopen({.waiting_bytes_max = 4096});
  OneTurn turn;
  Lsn last = Lsn::none;
  turn.run([&] {
    for (int i = 1; i <= 100; ++i) {
      last = plane_->archive(capulet, "archive").append(juliet, make_row(i, romeo, std::string(300, 'x')));
    }
  });
  EXPECT_TRUE(testing::run(home_, plane_->wait(home_, last)));
  EXPECT_EQ(get(plane_->archive(capulet, "archive").page(home_, juliet, {})).count, 100u);
}

TEST_P(RocksdbPlaneTest, WhatWasStoredIsThereAfterReopening) {
  plane_->key_value(montague, "vcard").store(romeo, "Romeo");
  for (int i = 1; i <= 500; ++i) plane_->archive(capulet, "archive").append(juliet, make_row(i, romeo));
  const uint64_t bytes = get(plane_->count_bytes(home_, capulet, "archive"));
  plane_->map(capulet, "roster").store(juliet, romeo, "not waited for");
  reopen();
  EXPECT_EQ(get(plane_->key_value(montague, "vcard").load(home_, romeo)), "Romeo");
  EXPECT_EQ(get(plane_->key_value(capulet, "vcard").load(home_, romeo)), std::nullopt);
  EXPECT_EQ(get(plane_->map(capulet, "roster").load_entry(home_, juliet, romeo)), "not waited for");
  EXPECT_EQ(get(plane_->archive(capulet, "archive").page(home_, juliet, {})).count, 500u);
  EXPECT_EQ(get(plane_->count_bytes(home_, capulet, "archive")), bytes);
}

TEST_P(RocksdbPlaneTest, ARemovedTenantLeavesNoByteInAnyFile) {
  const std::string mark = "Wherefore-art-thou", owner = "mark-of-an-owner@montague.example";
  auto archive = plane_->archive(montague, "archive");
  for (int round = 0; round < 3; ++round) {
    for (int i = 1; i <= 300; ++i) {
      archive.append(owner, make_row(round * 1'000 + i, mark + "@capulet.example", mark));
      plane_->archive(capulet, "archive").append(juliet, make_row(round * 1'000 + i, romeo));
    }
    reopen();  // so that there are files of several ages
    archive = plane_->archive(montague, "archive");
  }
  plane_->map(montague, mark).store(owner, mark, mark);
  ASSERT_GT(count_keys(rocks::tenant_prefix(montague)), 900u);
  ASSERT_FALSE(files_with(mark).empty());
  ASSERT_FALSE(files_with(owner).empty());
  done(plane_->remove_tenant(home_, montague));
  finish_chores();
  EXPECT_EQ(count_keys(rocks::tenant_prefix(montague)), 0u);
  EXPECT_EQ(files_with(mark), std::vector<std::string>());
  EXPECT_EQ(files_with(owner), std::vector<std::string>());
  EXPECT_EQ(get(plane_->archive(capulet, "archive").page(home_, juliet, {})).count, 900u);
  EXPECT_EQ(count_keys(rocks::tenant_prefix(TenantId::server)), 1u);  // the layout's version; no note
}

TEST_P(RocksdbPlaneTest, ALargeRemovalIsCountedLater) {
  reopen({.counted_rows_max = 10});
  auto archive = plane_->archive(montague, "archive");
  for (int i = 1; i <= 100; ++i) {
    archive.append(romeo, make_row(i, juliet));
    archive.append(nurse, make_row(i, juliet));
  }
  archive.remove_all(romeo);
  const Lsn last = archive.append(romeo, make_row(200, juliet));
  done(plane_->wait(home_, last));
  finish_chores();
  uint64_t bytes = 0;
  for (const auto& row : get(archive.page(home_, romeo, {})).rows)
    bytes += romeo.size() + 8 + row.with.size() + row.bytes.size();
  ArchiveQuery all;
  all.rows_max = 100;
  for (const auto& row : get(archive.page(home_, nurse, all)).rows)
    bytes += nurse.size() + 8 + row.with.size() + row.bytes.size();
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), bytes);
  EXPECT_EQ(count_keys(rocks::tenant_prefix(TenantId::server)), 1u);
}

TEST_P(RocksdbPlaneTest, CountingAgainOutlivesTheProcess) {
  reopen({.counted_rows_max = 10});
  auto archive = plane_->archive(montague, "archive");
  for (int i = 1; i <= 100; ++i) archive.append(romeo, make_row(i, juliet));
  done(plane_->wait(home_, plane_->appended()));
  archive.remove_all(romeo);
  reopen();  // the chores end before the last commit, so the counting is left over
  finish_chores();
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), 0u);
  EXPECT_EQ(count_keys(rocks::tenant_prefix(TenantId::server)), 1u);
}

TEST_P(RocksdbPlaneTest, ScrubbingOutlivesTheProcess) {
  plane_.reset();
  {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocks::make_options(), directory_.path(), &db).ok());
    std::unique_ptr<rocksdb::DB> owned(db);
    ASSERT_TRUE(db->Put({}, rocks::scrub_chore_key(montague), "").ok());
  }
  plane_ = open_plane(Engine::rocksdb, directory_.path());
  finish_chores();
  EXPECT_EQ(count_keys(rocks::tenant_prefix(TenantId::server)), 1u);
}

TEST_P(RocksdbPlaneTest, ManyThreadsAreHeldBackAndLoseNothing) {
  reopen({.waiting_bytes_max = 64 << 10});
  constexpr int threads = 4, rows = 2'000;
  std::vector<std::thread> writers;
  writers.reserve(4);
  for (int thread = 0; thread < threads; ++thread) {
    writers.emplace_back([this, thread] {
      auto archive = plane_->archive(thread % 2 ? montague : capulet, "archive");
      Lsn last = Lsn::none;
      for (int i = 1; i <= rows; ++i) {
        const Lsn lsn = archive.append("owner" + std::to_string(thread), make_row(i, juliet, std::string(300, 'x')));
        EXPECT_GT(lsn, last);
        last = lsn;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (int thread = 0; thread < threads; ++thread) {
    const std::string owner = "owner" + std::to_string(thread);
    EXPECT_EQ(get(plane_->archive(thread % 2 ? montague : capulet, "archive").page(home_, owner, {})).count, 2'000u);
    EXPECT_EQ(get(plane_->archive(thread % 2 ? capulet : montague, "archive").page(home_, owner, {})).count, 0u);
  }
}

TEST_P(RocksdbPlaneTest, SaysWhyItCannotBeOpened) {
  auto second = open_rocksdb(directory_.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("another teahouse"), std::string::npos) << second.error().text;
  plane_.reset();
  {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocks::make_options(), directory_.path(), &db).ok());
    std::unique_ptr<rocksdb::DB> owned(db);
    ASSERT_TRUE(db->Put({}, rocks::store_prefix(rocks::Kind::format, {TenantId::server, "layout"}), "9").ok());
  }
  auto later = open_rocksdb(directory_.path());
  ASSERT_FALSE(later);
  EXPECT_NE(later.error().text.find("later Teahouse"), std::string::npos) << later.error().text;
  auto nowhere = open_rocksdb("/proc/nowhere");
  ASSERT_FALSE(nowhere);
}

}  // namespace
}  // namespace teahouse::store::rocksdb_plane_test
