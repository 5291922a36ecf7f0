#include "store/disk_health.h"

#include <gtest/gtest.h>

namespace teahouse::store::disk_health_test {
namespace {

TEST(DiskHealth, TakesEverythingWhileItIsWell) {
  const DiskHealth health;
  EXPECT_TRUE(health.check_addition());
  EXPECT_TRUE(health.check_removal());
  EXPECT_FALSE(health.is_failing());
}

TEST(DiskHealth, LetsThingsBeRemovedWhileLittleRoomIsLeft) {
  DiskHealth health;
  health.raise(DiskHealth::little_space);
  ASSERT_FALSE(health.check_addition());
  EXPECT_EQ(health.check_addition().error().kind, ErrorKind::storage_full);
  EXPECT_TRUE(health.check_removal());
  EXPECT_FALSE(health.is_failing());
  health.clear(DiskHealth::little_space);
  EXPECT_TRUE(health.check_addition());
}

TEST(DiskHealth, TakesNothingWhileTheDataPlaneWaits) {
  DiskHealth health;
  health.raise(DiskHealth::data_waits);
  ASSERT_FALSE(health.check_addition());
  EXPECT_EQ(health.check_addition().error().kind, ErrorKind::storage_failing);
  EXPECT_FALSE(health.check_removal());
  EXPECT_TRUE(health.is_failing());
  health.raise(DiskHealth::data_is_full);
  EXPECT_EQ(health.check_removal().error().kind, ErrorKind::storage_full);
  health.clear(DiskHealth::data_waits | DiskHealth::data_is_full);
  EXPECT_TRUE(health.check_removal());
}

TEST(DiskHealth, LeavesWhatFailsInTheControlPlaneToItsCallers) {
  DiskHealth health;
  health.raise(DiskHealth::control_fails);
  EXPECT_TRUE(health.check_addition());
  EXPECT_TRUE(health.is_failing());
}

}  // namespace
}  // namespace teahouse::store::disk_health_test
