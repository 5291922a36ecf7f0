// The duties of every engine, part two: ArchiveQuery.
#include <gtest/gtest.h>

#include "store/testing/plane_test.h"

namespace teahouse::store::archive_page_test {
namespace {

// Romeo's archive: rows at 10, 20 ... 100 minutes after noon, odd tens with Juliet, even tens with the nurse.
class ArchivePageTest : public PlaneTest {
 protected:
  static constexpr int64_t minute_ms = 60'000;

  void SetUp() override {
    PlaneTest::SetUp();
    archive_ = plane_->archive(montague, "archive");
    for (int64_t i = 1; i <= 10; ++i) {
      archive_.append(romeo, make_row(i * 10 * minute_ms, i % 2 ? juliet : nurse));
      archive_.append(nurse, make_row(i * 10 * minute_ms, juliet, "nurse's"));
      plane_->archive(capulet, "archive").append(romeo, make_row(i * 10 * minute_ms + 1, juliet, "another Romeo's"));
    }
  }
  static ArchiveId at(int64_t minutes) { return id_at(minutes * minute_ms); }
  ArchivePage page(const ArchiveQuery& query) {
    ArchivePage result = get(archive_.page(home_, romeo, query));
    for (const ArchiveRow& row : result.rows) EXPECT_EQ(row.bytes.find("'s"), std::string::npos);
    return result;
  }
  // Minutes of the rows, then what the page says of itself.
  void expect(const ArchiveQuery& query, const Times& minutes, bool complete, uint64_t count, uint64_t first_index) {
    const ArchivePage result = page(query);
    Times found = times(result);
    for (int64_t& time : found) time /= minute_ms;
    EXPECT_EQ(found, minutes);
    EXPECT_EQ(result.complete, complete);
    EXPECT_EQ(result.count, count);
    EXPECT_TRUE(result.count_exact);
    EXPECT_EQ(result.first_index, first_index);
  }

