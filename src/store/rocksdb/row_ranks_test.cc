// Counts by remembered ranks are those of a walk over all rows: while rows come, and when some go.
#include "store/rocksdb/row_ranks.h"

#include <gtest/gtest.h>

#include "store/testing/plane_test.h"

namespace teahouse::store::row_ranks_test {
namespace {

using rocks::RowRanks;

TEST(RowRanks, ForgetsAnOwnerWhoseRowsGo) {
  RowRanks ranks;
  const uint32_t age = ranks.age("romeo");
  ranks.keep("romeo", "", age, {{1, 65}, false});
  ranks.keep("romeo", "juliet", age, {{2, 70}, false});
  ASSERT_TRUE(ranks.find("romeo", ""));
  EXPECT_EQ(ranks.find("romeo", "juliet")->marks, (std::vector<uint64_t>{2, 70}));
  EXPECT_FALSE(ranks.find("juliet", ""));
  EXPECT_FALSE(ranks.find("romeo", "nurse"));
  ranks.forget("romeo");
  EXPECT_FALSE(ranks.find("romeo", ""));
  EXPECT_FALSE(ranks.find("romeo", "juliet"));
}

TEST(RowRanks, KeepsNothingThatWasCountedBeforeARemoval) {
  RowRanks ranks;
  const uint32_t before = ranks.age("romeo");
  ranks.forget_all();
  ranks.keep("romeo", "", before, {{1, 65}, false});
  EXPECT_FALSE(ranks.find("romeo", ""));
}

// On every engine: the memory plane counts each time.
class CountTest : public PlaneTest {
 protected:
  static constexpr int64_t rows = 5 * static_cast<int64_t>(RowRanks::step) + 7;

  void SetUp() override {
    PlaneTest::SetUp();
    archive_ = plane_->archive(montague, "archive");
    for (int64_t i = 1; i <= rows; ++i) archive_.append(romeo, make_row(i * 1000, i % 3 ? juliet : nurse));
  }
  // The last page of five before a row, or of all.
  ArchivePage before(std::optional<int64_t> row, const std::optional<std::string>& with = {}) {
    ArchiveQuery query;
    query.rows_max = 5;
    query.backwards = true;
    query.with = with;
    if (row) query.page_before = id_at(*row * 1000);
    return get(archive_.page(home_, romeo, query));
  }
  void expect(const ArchivePage& page, uint64_t count, uint64_t first_index) {
    EXPECT_TRUE(page.count_exact);
    EXPECT_EQ(page.count, count);
    EXPECT_EQ(page.first_index, first_index);
  }

  ArchiveStore archive_;
};
TEAHOUSE_FOR_EACH_ENGINE(CountTest);

TEST_P(CountTest, TellsThePlaceOfEachPage) {
  for (int round = 0; round < 2; ++round) {
    for (const int64_t row : {int64_t{7}, int64_t{64}, int64_t{65}, int64_t{66}, int64_t{70}, int64_t{130}, rows}) {
      expect(before(row), rows, static_cast<uint64_t>(row - 6));
    }
    expect(before({}), rows, rows - 5);
    expect(before({}, nurse), rows / 3, rows / 3 - 5);
    expect(before({}, juliet), rows - rows / 3, rows - rows / 3 - 5);
  }
}

TEST_P(CountTest, CountsWhatComesAfterIt) {
  expect(before({}), rows, rows - 5);
  for (int64_t i = rows + 1; i <= 2 * rows; ++i) archive_.append(romeo, make_row(i * 1000, juliet));
  expect(before({}), 2 * rows, 2 * rows - 5);
  expect(before(rows), 2 * rows, rows - 6);
  expect(before({}, nurse), rows / 3, rows / 3 - 5);
}

TEST_P(CountTest, CountsWhatIsLeftAfterRemovals) {
  expect(before({}), rows, rows - 5);
  archive_.remove(romeo, id_at(3000));
  archive_.remove(romeo, id_at(1000 * static_cast<int64_t>(RowRanks::step + 1)));  // a mark
  expect(before({}), rows - 2, rows - 7);
  expect(before({}, nurse), rows / 3 - 1, rows / 3 - 6);
  get(archive_.trim(home_, noon_ms + 100'000));
  expect(before({}), rows - 99, rows - 104);
  archive_.remove_all(romeo);
  EXPECT_EQ(before({}).count, 0U);
  archive_.append(romeo, make_row(rows * 3000, juliet));
  expect(before({}), 1, 0);
}

TEST_P(CountTest, EndsWhereThereAreMoreThanItCounts) {
  for (int64_t i = rows + 1; i <= static_cast<int64_t>(count_max) + 1; ++i) {
    archive_.append(romeo, make_row(i * 1000, juliet));
  }
  for (int round = 0; round < 2; ++round) {
    const ArchivePage page = before({});
    EXPECT_FALSE(page.count_exact);
    EXPECT_EQ(page.count, count_max);
    EXPECT_EQ(page.first_index, 0U);
  }
  expect(before({}, nurse), rows / 3, rows / 3 - 5);
  archive_.remove(romeo, id_at(1000));
  expect(before({}), count_max, count_max - 5);
}

TEST_P(CountTest, SaysWhichKnownIdHasNoRow) {
  ArchiveQuery query;
  query.known_ids = {id_at(1000), id_at(1001), id_at(1002)};
  const ArchivePage page = get(archive_.page(home_, romeo, query));
  EXPECT_EQ(page.missing, std::optional(id_at(1001)));
  EXPECT_TRUE(page.rows.empty());
  query.known_ids = {id_at(1000)};
  EXPECT_EQ(get(archive_.page(home_, romeo, query)).rows.size(), 50U);
  EXPECT_EQ(get(archive_.page(home_, juliet, query)).missing, std::optional(id_at(1000)));
}

}  // namespace
}  // namespace teahouse::store::row_ranks_test
