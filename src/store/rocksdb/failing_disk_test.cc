// A disk that refuses writes for a while: nothing is lost, doubled or acknowledged before it is there, nobody is told
// that nothing is there, and it goes on by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "store/rocksdb/rocksdb_plane.h"
#include "store/testing/failing_files.h"
#include "store/testing/plane_test.h"

namespace teahouse::store::failing_disk_test {
namespace {

using testing::FailingFiles;

class FailingDisk : public ::testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override { open(); }

  void open() {
    RocksdbSettings settings;
    settings.files = files_;
    settings.silent_ms = 1;
    plane_ = open_plane(Engine::rocksdb, directory_.path(), settings);
    plane_->watch_commits(home_, [](Lsn) {});
  }
  void await_commit(Lsn lsn) {
    while (plane_->committed() < lsn) home_.run_one();
  }
  ErrorKind error_of_wait(Lsn lsn) {
    const auto waited = testing::run(home_, plane_->wait(home_, lsn));
    return waited ? ErrorKind::undefined_condition : waited.error().kind;
  }
  Lsn append(TenantId tenant, const std::string& owner, int64_t number) {
    return plane_->archive(tenant, "archive").append(owner, make_row(number, nurse));
  }
  std::vector<int64_t> numbers(DataPlane& plane, TenantId tenant, const std::string& owner) {
    ArchiveQuery all;
    all.rows_max = 1000;
    const auto page = testing::run(home_, plane.archive(tenant, "archive").page(home_, owner, all));
    std::vector<int64_t> found;
    EXPECT_TRUE(page) << (page ? "" : page.error().text);
    if (!page) return found;
    for (const ArchiveRow& row : page->rows) found.push_back(time_ms(row.id) - noon_ms);
    return found;
  }
  uint64_t count_bytes(TenantId tenant) {
    const auto count = testing::run(home_, plane_->count_bytes(home_, tenant, "archive"));
    EXPECT_TRUE(count);
    return count ? *count : 0;
  }

