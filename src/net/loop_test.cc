#include "net/loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace teahouse::net::loop_test {
namespace {

TEST(Loop, DoesPostedWorkInOrderAndBeforeStop) {
  const SystemClock clock;
  Loop loop(3, clock);
  EXPECT_EQ(loop.index(), 3U);
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'd'; });
    Executor::at_end_of_this_turn([&] { order += 'c'; });
  });
  loop.post([&] { order += 'b'; });
  EXPECT_EQ(order, "");
  loop.run_once(0);
  EXPECT_EQ(order, "abc");
  loop.stop();
  loop.run();
  EXPECT_EQ(order, "abcd");
}

TEST(Loop, PostsOfATurnGoToAnotherLoopTogetherAtItsEnd) {
  const SystemClock clock;
  Loop one(0, clock), other(1, clock), third(2, clock);
  std::string order;
  one.post([&] {
    other.post([&] { order += 'a'; });
    third.post([&] { order += 'z'; });
    other.post([&] {
      order += 'b';
      one.post([&] { order += 'd'; });
      other.post([&] { order += 'c'; });  // to itself: the next turn's
    });
    other.run_once(0);
    EXPECT_EQ(order, "");
  });
  one.run_once(0);
  other.run_once(0);
  EXPECT_EQ(order, "ab");
  other.run_once(0);
  EXPECT_EQ(order, "abc");
  one.run_once(0);
  EXPECT_EQ(order, "abcd");
  third.run_once(0);
  EXPECT_EQ(order, "abcdz");
}

TEST(Loop, IsWokenByOtherThreads) {
  const SystemClock clock;
  Loop loop(0, clock);
  std::thread thread([&] { loop.run(); });
  for (int i = 0; i < 100; ++i) {
    std::promise<bool> home;
    loop.post([&] { home.set_value(loop.is_home()); });
    EXPECT_TRUE(home.get_future().get());
  }
  EXPECT_FALSE(loop.is_home());
  loop.stop();
  thread.join();
}

