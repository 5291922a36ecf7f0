#include "store/rocksdb/pace.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "store/rocksdb/options.h"
#include "store/rocksdb/patience.h"
#include "store/rocksdb/patient_files.h"
#include "store/testing/temp_directory.h"

namespace teahouse::store::rocks::pace_test {
namespace {

using std::chrono::microseconds;

constexpr size_t rate = 1 << 20, portion = Pace::portion_bytes;
constexpr microseconds rest_of_portion(portion * 1'000'000 / rate);

// A database whose threads write down how long they would rest.
class PaceTest : public ::testing::Test {
 protected:
  PaceTest() {
    rocksdb::Options options = make_options(env_.get());
    options.listeners = {pace_};
    options.disable_auto_compactions = true;
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory_.path() + "/data", &opened).ok());
    db_.reset(opened);
  }

  microseconds rested() {
    const std::lock_guard lock(mutex_);
    return rested_;
  }
  void put(const std::string& key, size_t bytes) { EXPECT_TRUE(db_->Put({}, key, random_bytes(bytes)).ok()); }
  static rocksdb::CompactionJobInfo compaction(rocksdb::CompactionReason reason) {
    rocksdb::CompactionJobInfo info;
    info.compaction_reason = reason;
    return info;
  }
  void begin_by_hand() {
    pace_->OnCompactionBegin(db_.get(), compaction(rocksdb::CompactionReason::kManualCompaction));
  }

  teahouse::testing::TempDirectory directory_;
  std::mutex mutex_;
  microseconds rested_{0};
  const std::shared_ptr<Pace> pace_ = std::make_shared<Pace>(rate, [this](microseconds rest) {
    const std::lock_guard lock(mutex_);
    rested_ += rest;
  });
  Patience patience_;
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(
      make_patient_files(rocksdb::FileSystem::Default(), directory_.path() + "/data", patience_));
  std::unique_ptr<rocksdb::DB> db_;
};

TEST_F(PaceTest, RestsInAFlushAndACompactionByHand) {
  put("romeo", rate);
  EXPECT_TRUE(db_->Flush({}).ok());
  const auto flushed = rested();
  EXPECT_GE(flushed, std::chrono::milliseconds(900));  // its second, but for a last portion
  put("romeo", rate);
  EXPECT_TRUE(db_->Flush({}).ok());
  rocksdb::CompactRangeOptions whole;
  whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  EXPECT_TRUE(db_->CompactRange(whole, nullptr, nullptr).ok());
  EXPECT_GE(rested() - 2 * flushed, std::chrono::milliseconds(2700));  // two seconds to read, one to write
}

TEST_F(PaceTest, RestsInNothingOfEveryDay) {
  pace_->OnCompactionBegin(db_.get(), compaction(rocksdb::CompactionReason::kLevelL0FilesNum));
  Pace::took(2 * portion);
  rocksdb::FlushJobInfo flush;
  flush.flush_reason = rocksdb::FlushReason::kWriteBufferFull;
  pace_->OnFlushBegin(db_.get(), flush);
  Pace::took(2 * portion);
  EXPECT_EQ(rested(), microseconds(0));
}

TEST_F(PaceTest, RestsOnTheThreadThatWorksAndUntilItHasDone) {
  begin_by_hand();
  Pace::took(portion - 1);
  std::thread([] { Pace::took(2 * portion); }).join();
  EXPECT_EQ(rested(), microseconds(0));
  Pace::took(1);
  EXPECT_EQ(rested(), rest_of_portion);
  pace_->OnCompactionCompleted(db_.get(), {});
  Pace::took(2 * portion);
  EXPECT_EQ(rested(), rest_of_portion);
}

TEST_F(PaceTest, DoesNotRestWhileMemtablesWaitForIt) {
  begin_by_hand();
  pace_->OnMemTableSealed({});
  Pace::took(portion);
  EXPECT_EQ(rested(), rest_of_portion);
  pace_->OnMemTableSealed({});
  Pace::took(portion);
  EXPECT_EQ(rested(), rest_of_portion);
  pace_->OnFlushCompleted(db_.get(), {});
  begin_by_hand();
  Pace::took(portion);
  EXPECT_EQ(rested(), 2 * rest_of_portion);
}

TEST_F(PaceTest, DoesNotRestWhileTablesPileUp) {
  for (int i = 0; i < 4; ++i) {
    put("nurse" + std::to_string(i), 10);
    EXPECT_TRUE(db_->Flush({}).ok());
  }
  begin_by_hand();
  Pace::took(portion);
  EXPECT_EQ(rested(), microseconds(0));
  EXPECT_TRUE(db_->CompactRange({}, nullptr, nullptr).ok());
  begin_by_hand();
  Pace::took(portion);
  EXPECT_EQ(rested(), rest_of_portion);
}

TEST_F(PaceTest, DoesNotRestAtTheEnd) {
  begin_by_hand();
  pace_->finish();
  Pace::took(portion);
  EXPECT_EQ(rested(), microseconds(0));
}

TEST(Pace, OfNoRateNeverRests) {
  const auto pace = std::make_shared<Pace>(0, [](microseconds) { FAIL(); });
  rocksdb::CompactionJobInfo info;
  info.compaction_reason = rocksdb::CompactionReason::kManualCompaction;
  pace->OnCompactionBegin(nullptr, info);
  Pace::took(10 * portion);
}

}  // namespace
}  // namespace teahouse::store::rocks::pace_test
