#include "tenant/usage_rollups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/memory/memory_plane.h"
#include "store/testing/temp_directory.h"
#include "tenant/testing/tenant_world.h"

namespace teahouse::usage_rollups_test {
namespace {

using ::testing::ElementsAre;
using testing::TenantWorld;

constexpr int64_t hour_ms = UsageRollups::hour_ms, day_ms = 24 * hour_ms;
constexpr int64_t noon_ms = 1'764'504'000'000;  // 2025-11-30T12:00:00Z
constexpr size_t messages = usage_sums_begin, bytes_out = usage_sums_begin + 2;

class UsageTest : public ::testing::Test {
 protected:
  UsageTest() {
    world_.clock.set_wall_ms(noon_ms - 10 * day_ms);
    shop_ = world_.make_tenant("shop", "shop.example");
    forum_ = world_.make_tenant("forum", "forum.example");
    world_.clock.set_wall_ms(noon_ms);
    start();
  }
  // The memory of the last run is lost, as by a kill.
  void start() {
    rollups_.reset();
    for (const TenantPtr& tenant : {shop_, forum_}) std::construct_at(&tenant->meter->usage);
    file_ = std::move(UsageFile::open(path()).value());
    rollups_.emplace(*world_.control, data_, world_.clock, world_.tenants, *file_);
    ASSERT_TRUE(rollups_->load({shop_, forum_}));
  }
  std::string path() const { return folder_.path() + "/usage.map"; }
  void roll() { ASSERT_TRUE(world_.wait(UsageRollups::roll(*rollups_, world_.home))); }
  void hours_pass(int64_t hours) {
    world_.clock.advance_ms(hours * hour_ms);
    roll();
  }
  void say(const TenantPtr& tenant, int64_t units) { tenant->meter->usage.add(Used::messages, units); }
  std::vector<UsagePeriod> read(const TenantPtr& tenant, UsageBy by, int64_t from_ms, int64_t to_ms) {
    const int64_t span = by == UsageBy::hour ? hour_ms : day_ms;
    return world_
        .wait(UsageRollups::read(*rollups_, world_.home, tenant, by, from_ms / span, (to_ms + span - 1) / span))
        .value();
  }
  std::vector<int64_t> column(size_t place, const TenantPtr& tenant, UsageBy by, int64_t from_ms, int64_t to_ms) {
    std::vector<int64_t> values;
    for (const UsagePeriod& period : read(tenant, by, from_ms, to_ms)) values.push_back(period.values[place]);
    return values;
  }
  std::vector<int64_t> said(const TenantPtr& tenant, int64_t hours) {
    return column(messages, tenant, UsageBy::hour, noon_ms, noon_ms + hours * hour_ms);
  }
  int64_t rows(const std::string& table) {
    return store::as_int(world_.control->execute_now({"SELECT COUNT(*) FROM " + table, {}})->rows[0][0]);
  }

