#include "base/executor.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace teahouse::executor_test {
namespace {

class InTurns final : public Executor {
 public:
  void post(std::function<void()> work) override { work(); }
  void run(const std::function<void()>& work) {
    {
      const Turn turn(*this);
      work();
    }
    for (auto& later : std::exchange(at_end_, {})) later();
  }

 private:
  void at_turn_end(std::function<void()> work) override { at_end_.push_back(std::move(work)); }
  std::vector<std::function<void()>> at_end_;
};

TEST(Executor, WorkWaitsForTheEndOfTheTurnThatItIsAskedForIn) {
  std::string order;
  Executor::at_end_of_this_turn([&] { order += 'a'; });
  EXPECT_EQ(order, "a");
  InTurns outer, inner;
  outer.run([&] {
    Executor::at_end_of_this_turn([&] { order += 'd'; });
    inner.run([&] {
      Executor::at_end_of_this_turn([&] { order += 'b'; });
      EXPECT_EQ(order, "a");
    });
    EXPECT_EQ(order, "ab");
    Executor::at_end_of_this_turn([&] { order += 'e'; });
    order += 'c';
  });
  EXPECT_EQ(order, "abcde");
  Executor::at_end_of_this_turn([&] { order += 'f'; });
  EXPECT_EQ(order, "abcdef");
}

}  // namespace
}  // namespace teahouse::executor_test