  testing::TempDirectory directory_;
  testing::QueueExecutor home_;
  std::shared_ptr<FailingFiles> files_ = std::make_shared<FailingFiles>();
  std::unique_ptr<DataPlane> plane_;
};

const std::vector<int64_t> before = {1, 2, 3}, after = {1, 3, 4, 5};

TEST_P(FailingDisk, KeepsWhatWaitsUntilItIsWell) {
  const ErrorKind kind = GetParam() & FailingFiles::no_space ? ErrorKind::storage_full : ErrorKind::storage_failing;
  for (const int64_t number : before) append(montague, romeo, number);
  await_commit(append(capulet, juliet, 1));
  const uint64_t bytes = count_bytes(montague);

  files_->fail(GetParam(), ".log");
  append(montague, romeo, 4);
  const Lsn first = plane_->archive(montague, "archive").remove(romeo, id_at(2));
  EXPECT_EQ(error_of_wait(first), kind);
  const Lsn last = append(montague, romeo, 5);
  EXPECT_EQ(error_of_wait(last), kind);
  EXPECT_LT(plane_->committed(), first);
  EXPECT_EQ(plane_->health().check_addition().error().kind, kind);
  EXPECT_FALSE(plane_->congested());
  const auto unread = testing::run(
      home_, plane_->archive(montague, "archive").page(home_, romeo, ArchiveQuery()));  // not empty, and not of before
  EXPECT_EQ(unread.error().kind, kind);
  EXPECT_EQ(numbers(*plane_, capulet, juliet), (std::vector<int64_t>{1}));

  // The files that a crash would leave now.
  const testing::TempDirectory copied;
  std::filesystem::copy(directory_.path(), copied.path(), std::filesystem::copy_options::recursive);
  const auto left = open_plane(Engine::rocksdb, copied.path());
  const auto found = numbers(*left, montague, romeo);
  const std::vector<std::vector<int64_t>> prefixes = {before, {1, 2, 3, 4}, {1, 3, 4}, after};
  EXPECT_NE(std::find(prefixes.begin(), prefixes.end(), found), prefixes.end()) << found.size();

  files_->recover();
  await_commit(last);
  EXPECT_EQ(numbers(*plane_, montague, romeo), after);
  EXPECT_GT(count_bytes(montague), bytes);
  const uint64_t counted = count_bytes(montague);
  await_commit(append(capulet, juliet, 2));
  EXPECT_TRUE(plane_->health().check_addition());
  plane_.reset();
  open();
  EXPECT_EQ(numbers(*plane_, montague, romeo), after);
  EXPECT_EQ(numbers(*plane_, capulet, juliet), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(count_bytes(montague), counted);
}

TEST_P(FailingDisk, FailsAgainAndAgain) {
  std::vector<int64_t> all;
  for (int64_t number = 0; number < 5; ++number) {
    files_->fail(GetParam(), ".log");
    const Lsn lsn = append(montague, romeo, number);
    append(capulet, juliet, number);
    EXPECT_NE(error_of_wait(lsn), ErrorKind::undefined_condition);
    files_->recover();
    await_commit(plane_->appended());
    all.push_back(number);
  }
  plane_.reset();
  open();
  EXPECT_EQ(numbers(*plane_, montague, romeo), all);
  EXPECT_EQ(numbers(*plane_, capulet, juliet), all);
}

// More than a memtable holds, so that tables must be written meanwhile.
TEST_P(FailingDisk, WritesItsTablesWhenItIsWell) {
  const KeyValueStore ours = plane_->key_value(montague, "large"), theirs = plane_->key_value(capulet, "large");
  const std::string large(1 << 20, 'x');
  files_->fail(GetParam() | FailingFiles::makes, ".sst");
  Lsn last = Lsn::none;
  int stored = 0;
  while (files_->failures() == 0 && stored < 200) {
    ours.store(std::to_string(stored), large);
    last = theirs.store(std::to_string(stored++), "small");
    const auto waited = testing::run(home_, plane_->wait(home_, last));
    if (!waited) break;
  }
  EXPECT_GT(files_->failures(), 0U);
  files_->recover();
  await_commit(last);
  plane_.reset();
  open();
  for (int number = 0; number < stored; ++number) {
    const auto value = testing::run(home_, plane_->key_value(capulet, "large").load(home_, std::to_string(number)));
    ASSERT_TRUE(value && *value) << number << " of " << stored;
  }
}

TEST_P(FailingDisk, StoresAtItsClosingWhatWaited) {
  for (const int64_t number : before) append(montague, romeo, number);
  await_commit(append(capulet, juliet, 1));
  files_->fail(GetParam());
  EXPECT_NE(error_of_wait(append(montague, romeo, 4)), ErrorKind::undefined_condition);
  std::thread closing([this] { plane_.reset(); });
  files_->recover();
  closing.join();
  open();
  EXPECT_EQ(numbers(*plane_, montague, romeo), (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(numbers(*plane_, capulet, juliet), (std::vector<int64_t>{1}));
}

// Nothing of it was told to anybody, and what comes later must not be there without it.
TEST_P(FailingDisk, GivesUpAtItsClosingWhatCannotBeStored) {
  for (const int64_t number : before) append(montague, romeo, number);
  await_commit(append(capulet, juliet, 1));
  plane_.reset();
  RocksdbSettings settings;
  settings.files = files_;
  settings.silent_ms = 3'600'000;  // a waiter has not been told when it closes
  settings.closing_ms = 1;
  plane_ = open_plane(Engine::rocksdb, directory_.path(), settings);
  files_->fail(GetParam());
  std::optional<Result<void>> waited;
  testing::start(plane_->wait(home_, append(montague, romeo, 4)), &waited);
  append(capulet, juliet, 2);
  plane_.reset();
  while (!waited) home_.run_one();
  EXPECT_FALSE(*waited) << "what is not stored was announced";
  files_->recover();
  open();
  const auto ours = numbers(*plane_, montague, romeo), theirs = numbers(*plane_, capulet, juliet);
  const std::vector<int64_t> with_last = {1, 2, 3, 4};  // a crash may keep what nobody was told of
  EXPECT_TRUE(ours == before || ours == with_last);
  EXPECT_TRUE(theirs == (std::vector<int64_t>{1}) || ours == with_last);
  await_commit(append(montague, romeo, 5));
}

TEST_P(FailingDisk, IsToldOfAtItsFirstWrite) {
  plane_.reset();
  const testing::TempDirectory empty;
  files_->fail(GetParam(), ".log");
  RocksdbSettings settings;
  settings.files = files_;
  settings.closing_ms = 1;
  const auto refused = open_rocksdb(empty.path(), settings);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find(empty.path()), std::string::npos) << refused.error().text;
  files_->recover();
  const auto opened = open_rocksdb(empty.path(), settings);
  ASSERT_TRUE(opened) << opened.error().text;
}

TEST_P(FailingDisk, IsToldOfAtTheOpening) {
  plane_.reset();
  files_->fail(GetParam() | FailingFiles::makes);
  RocksdbSettings settings;
  settings.files = files_;
  const auto refused = open_rocksdb(directory_.path(), settings);
  ASSERT_FALSE(refused);
  if (GetParam() & FailingFiles::no_space) {
    EXPECT_NE(refused.error().text.find("is full. Make room"), std::string::npos) << refused.error().text;
  }
}

TEST_P(FailingDisk, WhatCannotBeReadIsAnError) {
  const KeyValueStore ours = plane_->key_value(montague, "vcard");
  const MapStore rosters = plane_->map(montague, "roster");
  ours.store("a", std::string(100'000, 'x'));  // each in a block of its own, which the opening does not read
  ours.store("romeo", std::string(100'000, 'x'));
  await_commit(rosters.store(romeo, nurse, std::string(100'000, 'y')));
  plane_.reset();
  open();  // makes a table of them
  plane_.reset();
  open();
  files_->fail(FailingFiles::reads, ".sst");
  EXPECT_FALSE(testing::run(home_, plane_->key_value(montague, "vcard").load(home_, "romeo")));
  EXPECT_FALSE(testing::run(home_, plane_->map(montague, "roster").load(home_, romeo)));
  EXPECT_FALSE(testing::run(home_, plane_->map(montague, "roster").keys(home_)));
  EXPECT_FALSE(testing::run(home_, plane_->map(montague, "roster").count(home_, romeo)));
  files_->recover();
  const auto read = testing::run(home_, plane_->map(montague, "roster").load(home_, romeo));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Faults, FailingDisk,
                         ::testing::Values(FailingFiles::writes, FailingFiles::half_writes, FailingFiles::syncs,
                                           FailingFiles::writes | FailingFiles::no_space,
                                           FailingFiles::half_writes | FailingFiles::no_space));

}  // namespace
}  // namespace teahouse::store::failing_disk_test
