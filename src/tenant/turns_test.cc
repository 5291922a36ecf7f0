#include "tenant/turns.h"

#include <gtest/gtest.h>

#include <string>

#include "base/testing/run_task.h"

namespace teahouse::turns_test {
namespace {

using testing::QueueExecutor;

// Writes its name when its turn begins, and again when it ends, with a wait on the executor between.
Task<bool> write_twice(Turns* turns, QueueExecutor* home, std::string name, std::string* out) {
  auto turn = co_await turns->take(*home);
  *out += name;
  Async<bool> pause(*home, [](Async<bool>::Done go_on) { go_on(true); });
  co_await pause;
  *out += name;
  co_return true;
}

TEST(Turns, AreTakenOneAtATimeInOrder) {
  Turns turns;
  QueueExecutor home;
  std::string out;
  std::optional<bool> a, b, c;
  testing::start(write_twice(&turns, &home, "a", &out), &a);
  testing::start(write_twice(&turns, &home, "b", &out), &b);
  testing::start(write_twice(&turns, &home, "c", &out), &c);
  home.run_ready();
  EXPECT_TRUE(a && b && c);
  EXPECT_EQ(out, "aabbcc");
}

TEST(Turns, OutliveTheirTurnsOwner) {
  QueueExecutor home;
  std::string out;
  auto turns = std::make_unique<Turns>();
  std::optional<bool> done;
  testing::start(write_twice(turns.get(), &home, "a", &out), &done);
  home.run_one();
  turns.reset();
  home.run_ready();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace teahouse::turns_test
