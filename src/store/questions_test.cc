#include "store/questions.h"

#include <gtest/gtest.h>

#include <vector>

namespace teahouse::store::questions_test {
namespace {

TEST(Questions, CallsBackAtOnceWhereThereAreNone) {
  Questions questions;
  int called = 0;
  EXPECT_FALSE(questions.when_answered([&] { ++called; }));
  EXPECT_EQ(called, 1);
  EXPECT_FALSE(questions.when_answered([&] { ++called; }));
  EXPECT_EQ(called, 2);
}

TEST(Questions, WaitsForThoseThatHaveBegunAndForNoOthers) {
  Questions questions;
  bool called = false;
  auto first = questions.begin(), second = questions.begin();
  EXPECT_TRUE(questions.when_answered([&] { called = true; }));
  const auto later = questions.begin();
  first.reset();
  EXPECT_FALSE(called);
  second.reset();
  EXPECT_TRUE(called);
}

TEST(Questions, EndInTheirOrder) {
  Questions questions;
  std::vector<int> ended;
  auto old = questions.begin();
  questions.when_answered([&] { ended.push_back(1); });
  auto young = questions.begin();
  EXPECT_TRUE(questions.when_answered([&] { ended.push_back(2); }));
  young.reset();
  EXPECT_TRUE(ended.empty());
  EXPECT_TRUE(questions.when_answered([&] { ended.push_back(3); }));
  old.reset();
  EXPECT_EQ(ended, (std::vector<int>{1, 2, 3}));
}

TEST(Questions, ThatOutliveTheListStillEnd) {
  bool called = false;
  Questions::Held held;
  {
    Questions questions;
    held = questions.begin();
    questions.when_answered([&] { called = true; });
  }
  EXPECT_FALSE(called);
  held.reset();
  EXPECT_TRUE(called);
}

}  // namespace
}  // namespace teahouse::store::questions_test
