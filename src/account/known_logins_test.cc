#include "account/known_logins.h"

#include <gtest/gtest.h>

#include "base/testing/run_task.h"
#include "store/sqlite/sqlite_plane.h"

namespace teahouse {
namespace {

constexpr auto shop = static_cast<TenantId>(1), forum = static_cast<TenantId>(2);
constexpr const char* here = "192.0.2.1";
constexpr int64_t day_ms = 24LL * 60 * 60 * 1000;

struct Restarts : ::testing::Test {
  Restarts() { EXPECT_TRUE(control->migrate(known_logins_migrations())); }

  static void enter(LoginThrottle& throttle, TenantId tenant, const char* localpart, const std::string& address) {
    ASSERT_TRUE(throttle.take(tenant, localpart, address));
    throttle.succeeded(tenant, localpart, address);
  }
  void keep(LoginThrottle& throttle) { EXPECT_TRUE(testing::run(home, store_known_logins(*control, home, throttle))); }
  // Whether a server that starts now lets the right password in while strangers guess.
  bool is_known(TenantId tenant, const char* localpart, const std::string& address) {
    LoginThrottle throttle(clock);
    EXPECT_TRUE(load_known_logins(*control, clock, throttle));
    for (int i = 0; i < 100; ++i) (void)throttle.take(tenant, localpart, "203.0." + std::to_string(i) + ".9");
    return throttle.take(tenant, localpart, address);
  }

  FakeClock clock;
  testing::QueueExecutor home;
  std::unique_ptr<store::ControlPlane> control = *store::open_sqlite(":memory:");
};

TEST_F(Restarts, LeaveAnAccountKnownWhereItWas) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  keep(throttle);
  EXPECT_TRUE(is_known(shop, "romeo", here));
  EXPECT_FALSE(is_known(shop, "romeo", "192.0.2.2"));
  EXPECT_FALSE(is_known(shop, "juliet", here));
  EXPECT_FALSE(is_known(forum, "romeo", here));
  clock.advance_ms(30 * day_ms);
  EXPECT_FALSE(is_known(shop, "romeo", here));
}

TEST_F(Restarts, DoNotMakeALoginOlderThanItWas) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  keep(throttle);
  clock.advance_ms(20 * day_ms);
  enter(throttle, shop, "romeo", here);  // news again, since a day is over
  keep(throttle);
  clock.advance_ms(20 * day_ms);
  EXPECT_TRUE(is_known(shop, "romeo", here));
}

TEST_F(Restarts, DoNotLetTheNextOwnerOfANameInherit) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  enter(throttle, forum, "romeo", here);
  keep(throttle);
  throttle.forget(shop, "romeo");
  keep(throttle);
  EXPECT_FALSE(is_known(shop, "romeo", here));
  EXPECT_TRUE(is_known(forum, "romeo", here));
}

TEST_F(Restarts, KeepTheLastEightAddresses) {
  LoginThrottle throttle(clock);
  for (int i = 0; i < 9; ++i) {
    enter(throttle, shop, "romeo", "192.0.2." + std::to_string(i));
    clock.advance_ms(1);
  }
  keep(throttle);
  EXPECT_FALSE(is_known(shop, "romeo", "192.0.2.0"));
  EXPECT_TRUE(is_known(shop, "romeo", "192.0.2.1"));
  const auto rows = control->execute_now({"SELECT COUNT(*) FROM known_logins", {}});
  EXPECT_EQ(store::as_int(rows->rows[0][0]), 8);
}

TEST_F(Restarts, CostNothingForWhatIsKnownAlready) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  EXPECT_EQ(throttle.take_news().size(), 1U);
  for (int i = 0; i < 10; ++i) enter(throttle, shop, "romeo", here);
  EXPECT_TRUE(throttle.take_news().empty());
}

}  // namespace
}  // namespace teahouse
