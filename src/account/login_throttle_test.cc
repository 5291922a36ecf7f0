#include "account/login_throttle.h"

#include <gtest/gtest.h>

#include <string>

namespace teahouse {
namespace {

constexpr auto shop = static_cast<TenantId>(1), forum = static_cast<TenantId>(2);
constexpr const char* here = "192.0.2.1";
constexpr const char* there = "198.51.100.7";

struct Door {
  FakeClock clock;
  LoginThrottle throttle{clock};

  void fail(int times, TenantId tenant, const char* localpart, const char* address) {
    for (int i = 0; i < times; ++i) throttle.failed(tenant, localpart, address);
  }
  int64_t delay(TenantId tenant, const char* localpart, const char* address) {
    return throttle.before_answer(tenant, localpart, address).delay_ms;
  }
  bool refused(TenantId tenant, const char* localpart, const char* address) {
    return throttle.before_answer(tenant, localpart, address).refuse;
  }
};

TEST(LoginThrottle, DoublesFromTheFourthFailureToEightSeconds) {
  Door door;
  std::string delays;
  for (int i = 0; i < 12; ++i) {
    delays += std::to_string(door.delay(shop, "romeo", here)) + " ";
    door.fail(1, shop, "romeo", here);
  }
  EXPECT_EQ(delays, "0 0 0 0 250 500 1000 2000 4000 8000 8000 8000 ");
}

TEST(LoginThrottle, CountsTheAccountFromEverywhereAndTheAddressForEverybody) {
  Door door;
  door.fail(5, shop, "romeo", here);
  EXPECT_EQ(door.delay(shop, "romeo", there), 500);
  EXPECT_EQ(door.delay(shop, "juliet", here), 500);
  EXPECT_EQ(door.delay(shop, "juliet", there), 0);
  EXPECT_EQ(door.delay(forum, "romeo", here), 0) << "the other tenant sees nothing of it";
}

TEST(LoginThrottle, RefusesAnAddressPastThirtyFailures) {
  Door door;
  for (int i = 0; i < 30; ++i) door.throttle.failed(shop, "user" + std::to_string(i), here);
  EXPECT_FALSE(door.refused(shop, "romeo", here));
  door.fail(1, shop, "juliet", here);
  EXPECT_TRUE(door.refused(shop, "romeo", here));
  EXPECT_FALSE(door.refused(shop, "romeo", there));
  EXPECT_FALSE(door.refused(forum, "romeo", here));
}

TEST(LoginThrottle, NeverRefusesAnAccount) {
  Door door;
  for (int i = 0; i < 100; ++i) door.throttle.failed(shop, "romeo", "192.0.2." + std::to_string(i));
  EXPECT_FALSE(door.refused(shop, "romeo", there));
  EXPECT_EQ(door.delay(shop, "romeo", there), 8000);
}

TEST(LoginThrottle, ForgetsAfterTenMinutes) {
  Door door;
  door.fail(40, shop, "romeo", here);
  door.clock.advance_ms(10 * 60 * 1000 - 1);
  EXPECT_TRUE(door.refused(shop, "romeo", here));
  door.clock.advance_ms(1);
  EXPECT_FALSE(door.refused(shop, "romeo", here));
  EXPECT_EQ(door.delay(shop, "romeo", here), 0);
  door.fail(4, shop, "romeo", here);
  EXPECT_EQ(door.delay(shop, "romeo", here), 250);
}

TEST(LoginThrottle, ForgivesTheAccountThatSucceedsAndNotTheAddress) {
  Door door;
  door.fail(6, shop, "romeo", here);
  door.fail(6, shop, "juliet", there);
  door.throttle.succeeded(shop, "romeo", there);
  EXPECT_EQ(door.delay(shop, "romeo", "203.0.113.9"), 0);
  EXPECT_EQ(door.delay(shop, "romeo", here), 1000);
  EXPECT_EQ(door.delay(shop, "juliet", "203.0.113.9"), 1000);
}

TEST(LoginThrottle, TakesAnIpv6NetworkForOneAddress) {
  Door door;
  door.fail(5, shop, "romeo", "2001:db8:1:2::1");
  EXPECT_EQ(door.delay(shop, "juliet", "2001:db8:1:2:ffff::9"), 500);
  EXPECT_EQ(door.delay(shop, "juliet", "2001:db8:1:3::1"), 0);
  door.fail(5, shop, "tybalt", "::ffff:192.0.2.1");
  EXPECT_EQ(door.delay(shop, "juliet", here), 500);
  EXPECT_EQ(door.delay(shop, "juliet", "::ffff:192.0.2.2"), 0);
}

TEST(LoginThrottle, RemembersALimitedNumber) {
  Door door;
  door.fail(5, shop, "romeo", here);
  door.fail(5, shop, "juliet", there);
  for (int i = 0; i < 49'999; ++i) {
    const std::string stranger = std::to_string(i);
    door.throttle.failed(forum, stranger, stranger);
  }
  EXPECT_EQ(door.delay(shop, "juliet", there), 500) << "the newest stay";
  EXPECT_EQ(door.delay(shop, "romeo", there), 500) << "by the address";
  EXPECT_EQ(door.delay(shop, "romeo", "203.0.113.9"), 0) << "the oldest went";
}

}  // namespace
}  // namespace teahouse
