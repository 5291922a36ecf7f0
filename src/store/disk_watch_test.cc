#include "store/disk_watch.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/testing/temp_directory.h"

namespace teahouse::store::disk_watch_test {
namespace {

constexpr uint64_t mib = 1 << 20;

class DiskWatchTest : public ::testing::Test {
 protected:
  void look_at(uint64_t free_bytes) {
    room_.free = free_bytes;
    watch_.look_and_keep();
  }
  bool takes_more() const { return health_.check_addition().has_value(); }
  bool has_file() const { return std::filesystem::exists(directory_.path() + "/reserve"); }

  testing::TempDirectory directory_;
  DiskHealth health_;
  DiskWatch::Space room_{0, 16'000 * mib};
  DiskWatch watch_{directory_.path(), 256 * mib, health_, [this] { return std::optional(room_); }};
};

TEST_F(DiskWatchTest, TakesNothingNewBelowTheReserveUntilThereIsMoreThanThat) {
  look_at(256 * mib);
  EXPECT_TRUE(takes_more());
  look_at(256 * mib - 1);
  EXPECT_FALSE(takes_more());
  EXPECT_TRUE(health_.check_removal());
  EXPECT_FALSE(health_.is_failing());
  look_at(256 * mib);
  EXPECT_FALSE(takes_more());
  look_at(288 * mib);
  EXPECT_TRUE(takes_more());
}

TEST_F(DiskWatchTest, KeepsASixteenthOfASmallDisk) {
  room_.size = 160 * mib;
  look_at(10 * mib);
  EXPECT_TRUE(takes_more());
  look_at(10 * mib - 1);
  EXPECT_FALSE(takes_more());
}

TEST_F(DiskWatchTest, GivesItsFileUpOnAFullDisk) {
  look_at(1000 * mib);
  ASSERT_TRUE(has_file());
  EXPECT_EQ(std::filesystem::file_size(directory_.path() + "/reserve"), 16 * mib);
  EXPECT_FALSE(watch_.is_tight());
  look_at(20 * mib);
  EXPECT_TRUE(has_file());
  EXPECT_TRUE(watch_.is_tight());
  look_at(mib);
  EXPECT_FALSE(has_file());
  look_at(280 * mib);
  EXPECT_FALSE(has_file());
  look_at(288 * mib);
  EXPECT_TRUE(has_file());
}

TEST_F(DiskWatchTest, WatchesNothingWithoutAReserve) {
  DiskWatch off(directory_.path(), 0, health_, [] { return std::optional(DiskWatch::Space{0, 1}); });
  off.look_and_keep();
  EXPECT_TRUE(takes_more());
  EXPECT_FALSE(has_file());
}

}  // namespace
}  // namespace teahouse::store::disk_watch_test
