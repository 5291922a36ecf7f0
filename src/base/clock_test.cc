#include "base/clock.h"

#include <gtest/gtest.h>

namespace teahouse::clock_test {
namespace {

TEST(FormatTime, WritesDaysAsTheyAre) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(951'782'399'999), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(format_time(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(format_time(1'769'903'999'123), "2026-01-31T23:59:59.123Z");
  EXPECT_EQ(format_time(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(FormatTime, WritesWhatWasBefore1970) {
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(-62'135'596'800'000), "0001-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace teahouse::clock_test
