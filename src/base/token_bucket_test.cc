#include "base/token_bucket.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace teahouse::token_bucket_test {
namespace {

int64_t take_all(TokenBucket& bucket, int64_t now_ms) {
  int64_t taken = 0;
  while (bucket.take(now_ms)) ++taken;
  return taken;
}

TEST(TokenBucket, GivesItsBurstAndThenEvenly) {
  TokenBucket bucket(TokenRate::per_second(5, 10));
  int64_t now_ms = 123'456'789;
  EXPECT_EQ(take_all(bucket, now_ms), 10);
  EXPECT_EQ(bucket.used(now_ms), 10);
  EXPECT_EQ(bucket.wait_ms(now_ms), 200);
  EXPECT_EQ(bucket.wait_ms(now_ms, 10), 2000);
  EXPECT_FALSE(bucket.take(now_ms += 199));
  EXPECT_TRUE(bucket.take(now_ms += 1));
  EXPECT_EQ(take_all(bucket, now_ms += 1000), 5);
  EXPECT_EQ(take_all(bucket, now_ms += 365LL * 86'400'000), 10);
  EXPECT_FALSE(bucket.is_full(now_ms));
  EXPECT_TRUE(bucket.is_full(now_ms += 2000));
}

// A plan of 300 a second becomes one of 100 while its user writes: what that user used up before is no debt.
TEST(TokenBucket, ASmallerRateHoldsFromNowOn) {
  for (const int64_t used : {0, 1, 300, 600}) {
    TokenBucket bucket(TokenRate::per_second(300, 600));
    FakeClock clock;
    clock.advance_ms(86'400'000);  // the server has run for a day
    for (int64_t i = 0; i < used; ++i) EXPECT_TRUE(bucket.take(clock.monotonic_ms()));
    bucket.set_rate(clock.monotonic_ms(), TokenRate::per_second(100, 200));
    EXPECT_LE(take_all(bucket, clock.monotonic_ms()), 200);
    clock.advance_ms(10);
    EXPECT_EQ(take_all(bucket, clock.monotonic_ms()), 1) << used;
    clock.advance_ms(1000);
    EXPECT_EQ(take_all(bucket, clock.monotonic_ms()), 100) << used;
  }
}

TEST(TokenBucket, ALargerRateHoldsFromNowOn) {
  TokenBucket bucket(TokenRate::per_second(100, 200));
  EXPECT_EQ(take_all(bucket, 5), 200);
  bucket.set_rate(5, TokenRate::per_second(300, 600));
  EXPECT_EQ(bucket.used(5), 200);
  EXPECT_EQ(take_all(bucket, 5), 400);
  EXPECT_EQ(take_all(bucket, 1005), 300);
}

TEST(TokenBucket, WhatIsOwedIsWaitedFor) {
  TokenBucket bucket(TokenRate::per_second(1000, 2000));
  bucket.take_or_owe(0, 2000);
  EXPECT_EQ(bucket.wait_ms(0, 0), 0);
  bucket.take_or_owe(0, 3000);
  EXPECT_EQ(bucket.wait_ms(0, 0), 3000);
  EXPECT_FALSE(bucket.take(3000));
  EXPECT_TRUE(bucket.take(3001));
  bucket.give_back(3001);
  EXPECT_TRUE(bucket.take(3001));
  TokenBucket full(TokenRate::per_second(1, 3));
  full.give_back(0);
  EXPECT_EQ(take_all(full, 0), 3);
}

TEST(TokenBucket, NoNumberIsTooLargeOrTooSmall) {
  TokenBucket huge(TokenRate::per_second(INT64_MAX, INT64_MAX));
  EXPECT_TRUE(huge.take(INT64_MAX / 2, 1'000'000'000));
  EXPECT_EQ(huge.used(INT64_MAX / 2), 1'000'000'000);
  EXPECT_TRUE(huge.take(INT64_MAX / 2 + 1000, 1'000'000'000));
  TokenBucket none(TokenRate::per_minute(0, 0));
  EXPECT_EQ(take_all(none, 7), 1);
  EXPECT_EQ(none.wait_ms(7), 60'000);
  EXPECT_EQ(none.wait_ms(3), 60'000);  // a clock that went back
}

}  // namespace
}  // namespace teahouse::token_bucket_test
