#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace teahouse::net::timer_wheel_test {
namespace {

TEST(TimerWheel, FiresInOrderAndNeverEarly) {
  TimerWheel wheel(1005);
  std::vector<int> fired;
  const Timer late = wheel.start(1005 + 3000, [&] { fired.push_back(3000); });
  const Timer soon = wheel.start(1005 + 20, [&] { fired.push_back(20); });
  wheel.advance(1024);
  EXPECT_TRUE(fired.empty());
  wheel.advance(1040);
  EXPECT_EQ(fired, std::vector<int>{20});
  EXPECT_FALSE(soon.running());
  EXPECT_TRUE(late.running());
  wheel.advance(4004);
  EXPECT_EQ(fired.size(), 1U);
  wheel.advance(4010);
  EXPECT_EQ(fired, (std::vector<int>{20, 3000}));
  EXPECT_FALSE(wheel.next_ms());
}

TEST(TimerWheel, AgreesWithASortedListOverAllWheels) {
  TimerWheel wheel(777);
  uint64_t seed = 42;
  const auto random = [&seed](uint64_t below) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int64_t>((seed >> 33) % below);
  };
  int64_t now = 777;
  std::vector<Timer> timers;
  size_t fired = 0;
  for (int i = 0; i < 3000; ++i) {
    const int64_t delay = random(uint64_t{1} << (3 + random(37)));
    const int64_t due = now + delay;
    timers.push_back(wheel.start(due, [&, due] {
      EXPECT_GE(now, due);
      ++fired;
    }));
    if (i % 7 == 0) {
      now += random(5000);
      wheel.advance(now);
    }
    if (i % 11 == 0) timers[static_cast<size_t>(random(timers.size()))].stop();
  }
  size_t running = 0;
  for (const Timer& timer : timers) running += timer.running() ? 1 : 0;
  const size_t before = fired;
  while (const auto next = wheel.next_ms()) {
    ASSERT_GT(*next, now - 10);
    now = std::max(now, *next);
    wheel.advance(now);
  }
  EXPECT_EQ(fired - before, running);
}

TEST(TimerWheel, ACallBackMayStopOthersAndStartItself) {
  TimerWheel wheel(0);
  int fired = 0;
  Timer second;
  Timer again;
  const Timer first = wheel.start(50, [&] {
    ++fired;
    second.stop();
    again = wheel.start(50, [&] { ++fired; });
  });
  second = wheel.start(50, [&] { FAIL() << "was stopped"; });
  wheel.advance(50);
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(again.running());
  wheel.advance(60);
  EXPECT_EQ(fired, 2);
}

TEST(TimerWheel, ATimerMayOutliveIt) {
  Timer timer;
  {
    TimerWheel wheel(0);
    timer = wheel.start(1000, [] { FAIL(); });
    EXPECT_TRUE(timer.running());
  }
  EXPECT_FALSE(timer.running());
  timer.stop();
}

}  // namespace
}  // namespace teahouse::net::timer_wheel_test