TEST(Loop, TakesPostsFromManyThreads) {
  const SystemClock clock;
  Loop loop(0, clock);
  int done = 0;
  std::thread runner([&] { loop.run(); });
  std::vector<std::thread> posters;
  posters.reserve(4);
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int j = 0; j < 2000; ++j) loop.post([&] { ++done; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop.stop();
  runner.join();
  EXPECT_EQ(done, 8000);
}

TEST(Loop, FiresTimersByItsClock) {
  FakeClock clock;
  Loop loop(0, clock);
  int fired = 0;
  const Timer timer = loop.start_timer(1000, [&] { ++fired; });
  Timer dropped = loop.start_timer(1000, [] { FAIL(); });
  loop.run_once(0);
  clock.advance_ms(990);
  loop.run_once(0);
  EXPECT_EQ(fired, 0);
  dropped = Timer();
  clock.advance_ms(20);
  loop.run_once(-1);  // does not wait: it is due
  EXPECT_EQ(fired, 1);
}

TEST(Loop, AsksAtTheEndOfTheTurnOnceAndLaterForWhoAsksThere) {
  struct Work : TurnEndWork {
    explicit Work(Loop& home) : loop(home) {}
    void on_turn_end() override {
      ++calls;
      if (again) loop.at_turn_end(*this);
    }
    Loop& loop;
    int calls = 0;
    bool again = false;
  };
  const SystemClock clock;
  Loop loop(0, clock);
  Work work(loop);
  loop.at_turn_end(work);
  loop.at_turn_end(work);
  work.again = true;
  loop.run_once(-1);
  EXPECT_EQ(work.calls, 1);
  work.again = false;
  loop.run_once(-1);  // does not wait either
  EXPECT_EQ(work.calls, 2);
  {
    Work gone(loop);
    loop.at_turn_end(gone);
  }
  loop.run_once(0);
}

TEST(Loop, TellsNothingOfAnUnwatchedDescriptorNotEvenInTheSameTurn) {
  struct Ready : Pollable {
    void on_ready(uint32_t /*events*/) override {
      ++calls;
      loop->unwatch(other);
      const uint64_t one = 1;
      ::close(other);
      const int reused = eventfd(1, EFD_NONBLOCK);  // gets the same number
      EXPECT_EQ(reused, other);
      loop->watch(reused, EPOLLOUT, *peer);
      EXPECT_EQ(::write(reused, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    }
    Loop* loop = nullptr;
    Pollable* peer = nullptr;
    int other = -1;
    int calls = 0;
  };
  struct Counter : Pollable {
    void on_ready(uint32_t events) override { seen |= events; }
    uint32_t seen = 0;
  };
  const SystemClock clock;
  Loop loop(0, clock);
  const int first = eventfd(1, EFD_NONBLOCK);
  const int second = eventfd(1, EFD_NONBLOCK);
  Ready ready;
  Counter counter;
  Counter old;
  ready.loop = &loop;
  ready.peer = &counter;
  ready.other = second;
  loop.watch(first, EPOLLIN, ready);
  loop.watch(second, EPOLLIN, old);
  loop.run_once(0);
  EXPECT_EQ(ready.calls, 1);
  EXPECT_EQ(old.seen, 0U);
  EXPECT_EQ(counter.seen, 0U);
  loop.unwatch(first);
  loop.run_once(0);
  EXPECT_EQ(counter.seen, uint32_t{EPOLLOUT});
  loop.unwatch(second);
  ::close(first);
  ::close(second);
}

// Always ready. Each call takes a millisecond of the clock that it is given.
struct Busy : Pollable {
  Busy(Loop& home, FakeClock& passing, Rank rank = Rank::usual) : loop(home), clock(passing) {
    loop.watch(fd, EPOLLOUT, *this, rank);
  }
  ~Busy() override {
    loop.unwatch(fd);
    ::close(fd);
  }
  void on_ready(uint32_t /*events*/) override {
    ++calls;
    clock.advance_ms(1);
  }
  Loop& loop;
  FakeClock& clock;
  const int fd = eventfd(0, EFD_NONBLOCK);
  int calls = 0;
};

TEST(Loop, AFloodHoldsUpNeitherPostsNorTimersNorTheEndOfATurn) {
  FakeClock clock;
  Loop loop(0, clock);
  std::vector<std::unique_ptr<Busy>> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(std::make_unique<Busy>(loop, clock));
  const auto told = [&] {
    int calls = 0;
    for (const auto& busy : flood) calls += busy->calls;
    return calls;
  };
  int posted = 0, timed = 0, ended = 0;
  loop.post([&] { ++posted; });
  const Timer timer = loop.start_timer(0, [&] { ++timed; });
  loop.at_turn_end([&] { ++ended; });
  loop.run_once(0);
  EXPECT_EQ(told(), 2);  // two milliseconds
  EXPECT_EQ(posted, 1);
  EXPECT_EQ(ended, 1);
  loop.post([&] { ++posted; });
  for (int turn = 0; turn < 4; ++turn) loop.run_once(0);
  EXPECT_EQ(posted, 2);
  EXPECT_EQ(timed, 1);
  for (const auto& busy : flood) EXPECT_EQ(busy->calls, 1);  // each in its turn
}

TEST(Loop, WhatIsFirstIsToldOfInEachTurnOfAFlood) {
  FakeClock clock;
  Loop loop(0, clock);
  std::vector<std::unique_ptr<Busy>> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(std::make_unique<Busy>(loop, clock));
  loop.run_once(0);
  Busy first(loop, clock, Rank::first);  // ready from now on
  loop.run_once(0);
  EXPECT_EQ(first.calls, 1);
  loop.run_once(0);
  EXPECT_EQ(first.calls, 2);
  for (int turn = 0; turn < 10; ++turn) loop.run_once(0);
  for (const auto& busy : flood) EXPECT_GE(busy->calls, 1);  // the others are not forgotten
}

TEST(Loop, NoMoreThanSixteenAreFirst) {
  FakeClock clock;
  Loop loop(0, clock);
  Busy usual(loop, clock);
  std::vector<std::unique_ptr<Busy>> first;
  for (int i = 0; i < 40; ++i) first.push_back(std::make_unique<Busy>(loop, clock, Rank::first));
  for (int turn = 0; turn < 4; ++turn) loop.run_once(0);
  EXPECT_GE(usual.calls, 1);
  for (const auto& each : first) EXPECT_GE(each->calls, 1);
}

TEST(Loop, TellsNothingOfWhatWasFirstAndIsUnwatched) {
  FakeClock clock;
  Loop loop(0, clock);
  auto one = std::make_unique<Busy>(loop, clock, Rank::first);
  struct Ends : Pollable {
    explicit Ends(std::unique_ptr<Busy>& other) : ended(other) {}
    void on_ready(uint32_t /*events*/) override { ended.reset(); }
    std::unique_ptr<Busy>& ended;
  } ends(one);
  const int fd = eventfd(0, EFD_NONBLOCK);
  loop.unwatch(one->fd);
  loop.watch(fd, EPOLLOUT, ends, Rank::first);
  loop.watch(one->fd, EPOLLOUT, *one, Rank::first);  // behind it
  loop.run_once(0);
  EXPECT_EQ(one, nullptr);
  loop.unwatch(fd);
  ::close(fd);
}

TEST(Loop, TellsOfEachSoManyBytesThatWereFreed) {
  const SystemClock clock;
  Loop loop(0, clock);
  loop.note_freed(1000);
  int told = 0;
  loop.on_freed(100, [&told] { ++told; });
  loop.note_freed(1);  // with what was freed before anybody asked
  EXPECT_EQ(told, 1);
  loop.note_freed(99);
  EXPECT_EQ(told, 1);
  loop.note_freed(1);
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace teahouse::net::loop_test
