#include "store/arrival_order.h"

#include <gtest/gtest.h>

#include "store/testing/plane_test.h"

namespace teahouse::store::arrival_order_test {
namespace {

class ArrivalOrderTest : public PlaneTest {
 protected:
  // Something comes at this time after noon, by the clock.
  ArchiveId come(ArchiveIdMaker& maker, int64_t ms, const std::string& text) {
    const Arrival arrival = maker.make(noon_ms + ms);
    archive().append(romeo, {arrival.id, juliet, text, arrival.at_ms});
    return arrival.id;
  }
  ArchiveStore archive() { return plane_->archive(montague, "archive"); }
  std::string texts(const ArchiveQuery& query) {
    std::string found;
    for (const ArchiveRow& row : get(archive().page(home_, romeo, query)).rows) found += row.bytes + " ";
    return found;
  }
};
TEAHOUSE_FOR_EACH_ENGINE(ArrivalOrderTest);

TEST_P(ArrivalOrderTest, IdsGrowWhateverTheClockDoes) {
  ArchiveIdMaker maker(plane_->arrivals(), 3);
  ArchiveId last = ArchiveId::none;
  const int64_t times[] = {0, -7, 1'000, 1'000, 1'001, 500, 1'002, INT64_MAX, INT64_MIN, 1'003};
  for (int64_t time : times) {
    for (int i = 0; i < 10'000; ++i) {  // more than a millisecond has
      const ArchiveId id = maker.make(time).id;
      ASSERT_GT(id, last);
      last = id;
    }
  }
}

TEST_P(ArrivalOrderTest, IdsTellTheTimeOfAClockThatGoesRight) {
  ArchiveIdMaker maker(plane_->arrivals(), 3);
  const Arrival arrival = maker.make(noon_ms);
  EXPECT_EQ(time_ms(arrival.id), noon_ms);
  EXPECT_EQ(arrival.at_ms, noon_ms);
  EXPECT_EQ(plane_->arrivals().latest_ms(noon_ms), noon_ms);
}

TEST_P(ArrivalOrderTest, IdsOfTwoLoopsNeverMeet) {
  ArchiveIdMaker first(plane_->arrivals(), 0), second(plane_->arrivals(), 255);
  for (int i = 0; i < 10'000; ++i) EXPECT_NE(first.make(1'000).id, second.make(1'000).id);
}

TEST_P(ArrivalOrderTest, RowsShowTheClocksTimeAndKeepTheOrderOfArrival) {
  ArchiveIdMaker maker(plane_->arrivals(), 0);
  come(maker, day_ms, "ahead");
  come(maker, 0, "right");
  come(maker, 1'000, "later");
  const ArchivePage page = get(archive().page(home_, romeo, {}));
  ASSERT_EQ(page.rows.size(), 3u);
  EXPECT_EQ(texts({}), "ahead right later ");
  EXPECT_EQ(page.rows[0].at_ms, noon_ms + day_ms);
  EXPECT_EQ(page.rows[1].at_ms, noon_ms);
  EXPECT_EQ(page.rows[2].at_ms, noon_ms + 1'000);
  EXPECT_EQ(get(archive().find(home_, romeo, page.rows[1].id))->at_ms, noon_ms);
  const auto ends = get(archive().ends(home_, romeo));
  EXPECT_EQ(ends->first.at_ms, noon_ms + day_ms);
  EXPECT_EQ(ends->last.at_ms, noon_ms + 1'000);
}

TEST_P(ArrivalOrderTest, QueriesByTimeGoByTheClocksTime) {
  ArchiveIdMaker maker(plane_->arrivals(), 0);
  come(maker, day_ms, "ahead");
  come(maker, 0, "right");
  come(maker, 1'000, "later");
  ArchiveQuery query;
  query.end_ms = noon_ms + 500;
  EXPECT_EQ(texts(query), "right ");
  query.start_ms = noon_ms + 1;
  query.end_ms = noon_ms + 2'000;
  EXPECT_EQ(texts(query), "later ");
  query.end_ms.reset();
  EXPECT_EQ(texts(query), "ahead later ");
  query.backwards = true;
  query.with = juliet;
  query.end_ms = noon_ms + 2'000;
  EXPECT_EQ(texts(query), "later ");
}

TEST_P(ArrivalOrderTest, TrimGoesByTheClocksTime) {
  ArchiveIdMaker maker(plane_->arrivals(), 0);
  come(maker, 30 * day_ms, "ahead");
  come(maker, 0, "old");
  come(maker, 1, "old");
  come(maker, 2 * day_ms, "new");
  come(maker, 3, "old");
  EXPECT_EQ(get(archive().trim(home_, noon_ms + day_ms)).rows, 3u);
  EXPECT_EQ(texts({}), "ahead new ");
  const uint64_t row = romeo.size() + 8 + juliet.size();
  EXPECT_EQ(get(plane_->count_bytes(home_, montague, "archive")), 2 * row + 8);
}

TEST_P(ArrivalOrderTest, ImportedRowsComeBeforeWhatFollows) {
  ArchiveIdMaker maker(plane_->arrivals(), 0);
  come(maker, day_ms, "ahead");
  come(maker, 0, "right");
  const std::vector<std::string> lines = export_of(montague);
  const auto other = make_memory_plane();
  ArchiveIdMaker others(other->arrivals(), 0);
  EXPECT_EQ(time_ms(others.make(noon_ms).id), noon_ms);
  done(other->import_tenant(home_, capulet, lines));
  const Arrival next = others.make(noon_ms + 1);
  EXPECT_GT(time_ms(next.id), noon_ms + day_ms);
  const ArchivePage page = get(other->archive(capulet, "archive").page(home_, romeo, {}));
  ASSERT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.rows[1].at_ms, noon_ms);
  EXPECT_EQ(page.rows[1].bytes, "right");
}

class ArrivalOrderOnDisk : public ArrivalOrderTest {};
INSTANTIATE_TEST_SUITE_P(Rocksdb, ArrivalOrderOnDisk, ::testing::Values(Engine::rocksdb));

TEST_P(ArrivalOrderOnDisk, HoldsOverARestartAndAnotherNumberOfLoops) {
  ArchiveId last = ArchiveId::none;
  int64_t clock_ms = day_ms;
  for (const unsigned loop : {3u, 0u, 1u}) {
    ArchiveIdMaker maker(plane_->arrivals(), loop);
    for (int i = 0; i < 3; ++i) {
      const ArchiveId id = come(maker, clock_ms, std::to_string(clock_ms));
      EXPECT_GT(id, last);
      last = id;
      clock_ms += 700;
    }
    clock_ms -= day_ms;
    plane_.reset();
    plane_ = open_plane(GetParam(), directory_.path());
  }
  ArchiveQuery query;
  query.end_ms = noon_ms + 10'000 - day_ms;
  EXPECT_EQ(get(archive().page(home_, romeo, query)).rows.size(), 3u);
  query.end_ms = noon_ms + 10'000;
  EXPECT_EQ(get(archive().page(home_, romeo, query)).rows.size(), 6u);
  query.start_ms = noon_ms;
  EXPECT_EQ(get(archive().page(home_, romeo, query)).rows.size(), 3u);
}

}  // namespace
}  // namespace teahouse::store::arrival_order_test