  ArchiveStore archive_;
};
TEAHOUSE_FOR_EACH_ENGINE(ArchivePageTest);

TEST_P(ArchivePageTest, PagesForwards) {
  ArchiveQuery query;
  query.rows_max = 4;
  expect(query, {10, 20, 30, 40}, false, 10, 0);
  query.page_after = at(40);
  expect(query, {50, 60, 70, 80}, false, 10, 4);
  query.page_after = at(80);
  expect(query, {90, 100}, true, 10, 8);
  query.page_after = at(100);
  expect(query, {}, true, 10, 0);
}

TEST_P(ArchivePageTest, PagesBackwardsOldestFirst) {
  ArchiveQuery query;
  query.rows_max = 4;
  query.backwards = true;
  expect(query, {70, 80, 90, 100}, false, 10, 6);
  query.page_before = at(70);
  expect(query, {30, 40, 50, 60}, false, 10, 2);
  query.page_before = at(30);
  expect(query, {10, 20}, true, 10, 0);
  query.page_before = at(10);
  expect(query, {}, true, 10, 0);
}

TEST_P(ArchivePageTest, PagesAndCountsWhatMatches) {
  ArchiveQuery query;
  query.with = juliet;
  query.matches = [&](std::string_view bytes) {
    return bytes == make_row(30 * minute_ms, juliet).bytes || bytes == make_row(70 * minute_ms, juliet).bytes;
  };
  query.rows_max = 1;
  expect(query, {30}, false, 2, 0);
  query.page_after = at(30);
  expect(query, {70}, true, 2, 1);
  query.page_after.reset();
  query.backwards = true;
  expect(query, {70}, false, 2, 1);
  query.ids = {at(10), at(70)};
  expect(query, {70}, true, 1, 0);
  query.with = nurse;
  expect(query, {}, true, 0, 0);
}

TEST_P(ArchivePageTest, LongRowsMakeShortPages) {
  ArchiveQuery query;
  const size_t row_bytes = make_row(20 * minute_ms, juliet).bytes.size();  // of the last nine; the first is shorter
  query.bytes_enough = 1;
  expect(query, {10}, false, 10, 0);
  query.bytes_enough = 2 * row_bytes;
  expect(query, {10, 20, 30}, false, 10, 0);
  query.page_after = at(80);
  expect(query, {90, 100}, true, 10, 8);
  query.page_after.reset();
  query.backwards = true;
  expect(query, {90, 100}, false, 10, 8);
  query.ids = {at(20), at(50), at(60)};
  expect(query, {50, 60}, false, 3, 1);
  query.backwards = false;
  query.bytes_enough = 1;
  expect(query, {20}, false, 3, 0);
  query.bytes_enough = 3 * row_bytes;
  expect(query, {20, 50, 60}, true, 3, 0);
}

TEST_P(ArchivePageTest, APageThatHoldsAllExactlyIsComplete) {
  ArchiveQuery query;
  query.rows_max = 10;
  expect(query, {10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, true, 10, 0);
  query.backwards = true;
  expect(query, {10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, true, 10, 0);
  query.rows_max = 0;
  expect(query, {}, false, 10, 0);
}

TEST_P(ArchivePageTest, AnUnknownIdIsAPlaceBetweenItsNeighbours) {
  ArchiveQuery query;
  query.rows_max = 2;
  query.page_after = at(35);
  expect(query, {40, 50}, false, 10, 3);
  query.page_after.reset();
  query.page_before = at(35);
  query.backwards = true;
  expect(query, {20, 30}, false, 10, 1);
  query.backwards = false;
  query.page_after = at(15);
  expect(query, {20, 30}, true, 10, 1);
  query.page_before = at(1);
  query.page_after.reset();
  expect(query, {}, true, 10, 0);
}

TEST_P(ArchivePageTest, TimesAreInclusiveAndIdsExclusive) {
  ArchiveQuery query;
  query.start_ms = noon_ms + 20 * minute_ms;
  query.end_ms = noon_ms + 50 * minute_ms;
  expect(query, {20, 30, 40, 50}, true, 4, 0);
  query.after_id = at(20);
  query.before_id = at(50);
  expect(query, {30, 40}, true, 2, 0);
  query.rows_max = 1;
  query.page_after = at(30);
  expect(query, {40}, true, 2, 1);
  query.end_ms = noon_ms + 50 * minute_ms - 1;
  query.start_ms = noon_ms + 40 * minute_ms + 1;
  expect(query, {}, true, 0, 0);
  ArchiveQuery odd;
  odd.start_ms = -5;
  odd.end_ms = std::numeric_limits<int64_t>::max();
  odd.after_id = ArchiveId::none;
  odd.before_id = ArchiveId(UINT64_MAX);
  EXPECT_EQ(page(odd).count, 10u);
  odd.end_ms = -1;
  EXPECT_EQ(page(odd).count, 0u);
  odd.end_ms.reset();
  odd.start_ms = noon_ms + 100 * minute_ms;
  EXPECT_EQ(page(odd).count, 1u);
  odd.start_ms = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(page(odd).count, 0u);
  odd.after_id = ArchiveId(UINT64_MAX);
  EXPECT_EQ(page(odd).count, 0u);
}

TEST_P(ArchivePageTest, WithFindsOneOtherSide) {
  ArchiveQuery query;
  query.with = juliet;
  query.rows_max = 2;
  expect(query, {10, 30}, false, 5, 0);
  query.page_after = at(30);
  expect(query, {50, 70}, false, 5, 2);
  query.page_after.reset();
  query.backwards = true;
  expect(query, {70, 90}, false, 5, 3);
  query.page_before = at(70);
  expect(query, {30, 50}, false, 5, 1);
  query.start_ms = noon_ms + 50 * minute_ms;
  expect(query, {50}, true, 3, 0);
  query.with = "benvolio@montague.example";
  expect(query, {}, true, 0, 0);
  query.with = "";
  expect(query, {}, true, 0, 0);
}

TEST_P(ArchivePageTest, IdsFindTheseOnly) {
  ArchiveQuery query;
  query.ids = {at(70), at(20), at(35), at(20), at(100)};
  expect(query, {20, 70, 100}, true, 3, 0);
  query.with = nurse;
  expect(query, {20, 100}, true, 2, 0);
  query.with.reset();
  query.rows_max = 1;
  expect(query, {20}, false, 3, 0);
  query.page_after = at(20);
  expect(query, {70}, false, 3, 1);
  query.page_after.reset();
  query.backwards = true;
  expect(query, {100}, false, 3, 2);
  query.before_id = at(100);
  expect(query, {70}, false, 2, 1);
  query.ids = {at(35)};
  expect(query, {}, true, 0, 0);
}

TEST_P(ArchivePageTest, CountsToTenThousand) {
  for (int64_t i = 1; i <= 10'000; ++i) archive_.append(juliet, make_row(i, i <= 5 ? nurse : romeo, "x"));
  ArchiveQuery query;
  query.backwards = true;
  query.rows_max = 3;
  ArchivePage result = get(archive_.page(home_, juliet, query));
  EXPECT_EQ(result.count, 10'000u);
  EXPECT_TRUE(result.count_exact);
  EXPECT_EQ(result.first_index, 9'997u);
  archive_.append(juliet, make_row(10'001, romeo, "x"));
  result = get(archive_.page(home_, juliet, query));
  EXPECT_EQ(result.count, 10'000u);
  EXPECT_FALSE(result.count_exact);
  query.with = romeo;
  result = get(archive_.page(home_, juliet, query));
  EXPECT_EQ(result.count, 9'996u);
  EXPECT_TRUE(result.count_exact);
  query.counted = false;
  result = get(archive_.page(home_, juliet, query));
  EXPECT_EQ(result.count, 0u);
  EXPECT_FALSE(result.count_exact);
  EXPECT_EQ(result.rows.size(), 3u);
}

}  // namespace
}  // namespace teahouse::store::archive_page_test
