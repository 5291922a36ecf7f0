#include "base/token_buckets.h"

#include <gtest/gtest.h>

namespace teahouse::token_buckets_test {
namespace {

const TokenRate rate{3600, 2};

TEST(TokenBuckets, EachNameHasItsOwn) {
  TokenBuckets buckets(10);
  EXPECT_EQ(buckets.take_ms("a", 0, rate), 0);
  EXPECT_EQ(buckets.take_ms("a", 0, rate), 0);
  EXPECT_EQ(buckets.take_ms("a", 0, rate), 1000);
  EXPECT_EQ(buckets.used("a", 0, rate), 2);
  EXPECT_EQ(buckets.used("b", 0, rate), 0);
  EXPECT_EQ(buckets.take_ms("b", 0, rate), 0);
  buckets.give_back("a", 0);
  buckets.give_back("nobody", 0);
  EXPECT_EQ(buckets.take_ms("a", 0, rate), 0);
  EXPECT_EQ(buckets.take_ms("a", 0, {7200, 2}), 500);  // a rate that was changed
}

TEST(TokenBuckets, RemembersNoMoreThanItMay) {
  TokenBuckets buckets(3);
  for (const char* name : {"a", "a", "b", "c"}) EXPECT_EQ(buckets.take_ms(name, 0, rate), 0);
  EXPECT_EQ(buckets.take_ms("d", 1500, rate), 0);  // b and c are full again and forgotten, a is not
  EXPECT_EQ(buckets.used("a", 1500, rate), 1);
  EXPECT_EQ(buckets.take_ms("e", 1500, rate), 0);
  EXPECT_EQ(buckets.take_ms("f", 1500, rate), 0);  // nobody's is full: all are forgotten
  EXPECT_EQ(buckets.used("a", 1500, rate), 0);
  EXPECT_EQ(buckets.used("f", 1500, rate), 1);
}

}  // namespace
}  // namespace teahouse::token_buckets_test
