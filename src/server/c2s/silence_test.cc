#include "server/c2s/silence.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace teahouse::c2s::silence_test {
namespace {

using Then = Silence::Then;

constexpr int64_t minute_ms = 60'000;

class SilenceTest : public ::testing::Test {
 protected:
  Then look_after(int64_t minutes, bool heard = false) {
    clock_.advance_ms(minutes * minute_ms);
    return silence_.look(clock_.monotonic_ms(), heard, 10 * minute_ms, minute_ms);
  }
  FakeClock clock_;
  Silence silence_;
};

TEST_F(SilenceTest, IsBrokenByAProbeAndThenEnds) {
  EXPECT_EQ(look_after(0), Then::wait);
  const int64_t since_ms = clock_.monotonic_ms();
  EXPECT_EQ(look_after(9), Then::wait);
  EXPECT_EQ(look_after(1), Then::probe);
  EXPECT_EQ(look_after(0), Then::wait);  // one probe
  EXPECT_TRUE(silence_.is_probed());
  EXPECT_EQ(silence_.since_ms(), since_ms);
  EXPECT_EQ(look_after(1), Then::give_up);
}

// A phone is not woken while it talks.
TEST_F(SilenceTest, NothingIsAskedWhileSomethingComes) {
  EXPECT_EQ(look_after(0), Then::wait);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(look_after(9, true), Then::wait);
  EXPECT_EQ(look_after(9), Then::wait);
  EXPECT_EQ(look_after(1), Then::probe);
}

TEST_F(SilenceTest, AnAnswerBeginsItAnew) {
  EXPECT_EQ(look_after(0), Then::wait);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(look_after(10), Then::probe);
    EXPECT_EQ(look_after(0, true), Then::wait);
    EXPECT_FALSE(silence_.is_probed());
    EXPECT_EQ(silence_.since_ms(), clock_.monotonic_ms());
  }
}

// A loop that had much else to do looks late: the client still has its time to answer.
TEST_F(SilenceTest, ALateLookTakesNoTimeFromTheAnswer) {
  EXPECT_EQ(look_after(0), Then::wait);
  EXPECT_EQ(look_after(60), Then::probe);
  EXPECT_EQ(look_after(0), Then::wait);
  EXPECT_EQ(look_after(60), Then::give_up);
}

// A client that is there may need some seconds for its answer.
TEST_F(SilenceTest, OfAProbeTellsNothingAtFirst) {
  EXPECT_EQ(look_after(0), Then::wait);
  EXPECT_FALSE(silence_.is_telling(clock_.monotonic_ms() + Silence::prompt_ms));
  EXPECT_EQ(look_after(10), Then::probe);
  EXPECT_FALSE(silence_.is_telling(clock_.monotonic_ms()));
  clock_.advance_ms(Silence::prompt_ms);
  EXPECT_TRUE(silence_.is_telling(clock_.monotonic_ms()));
  EXPECT_EQ(look_after(0, true), Then::wait);
  EXPECT_FALSE(silence_.is_telling(clock_.monotonic_ms()));
}

}  // namespace
}  // namespace teahouse::c2s::silence_test
