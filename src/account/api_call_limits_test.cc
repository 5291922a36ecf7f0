#include "account/api_call_limits.h"

#include <gtest/gtest.h>

namespace teahouse::api_call_limits_test {
namespace {

constexpr TenantId shop{1}, forum{2};

TEST(ApiCallLimits, GivesAMinutesCallsAndThenOneByOne) {
  FakeClock clock;
  ApiCallLimits limits(clock);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(limits.take_call(shop, 60), 0) << i;
  EXPECT_EQ(limits.take_call(shop, 60), 1);
  EXPECT_EQ(limits.used_calls(shop, 60), 60);
  EXPECT_EQ(limits.used_calls(forum, 60), 0);
  EXPECT_EQ(limits.take_call(forum, 60), 0);  // has its own
  EXPECT_EQ(limits.used_calls(forum, 60), 1);
  clock.advance_ms(1000);
  EXPECT_EQ(limits.used_calls(shop, 60), 59);
  EXPECT_EQ(limits.used_calls(forum, 60), 0);
  EXPECT_EQ(limits.take_call(shop, 60), 0);
  EXPECT_EQ(limits.take_call(shop, 60), 1);
  clock.advance_ms(3'600'000);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(limits.take_call(shop, 60), 0) << i;
  EXPECT_NE(limits.take_call(shop, 60), 0);
}

TEST(ApiCallLimits, UnlimitedAndNone) {
  FakeClock clock;
  ApiCallLimits limits(clock);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(limits.take_call(shop, -1), 0);
  EXPECT_EQ(limits.take_call(shop, 0), 60);
  EXPECT_EQ(limits.take_call(shop, 1'000'000'000), 0);
  EXPECT_EQ(limits.used_calls(shop, 1'000'000'000), 1);
  EXPECT_EQ(limits.used_calls(shop, 0), 0);
  EXPECT_EQ(limits.used_calls(shop, -1), 0);
}

TEST(ApiCallLimits, GuestsCountByAddressAndTenant) {
  constexpr int64_t per_h = 20;
  FakeClock clock;
  ApiCallLimits limits(clock);
  for (int64_t i = 0; i < per_h; ++i) EXPECT_EQ(limits.take_guest(shop, "192.0.2.1", per_h), 0);
  EXPECT_EQ(limits.take_guest(shop, "192.0.2.1", per_h), 180);
  EXPECT_EQ(limits.take_guest(shop, "192.0.2.2", per_h), 0);
  EXPECT_EQ(limits.take_guest(forum, "192.0.2.1", per_h), 0);
  for (int64_t i = 0; i < per_h; ++i) {
    EXPECT_EQ(limits.take_guest(shop, "2001:db8::" + std::to_string(i), per_h), 0);
  }
  EXPECT_NE(limits.take_guest(shop, "2001:db8::ffff:1", per_h), 0);  // the same network
  EXPECT_EQ(limits.take_guest(shop, "2001:db8:0:1::1", per_h), 0);
  EXPECT_NE(limits.take_guest(shop, "192.0.2.3", 0), 0);
  for (int64_t i = 0; i < per_h * 2; ++i) EXPECT_EQ(limits.take_guest(shop, "192.0.2.3", -1), 0);
}

TEST(ApiCallLimits, AccountsThatWereNotMadeAreGivenBack) {
  FakeClock clock;
  ApiCallLimits limits(clock);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(limits.take_account(shop, "192.0.2.1", 3), 0);
    limits.give_back_account(shop, "192.0.2.1", 3);
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.take_account(shop, "192.0.2.1", 3), 0);
  EXPECT_EQ(limits.take_account(shop, "192.0.2.1", 3), 1200);
  EXPECT_EQ(limits.take_account(forum, "192.0.2.1", 3), 0);
  EXPECT_EQ(limits.take_account(shop, "192.0.2.2", 3), 0);
}

TEST(ApiCallLimits, ATenantHasOnlySoManyGuests) {
  constexpr int64_t per_h = 20;
  FakeClock clock;
  ApiCallLimits limits(clock);
  int64_t refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string address = "198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    refused += limits.take_guest(shop, address, per_h) != 0 ? 1 : 0;
  }
  EXPECT_EQ(refused, 1000 - ApiCallLimits::guests_per_tenant_min);
  EXPECT_EQ(limits.take_guest(forum, "198.51.0.1", per_h), 0);
}

}  // namespace
}  // namespace teahouse::api_call_limits_test