  TenantWorld world_;
  store::MemoryPlane data_;
  ::teahouse::testing::TempDirectory folder_;
  std::unique_ptr<UsageFile> file_;
  std::optional<UsageRollups> rollups_;
  TenantPtr shop_, forum_;
};

TEST_F(UsageTest, ALineForEachHourOfThoseWhoDidSomething) {
  say(shop_, 3);
  shop_->meter->usage.add(Used::bytes_out, 500);
  EXPECT_THAT(said(shop_, 1), ElementsAre(3));
  EXPECT_EQ(rows("usage_hours"), 0);  // the hour goes on
  hours_pass(1);
  EXPECT_EQ(rows("usage_hours"), 1);  // the forum's has none
  say(shop_, 4);
  say(forum_, 1);
  hours_pass(3);
  say(shop_, 5);
  EXPECT_THAT(said(shop_, 5), ElementsAre(3, 4, 0, 0, 5));
  EXPECT_THAT(said(forum_, 5), ElementsAre(0, 1, 0, 0, 0));
  EXPECT_THAT(column(bytes_out, shop_, UsageBy::hour, noon_ms, noon_ms + 2 * hour_ms), ElementsAre(500, 0));
  EXPECT_THAT(column(messages, shop_, UsageBy::day, noon_ms, noon_ms + hour_ms), ElementsAre(12));
  EXPECT_EQ(rows("usage_hours"), 3);
  const auto hours = read(shop_, UsageBy::hour, noon_ms, noon_ms + 5 * hour_ms);
  EXPECT_TRUE(hours[3].is_over);
  EXPECT_FALSE(hours[4].is_over);
  EXPECT_FALSE(read(shop_, UsageBy::day, noon_ms, noon_ms)[0].is_over);
}

TEST_F(UsageTest, NothingIsLostOrCountedTwiceByAKill) {
  say(shop_, 3);
  start();
  EXPECT_THAT(said(shop_, 1), ElementsAre(3));
  say(shop_, 1);
  // The row is written and the server killed before the next hour has begun in the slot.
  ASSERT_TRUE(world_.wait(UsageRollups::store(*rollups_, world_.home)));
  say(shop_, 1);
  start();
  EXPECT_THAT(said(shop_, 1), ElementsAre(5));
  world_.clock.advance_ms(5 * hour_ms);  // it is down for hours
  start();
  roll();
  say(shop_, 2);
  start();
  EXPECT_THAT(said(shop_, 6), ElementsAre(5, 0, 0, 0, 0, 2));
  // The slots' hours have begun, and the file's has not.
  hours_pass(1);
  say(shop_, 9);
  file_->set_hour(file_->hour() - 1);
  start();
  roll();
  EXPECT_THAT(said(shop_, 7), ElementsAre(5, 0, 0, 0, 0, 2, 9));
  EXPECT_THAT(column(messages, shop_, UsageBy::day, noon_ms, noon_ms), ElementsAre(16));
  EXPECT_THAT(said(forum_, 7), ElementsAre(0, 0, 0, 0, 0, 0, 0));
}

TEST_F(UsageTest, ABackupHasTheHourSoFar) {
  say(shop_, 7);
  shop_->meter->usage.raise_peak(2);
  ASSERT_TRUE(world_.wait(UsageRollups::store(*rollups_, world_.home)));
  std::filesystem::remove(path());  // the file is no part of one
  start();
  EXPECT_THAT(said(shop_, 1), ElementsAre(7));
  say(shop_, 1);
  hours_pass(1);
  EXPECT_THAT(said(shop_, 2), ElementsAre(8, 0));
  EXPECT_THAT(column(usage_peak_sessions, shop_, UsageBy::hour, noon_ms, noon_ms), ElementsAre());
  EXPECT_THAT(column(usage_peak_sessions, shop_, UsageBy::hour, noon_ms, noon_ms + 1), ElementsAre(2));
}

TEST_F(UsageTest, ADamagedFileIsPutAside) {
  say(shop_, 7);
  ASSERT_TRUE(world_.wait(UsageRollups::store(*rollups_, world_.home)));
  std::ofstream(path(), std::ios::trunc) << "no counters";
  start();
  EXPECT_THAT(said(shop_, 1), ElementsAre(7));
  EXPECT_TRUE(std::filesystem::exists(path() + ".damaged"));
}

TEST_F(UsageTest, UsersAreCountedOnceInAnHourAndADay) {
  const auto mark = [&](const TenantPtr& tenant, const char* user) {
    const int64_t hour = rollups_->now(UsageBy::hour);
    tenant->meter->usage.touch();
    data_.map(tenant->id, usage_marks::map_name).store(usage_marks::hour_key(hour), user, {});
    data_.map(tenant->id, usage_marks::map_name).store(usage_marks::day_key(hour / 24), user, {});
  };
  mark(shop_, "ann");
  mark(shop_, "ann");
  mark(shop_, "bob");
  mark(forum_, "ann");
  hours_pass(1);
  mark(shop_, "ann");
  EXPECT_THAT(column(usage_active_users, shop_, UsageBy::hour, noon_ms, noon_ms + 2 * hour_ms), ElementsAre(2, 1));
  EXPECT_THAT(column(usage_active_users, shop_, UsageBy::day, noon_ms, noon_ms), ElementsAre(2));
  EXPECT_THAT(column(usage_active_users, forum_, UsageBy::day, noon_ms, noon_ms), ElementsAre(1));
  hours_pass(24);
  EXPECT_THAT(column(usage_active_users, shop_, UsageBy::day, noon_ms, noon_ms + day_ms), ElementsAre(2, 0));
  EXPECT_TRUE(world_.wait(data_.map(shop_->id, usage_marks::map_name).keys(world_.home))->empty());
}

TEST_F(UsageTest, WhatIsStoredStaysWhereNothingHappens) {
  shop_->meter->archive_bytes = 1000;
  say(shop_, 1);
  hours_pass(1);
  hours_pass(24);
  shop_->meter->files_bytes = 5;
  shop_->meter->usage.touch();
  EXPECT_THAT(column(usage_archive_bytes, shop_, UsageBy::day, noon_ms - day_ms, noon_ms + day_ms),
              ElementsAre(0, 1000, 1000));
  EXPECT_THAT(column(usage_file_bytes, shop_, UsageBy::day, noon_ms, noon_ms + day_ms), ElementsAre(0, 5));
  EXPECT_THAT(column(usage_archive_bytes, shop_, UsageBy::hour, noon_ms + 20 * hour_ms, noon_ms + 21 * hour_ms),
              ElementsAre(1000));
}

TEST_F(UsageTest, SessionsThatStayAreTheNextHoursToo) {
  shop_->meter->sessions = 3;
  shop_->meter->usage.raise_peak(3);
  shop_->meter->usage.raise_peak(2);
  hours_pass(1);
  hours_pass(1);
  shop_->meter->sessions = 0;
  hours_pass(1);
  hours_pass(1);
  EXPECT_THAT(column(usage_peak_sessions, shop_, UsageBy::hour, noon_ms, noon_ms + 4 * hour_ms),
              ElementsAre(3, 3, 3, 0));
  EXPECT_EQ(rows("usage_hours"), 3);
}

TEST_F(UsageTest, IsKeptForSomeTimeAndEndsWithTheTenant) {
  say(shop_, 1);
  hours_pass(36 * 24);
  EXPECT_EQ(rows("usage_hours"), 0);
  EXPECT_EQ(rows("usage_days"), 1);
  say(forum_, 1);
  hours_pass(365 * 24);
  EXPECT_EQ(rows("usage_days"), 1);  // the forum's
  ASSERT_TRUE(world_.wait(world_.tenants.remove(world_.home, "forum")));
  say(forum_, 1);  // by somebody who still holds it
  hours_pass(1);
  EXPECT_EQ(world_.rows_of(forum_->id), "none");
  const TenantPtr cafe = world_.make_tenant("cafe", "cafe.example");
  rollups_.reset();
  file_ = std::move(UsageFile::open(path()).value());
  rollups_.emplace(*world_.control, data_, world_.clock, world_.tenants, *file_);
  std::construct_at(&shop_->meter->usage);
  ASSERT_TRUE(rollups_->load({shop_, cafe}));
  EXPECT_TRUE(read(cafe, UsageBy::hour, world_.clock.wall_ms(), world_.clock.wall_ms() + 1)[0].values ==
              UsagePeriod().values);
  say(cafe, 2);
  hours_pass(1);
  EXPECT_EQ(rows("usage_hours"), 1);
}

TEST_F(UsageTest, AClockThatIsPutBackEndsNoHour) {
  say(shop_, 1);
  hours_pass(1);
  world_.clock.set_wall_ms(noon_ms);
  roll();
  say(shop_, 2);
  hours_pass(2);
  EXPECT_THAT(said(shop_, 3), ElementsAre(1, 2, 0));
}

}  // namespace
}  // namespace teahouse::usage_rollups_test
