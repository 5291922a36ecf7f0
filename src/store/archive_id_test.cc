#include <gtest/gtest.h>

#include "store/archive_id.h"

namespace teahouse::store::archive_id_test {
namespace {

TEST(ArchiveId, PrintsAndParses) {
  for (int64_t time : {int64_t{0}, int64_t{1'700'000'000'000}, id_ms_end - 1}) {
    const ArchiveId id = first_id_at(time);
    EXPECT_EQ(parse_archive_id(to_string(id)), id);
    EXPECT_EQ(to_string(id).size(), 16u);
  }
  for (const char* text : {"", "0", "0000000000000000", "00000000000000001", "000000000000000g", "000000000000000A",
                           "-000000000000001", " 000000000000001"}) {
    EXPECT_FALSE(parse_archive_id(text)) << text;
  }
}

TEST(ArchiveId, FirstOfAMillisecondIsItsLeast) {
  EXPECT_EQ(time_ms(first_id_at(5'000)), 5'000);
  EXPECT_NE(first_id_at(-1), ArchiveId::none);
}

}  // namespace
}  // namespace teahouse::store::archive_id_test
