#include "modules/pubsub/answer_lines.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/testing/run_task.h"

namespace teahouse::pubsub::answer_lines_test {
namespace {

const BareJid ann = *BareJid::parse("ann@shop.example"), other_ann = *BareJid::parse("ann@forum.example");

class AnswerLinesTest : public ::testing::Test {
 protected:
  static Task<void> work(AnswerLinesTest& test) {
    ++test.building_;
    Async<bool> waiting(test.home_, [&test](Async<bool>::Done done) { test.held_.push_back(std::move(done)); });
    co_await waiting;
    --test.building_;
    ++test.built_;
  }
  static Task<void> work_at_once(AnswerLinesTest& test) {
    ++test.built_;
    co_return;
  }
  void go_on() {
    for (const auto& done : std::exchange(held_, {})) done(true);
    home_.run_ready();
  }

  testing::QueueExecutor home_;
  std::vector<Async<bool>::Done> held_;
  size_t building_ = 0, built_ = 0;
  AnswerLines lines_;
};

TEST_F(AnswerLinesTest, BuildManyShortOnesAtOnceAndFewLongOnes) {
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(lines_.add(ann, 200, 10, work(*this)));
  EXPECT_EQ(building_, 500u);
  go_on();
  EXPECT_EQ(built_, 500u);
  EXPECT_EQ(lines_.size(), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(lines_.add(ann, 128 * 1024, 10, work(*this)));
  EXPECT_EQ(building_, 8u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lines_.add(other_ann, 128 * 1024, 10, work(*this)));
  EXPECT_EQ(building_, 11u) << "each has a line of its own";
  go_on();
  EXPECT_EQ(building_, 8u);
  while (building_ > 0) go_on();
  EXPECT_EQ(built_, 603u);
  EXPECT_EQ(lines_.size(), 0u);
}

TEST_F(AnswerLinesTest, BuildOneThatIsTooLongByItself) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lines_.add(ann, 2 * AnswerLines::building_bytes_max, 10, work(*this)));
  for (size_t left = 3; left > 0; --left) {
    EXPECT_EQ(building_, 1u);
    go_on();
  }
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(lines_.add(ann, 2 * AnswerLines::building_bytes_max, 10, work_at_once(*this)));
  EXPECT_EQ(built_, 6u);
  EXPECT_EQ(lines_.size(), 0u);
}

TEST_F(AnswerLinesTest, HaveAnEnd) {
  EXPECT_TRUE(lines_.add(ann, AnswerLines::building_bytes_max, 10, work(*this)));
  for (size_t i = 0; i < AnswerLines::waiting_max; ++i) EXPECT_TRUE(lines_.add(ann, 1, 10, work(*this))) << i;
  const auto refused = lines_.add(ann, 1, 10, work(*this));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(lines_.add(other_ann, AnswerLines::building_bytes_max, 10, work(*this)));
  EXPECT_TRUE(lines_.add(other_ann, 1, AnswerLines::waiting_bytes_max, work(*this)));
  EXPECT_FALSE(lines_.add(other_ann, 1, 1, work(*this))) << "what waits is bounded in bytes too";
  while (building_ > 0) go_on();
  EXPECT_EQ(built_, AnswerLines::waiting_max + 3);
}

}  // namespace
}  // namespace teahouse::pubsub::answer_lines_test
