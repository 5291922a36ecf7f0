#include <gtest/gtest.h>

#include "store/data_plane.h"

namespace teahouse::store {
namespace {

TEST(ArchiveId, GrowsWhateverTheClockDoes) {
  ArchiveIdMaker maker(3);
  ArchiveId last = ArchiveId::none;
  const int64_t times[] = {0, -7, 1'000, 1'000, 1'001, 500, 1'002};
  for (int64_t time : times) {
    for (int i = 0; i < 10'000; ++i) {  // more than a millisecond has
      const ArchiveId id = maker.make(time);
      ASSERT_GT(id, last);
      last = id;
    }
  }
  EXPECT_EQ(time_ms(maker.make(1'700'000'000'123)), 1'700'000'000'123);
}

TEST(ArchiveId, OfTwoLoopsNeverMeet) {
  ArchiveIdMaker first(0), second(255);
  for (int i = 0; i < 10'000; ++i) EXPECT_NE(first.make(1'000), second.make(1'000));
}

TEST(ArchiveId, PrintsAndParses) {
  ArchiveIdMaker maker(1);
  for (int64_t time : {int64_t{0}, int64_t{1'700'000'000'000}, (int64_t{1} << 44) - 1}) {
    const ArchiveId id = maker.make(time);
    EXPECT_EQ(parse_archive_id(to_string(id)), id);
    EXPECT_EQ(to_string(id).size(), 16u);
  }
  for (const char* text : {"", "0", "0000000000000000", "00000000000000001", "000000000000000g", "000000000000000A",
                           "-000000000000001", " 000000000000001"}) {
    EXPECT_FALSE(parse_archive_id(text)) << text;
  }
}

TEST(ArchiveId, FirstOfAMillisecondIsItsLeast) {
  ArchiveIdMaker maker(0);
  EXPECT_EQ(maker.make(5'000), first_id_at(5'000));
  EXPECT_EQ(time_ms(first_id_at(5'000)), 5'000);
  EXPECT_NE(first_id_at(-1), ArchiveId::none);
}

}  // namespace
}  // namespace teahouse::store
