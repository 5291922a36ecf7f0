#include "store/rocksdb/log_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "store/testing/plane_test.h"

namespace teahouse::store::rocks::log_check_test {
namespace {

LogCheck check(std::string_view log) {
  LogCheck result;
  for (; !log.empty(); log.remove_prefix(std::min(log.size(), LogCheck::block_bytes))) {
    result.add_block(log.substr(0, LogCheck::block_bytes));
  }
  result.finish();
  return result;
}

// A log as RocksDB writes it: many small records, and some that are longer than a block.
class LogCheckTest : public PlaneTest {
 protected:
  void SetUp() override {
    PlaneTest::SetUp();
    for (int64_t i = 0; i < rows; ++i) {
      const std::string text(i % 10 == 9 ? 70'000 : 300, 'x');
      done(plane_->wait(home_, plane_->archive(montague, "archive").append(romeo, make_row(i, nurse, text))));
    }
    plane_.reset();
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      if (file.path().extension() != ".log") continue;
      std::ifstream in(file.path(), std::ios::binary);
      std::ostringstream content;
      content << in.rdbuf();
      log_ += content.str();
    }
    ASSERT_GT(log_.size(), 5 * LogCheck::block_bytes);
  }
  static constexpr int64_t rows = 100;
  std::string log_;
};
INSTANTIATE_TEST_SUITE_P(Rocksdb, LogCheckTest, ::testing::Values(Engine::rocksdb));

TEST_P(LogCheckTest, AWholeLogIsWhole) {
  const LogCheck whole = check(log_);
  EXPECT_FALSE(whole.is_broken());
  EXPECT_GT(whole.whole_records(), static_cast<uint64_t>(rows));
  EXPECT_GE(whole.last_sequence(), whole.whole_records());
  EXPECT_EQ(whole.bytes(), log_.size());
  EXPECT_FALSE(check({}).is_broken());
}

TEST_P(LogCheckTest, WhereverItIsCutOffNothingStandsBehind) {
  const uint64_t all = check(log_).whole_records();
  uint64_t before = 0;
  for (size_t size = 1; size < log_.size(); size += 997) {
    const LogCheck cut = check(std::string_view(log_).substr(0, size));
    EXPECT_EQ(cut.records_behind(), 0U) << size;
    EXPECT_GE(cut.whole_records(), before) << size;
    EXPECT_LE(cut.broken_at(), size);
    before = cut.whole_records();
  }
  EXPECT_LT(before, all + 1);
}

TEST_P(LogCheckTest, ATailOfZerosOrRubbishIsATail) {
  const size_t cut = log_.size() - 100;
  for (const char filler : {'\0', 'r'}) {
    std::string log = log_.substr(0, cut) + std::string(100'000, filler);
    const LogCheck torn = check(log);
    EXPECT_EQ(torn.records_behind(), 0U);
    EXPECT_EQ(torn.whole_records() + 1, check(log_).whole_records());
    EXPECT_TRUE(torn.is_broken());
  }
  EXPECT_FALSE(check(log_ + std::string(100'000, '\0')).is_broken());
}

// The records behind a damaged place are those that RocksDB itself could still read.
TEST_P(LogCheckTest, ADamagedPlaceHasWholeRecordsBehind) {
  const LogCheck whole = check(log_);
  for (const size_t at : {size_t{10}, log_.size() / 3, log_.size() / 2}) {
    for (const size_t size : {size_t{1}, size_t{100}, size_t{40'000}}) {
      for (const bool zeros : {false, true}) {
        std::string log = log_;
        if (zeros && size == 1) continue;  // it may be one already
        for (size_t i = at; i < at + size; ++i) log[i] = static_cast<char>(zeros ? 0 : ~log[i]);
        const LogCheck damaged = check(log);
        ASSERT_TRUE(damaged.is_broken()) << at << " " << size;
        EXPECT_LE(damaged.broken_at(), at + size);
        EXPECT_GT(damaged.records_behind(), 0U);
        EXPECT_LT(damaged.whole_records() + damaged.records_behind(), whole.whole_records());
        EXPECT_EQ(damaged.last_sequence(), whole.last_sequence());
      }
    }
  }
}

}  // namespace
}  // namespace teahouse::store::rocks::log_check_test
