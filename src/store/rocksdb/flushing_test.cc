// A disk on which no tables can be made for a while, though the log can be written: all that needs tables goes on by
// itself.
#include "store/rocksdb/flushing.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "store/rocksdb/chores.h"
#include "store/testing/failing_files.h"
#include "store/testing/plane_test.h"

namespace teahouse::store::flushing_test {
namespace {

using testing::FailingFiles;

// Two texts that have no four bytes in common with others, so that they stand as they are in what is compressed.
const std::string ours = "parting is such sweet sorrow", theirs = "a plague o' both your houses";

class WithoutTables : public ::testing::TestWithParam<unsigned> {
 protected:
  WithoutTables() {
    open();
    fill();
    // Only now: a scrub that is done twice, as it may be, compacts later ones.
    EXPECT_GT(count_files_with(ours), 0U);
  }
  void open() {
    plane_.reset();
    RocksdbSettings settings;
    settings.files = files_;
    settings.silent_ms = 1;
    settings.calm_bytes_per_s = 0;
    plane_ = open_plane(Engine::rocksdb, directory_.path(), settings);
  }
  void fill() {
    for (int number = 1; number <= 50; ++number) {
      plane_->archive(montague, "archive").append(romeo, make_row(number, nurse, ours));
      plane_->archive(capulet, "archive").append(juliet, make_row(number, nurse, theirs));
    }
    EXPECT_TRUE(flush_rocksdb(*plane_));
  }
  // Makes of tables fail, but for the first few; nothing else does, so that no write of the log finds out.
  void fail_tables(unsigned spared = 0) { files_->fail(GetParam() | FailingFiles::makes, ".sst", spared); }
  // As each minute, until it has done what there is to do.
  void retry_chores() {
    do plane_->retry_chores();
    while (!finish_chores(*plane_));
  }
  void write_until_committed() {
    while (!testing::run(home_, plane_->wait(home_, plane_->appended()))) continue;
  }
  void fail_a_flush() {
    fail_tables();
    plane_->archive(capulet, "archive").append(juliet, make_row(51, nurse, theirs));
    EXPECT_FALSE(flush_rocksdb(*plane_));
  }
  size_t count_files_with(const std::string& bytes) {
    size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      std::ostringstream content;
      content << std::ifstream(file.path(), std::ios::binary).rdbuf();
      count += content.str().find(bytes) != std::string::npos;
    }
    return count;
  }
  void expect_scrubbed() {
    EXPECT_EQ(count_files_with(ours), 0U);
    const auto page = testing::run(home_, plane_->archive(capulet, "archive").page(home_, juliet, {}));
    ASSERT_TRUE(page);
    EXPECT_GE(page->count, 50U);
    size_t notes = 0;
    EXPECT_TRUE(for_each_key(*plane_, [&](std::string_view key, std::string_view) {
      notes += key.starts_with(rocks::scrub_chore_key(montague));
    }));
    EXPECT_EQ(notes, 0U);
  }
  void remove_montague() { EXPECT_TRUE(testing::run(home_, plane_->remove_tenant(home_, montague))); }

  testing::TempDirectory directory_;
  testing::QueueExecutor home_;
  std::shared_ptr<FailingFiles> files_ = std::make_shared<FailingFiles>();
  std::unique_ptr<DataPlane> plane_;
};

TEST_P(WithoutTables, ATenantsBytesGoOnceThereAreSome) {
  for (unsigned spared = 0; spared < 3; ++spared) {  // the flush has its table, and then one more
    fail_tables(spared);
    remove_montague();
    const bool is_done = finish_chores(*plane_).has_value();
    files_->recover();
    retry_chores();
    expect_scrubbed();
    if (is_done) break;  // so many tables it needs
    fill();
  }
}

TEST_P(WithoutTables, ATenantsBytesGoHoweverOftenItIsTried) {
  fail_tables();
  remove_montague();
  for (int tries = 0; tries < 5; ++tries) {
    plane_->retry_chores();
    EXPECT_FALSE(finish_chores(*plane_));
  }
  files_->recover();
  retry_chores();
  expect_scrubbed();
}

TEST_P(WithoutTables, CopiesAreMadeOnceThereAreSome) {
  testing::TempDirectory copies;
  fail_a_flush();
  EXPECT_FALSE(copy_rocksdb(*plane_, copies.path() + "/one"));
  files_->recover();
  Result<void> copied = copy_rocksdb(*plane_, copies.path() + "/two");
  while (!copied) copied = copy_rocksdb(*plane_, copies.path() + "/two");
  EXPECT_TRUE(flush_rocksdb(*plane_));
  plane_.reset();
  EXPECT_TRUE(open_rocksdb(copies.path() + "/two"));
}

// The second memtable is full before the first one's flush has failed.
TEST_P(WithoutTables, WritesGoOnThoughTwoFlushesHaveFailed) {
  const KeyValueStore large = plane_->key_value(montague, "large");
  const std::string value(4 << 20, 'x');
  int stored = 0;
  const auto store = [&] {
    large.store(std::to_string(stored++), value);
    return testing::run(home_, plane_->wait(home_, plane_->appended())).has_value();
  };
  const auto store_some = [&](int values) {
    for (int i = 0; i < values; ++i) EXPECT_TRUE(store());
  };
  files_->hold(".sst");
  store_some(10);
  files_->await_held();
  store_some(8);
  fail_tables();
  files_->release();
  while (store()) continue;  // the memtables have no more room; from now on it is tried again by itself
  files_->await_failures(3);
  files_->recover();
  write_until_committed();
  plane_.reset();
  open();
  for (int number = 0; number < stored; ++number) {
    const auto loaded = testing::run(home_, plane_->key_value(montague, "large").load(home_, std::to_string(number)));
    ASSERT_TRUE(loaded && *loaded) << number << " of " << stored;
  }
}

// RocksDB does not wait for its flushes any more, once it was resumed after that.
TEST_P(WithoutTables, ATenantsBytesGoThoughAManifestCouldNotBeWritten) {
  files_->fail(FailingFiles::syncs, "MANIFEST", 1);  // the flush's can be
  remove_montague();
  EXPECT_FALSE(finish_chores(*plane_));
  files_->recover();
  retry_chores();
  expect_scrubbed();
  fill();
  files_->hold(".sst");
  remove_montague();
  files_->await_held();
  std::thread scrubbing([this] { EXPECT_TRUE(finish_chores(*plane_)); });
  testing::run(home_, plane_->key_value(montague, "none").load(home_, "nothing"));
  files_->release();
  scrubbing.join();
  expect_scrubbed();
}

INSTANTIATE_TEST_SUITE_P(Faults, WithoutTables,
                         ::testing::Values(FailingFiles::syncs, FailingFiles::writes | FailingFiles::no_space));

}  // namespace
}  // namespace teahouse::store::flushing_test
