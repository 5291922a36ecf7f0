#include "modules/pubsub/account_lines.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/testing/run_task.h"

namespace teahouse::pubsub::account_lines_test {
namespace {

const BareJid ann = *BareJid::parse("ann@shop.example"), other_ann = *BareJid::parse("ann@forum.example");

class AccountLinesTest : public ::testing::Test {
 protected:
  // Notes that it began, waits for `go_on`, and notes that it ended.
  static Task<void> work(AccountLinesTest& test, std::string name) {
    test.seen_.push_back(name);
    Async<bool> waiting(test.home_, [&test](Async<bool>::Done done) { test.held_.push_back(std::move(done)); });
    co_await waiting;
    test.seen_.push_back("/" + name);
  }
  void go_on() {
    for (const auto& done : std::exchange(held_, {})) done(true);
    home_.run_ready();
  }
  using Seen = std::vector<std::string>;
  Seen take() { return std::exchange(seen_, {}); }

  testing::QueueExecutor home_;
  std::vector<Async<bool>::Done> held_;
  Seen seen_;
  AccountLines lines_;
};

TEST_F(AccountLinesTest, CarriesOutOneAfterTheOtherForEachAccount) {
  for (const char* name : {"1", "2", "3"}) EXPECT_TRUE(lines_.add(ann, 1, work(*this, name)));
  EXPECT_EQ(take(), Seen{"1"});
  EXPECT_TRUE(lines_.add(other_ann, 1, work(*this, "other")));
  EXPECT_EQ(take(), Seen{"other"});
  go_on();
  EXPECT_EQ(take(), (Seen{"/1", "2", "/other"}));
  EXPECT_TRUE(lines_.add(ann, 1, work(*this, "4")));
  for (int i = 0; i < 3; ++i) go_on();
  EXPECT_EQ(take(), (Seen{"/2", "3", "/3", "4", "/4"}));
  EXPECT_TRUE(lines_.add(ann, 1, work(*this, "5")));
  go_on();
  EXPECT_EQ(take(), (Seen{"5", "/5"}));
}

TEST_F(AccountLinesTest, HasAnEnd) {
  EXPECT_TRUE(lines_.add(ann, AccountLines::waiting_bytes_max, work(*this, "begun")));
  for (size_t i = 0; i < AccountLines::waiting_max; ++i) EXPECT_TRUE(lines_.add(ann, 1, work(*this, "x"))) << i;
  const auto refused = lines_.add(ann, 1, work(*this, "too many"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_constraint);
  EXPECT_TRUE(lines_.add(other_ann, 1, work(*this, "other")));
  go_on();
  EXPECT_TRUE(lines_.add(ann, AccountLines::waiting_bytes_max - AccountLines::waiting_max + 1, work(*this, "x")));
  for (int i = 0; i < 2; ++i) go_on();
  EXPECT_FALSE(lines_.add(ann, AccountLines::waiting_bytes_max, work(*this, "too large")));
  EXPECT_TRUE(lines_.add(ann, 1, work(*this, "last")));
  take();
  for (size_t i = 0; i < AccountLines::waiting_max + 2; ++i) go_on();
  const Seen seen = take();
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen.back(), "/last");
  for (const std::string& each : seen) EXPECT_EQ(each.find("too"), each.npos) << each;
}

TEST_F(AccountLinesTest, DoesOnceWhatWouldDoTheSameAgain) {
  lines_.add_once(ann, "tell", work(*this, "tell 1"));
  for (const char* name : {"tell 2", "tell 3"}) lines_.add_once(ann, "tell", work(*this, name));
  lines_.add_once(ann, "show", work(*this, "show"));
  for (int i = 0; i < 4; ++i) go_on();
  EXPECT_EQ(take(), (Seen{"tell 1", "/tell 1", "tell 2", "/tell 2", "show", "/show"}));
}

}  // namespace
}  // namespace teahouse::pubsub::account_lines_test
