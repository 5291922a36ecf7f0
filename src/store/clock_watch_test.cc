#include "store/clock_watch.h"

#include <gtest/gtest.h>

#include "store/testing/plane_test.h"

namespace teahouse::store::clock_watch_test {
namespace {

constexpr int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms;

class ClockWatchTest : public PlaneTest {
 protected:
  // A run of the house; what came before it is in the plane.
  void start(int64_t newest_ms = 0) {
    watch_.emplace(*plane_, clock_);
    const auto begun = watch_->begin(newest_ms);
    ASSERT_TRUE(begun);
  }
  void run_for(int64_t time_ms) {
    for (int64_t ran_ms = 0; ran_ms < time_ms; ran_ms += minute_ms) {
      clock_.advance_ms(minute_ms);
      watch_->look();
    }
  }
  void off_for(int64_t time_ms) {
    clock_.advance_ms(time_ms);
    start();
  }
  bool believed() const { return watch_->is_believed(); }

  FakeClock clock_;
  std::optional<ClockWatch> watch_;
};
TEAHOUSE_FOR_EACH_ENGINE(ClockWatchTest);

TEST_P(ClockWatchTest, BelievesAClockThatGoesAsTimeDoes) {
  start();
  EXPECT_TRUE(believed());
  run_for(3 * day_ms);
  EXPECT_TRUE(believed());
  off_for(20 * hour_ms);
  EXPECT_TRUE(believed());
  clock_.set_wall_ms(clock_.wall_ms() - 400 * day_ms);
  run_for(hour_ms);
  EXPECT_TRUE(believed());
  start();
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, DoubtsAClockThatIsAheadAtTheStart) {
  start();
  run_for(hour_ms);
  clock_.set_wall_ms(clock_.wall_ms() + 400 * day_ms);
  start();
  EXPECT_FALSE(believed());
  run_for(hour_ms);
  EXPECT_FALSE(believed());
  for (int restart = 0; restart < 5; ++restart) {  // a restart makes it no truer
    start();
    EXPECT_FALSE(believed());
  }
  clock_.set_wall_ms(clock_.wall_ms() - 400 * day_ms);  // it is put right
  run_for(minute_ms);
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, DoubtsAClockThatIsPutAheadMeanwhile) {
  start();
  run_for(hour_ms);
  const int64_t right_ms = clock_.wall_ms();
  clock_.set_wall_ms(right_ms + day_ms + hour_ms);
  watch_->look();
  EXPECT_FALSE(believed());
  clock_.set_wall_ms(right_ms + day_ms - hour_ms);
  watch_->look();
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, BelievesTheClockOfAHouseThatWasOffWhenItHasRunForADay) {
  start();
  off_for(100 * day_ms);
  run_for(23 * hour_ms);
  EXPECT_FALSE(believed());
  run_for(hour_ms);
  EXPECT_TRUE(believed());
  start();
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, TheDayMayBeMadeOfShorterRuns) {
  start();
  off_for(100 * day_ms);
  for (int run = 0; run < 2; ++run) {
    run_for(8 * hour_ms);
    off_for(3 * day_ms);
    EXPECT_FALSE(believed());
  }
  run_for(8 * hour_ms);
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, AClockThatJumpsOnBeginsItsDayAnew) {
  start();
  off_for(100 * day_ms);
  run_for(20 * hour_ms);
  clock_.set_wall_ms(clock_.wall_ms() + 30 * day_ms);
  run_for(20 * hour_ms);
  EXPECT_FALSE(believed());
  run_for(5 * hour_ms);
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, BelievesWhatTheOperatorKnows) {
  start();
  off_for(100 * day_ms);
  EXPECT_FALSE(believed());
  watch_->believe();
  EXPECT_TRUE(believed());
  start();
  EXPECT_TRUE(believed());
}

TEST_P(ClockWatchTest, WithoutANoteTheNewestRowCounts) {
  start(clock_.wall_ms() - 2 * day_ms);
  EXPECT_FALSE(believed());
  plane_->key_value(TenantId::server, "house").remove("clock");
  start(clock_.wall_ms() - hour_ms);
  EXPECT_TRUE(believed());
  plane_->key_value(TenantId::server, "house").remove("clock");
  plane_->arrivals().read(std::to_string(clock_.wall_ms() - 400 * day_ms));
  start();
  EXPECT_FALSE(believed());
}

}  // namespace
}  // namespace teahouse::store::clock_watch_test
