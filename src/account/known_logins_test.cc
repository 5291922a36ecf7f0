#include "account/known_logins.h"

#include <gtest/gtest.h>

#include "account/testing/account_world.h"

namespace teahouse::known_logins_test {
namespace {

constexpr const char* here = "192.0.2.1";
constexpr int64_t day_ms = 24LL * 60 * 60 * 1000;

struct Restarts : ::testing::Test {
  Restarts() {
    for (const TenantPtr& tenant : {world.shop, world.forum}) {
      for (const char* localpart : {"romeo", "juliet"}) EXPECT_TRUE(world.create(tenant, localpart));
    }
  }

  static void enter(LoginThrottle& throttle, TenantId tenant, const char* localpart, const std::string& address) {
    ASSERT_TRUE(throttle.take(tenant, localpart, address));
    throttle.succeeded(tenant, localpart, address);
  }
  void keep(LoginThrottle& throttle) { EXPECT_TRUE(testing::run(home, store_known_logins(*control, home, throttle))); }
  // Whether a server that starts now lets the right password in while strangers guess.
  bool is_known(TenantId tenant, const char* localpart, const std::string& address, bool clock_is_believed = true) {
    LoginThrottle throttle(clock);
    EXPECT_TRUE(load_known_logins(*control, clock, clock_is_believed, throttle));
    for (int i = 0; i < 100; ++i) (void)throttle.take(tenant, localpart, "203.0." + std::to_string(i) + ".9");
    return throttle.take(tenant, localpart, address);
  }

  testing::AccountWorld world;
  FakeClock& clock = world.clock;
  testing::QueueExecutor& home = world.home;
  store::ControlPlane* const control = world.control.get();
  const TenantId shop = world.shop->id, forum = world.forum->id;
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

TEST_F(Restarts, ForgetNothingByAClockThatIsDoubted) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  keep(throttle);
  const int64_t right_ms = clock.wall_ms();
  clock.set_wall_ms(right_ms + 400 * day_ms);
  (void)is_known(shop, "romeo", here, false);
  clock.set_wall_ms(right_ms);
  EXPECT_TRUE(is_known(shop, "romeo", here));
  clock.set_wall_ms(right_ms + 400 * day_ms);
  EXPECT_FALSE(is_known(shop, "romeo", here));
  clock.set_wall_ms(right_ms);
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
  enter(throttle, shop, "romeo", "192.0.2.2");
  // A crash here leaves nothing either.
  ASSERT_TRUE(world.wait(world.accounts.remove(home, world.shop, "romeo")));
  EXPECT_FALSE(is_known(shop, "romeo", here));
  keep(throttle);  // news of a removed account
  EXPECT_FALSE(is_known(shop, "romeo", "192.0.2.2"));
  EXPECT_TRUE(is_known(forum, "romeo", here));
  throttle.forget(shop, "romeo");
  for (int i = 0; i < 100; ++i) (void)throttle.take(shop, "romeo", "203.0." + std::to_string(i) + ".9");
  EXPECT_FALSE(throttle.take(shop, "romeo", here));
}

TEST_F(Restarts, LoseNothingOfWhatCouldNotBeStoredAtFirst) {
  LoginThrottle throttle(clock);
  enter(throttle, shop, "romeo", here);
  ASSERT_TRUE(control->execute_now({"ALTER TABLE known_logins RENAME TO away", {}}));
  EXPECT_FALSE(testing::run(home, store_known_logins(*control, home, throttle)));
  enter(throttle, shop, "juliet", here);
  ASSERT_TRUE(control->execute_now({"ALTER TABLE away RENAME TO known_logins", {}}));
  keep(throttle);
  EXPECT_TRUE(is_known(shop, "romeo", here));
  EXPECT_TRUE(is_known(shop, "juliet", here));
  EXPECT_FALSE(is_known(forum, "romeo", here));
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
  const LoginThrottle::News news = throttle.news();
  EXPECT_EQ(news.logins.size(), 1U);
  enter(throttle, shop, "juliet", here);
  throttle.keep_no_more(news.end);
  throttle.keep_no_more(news.end);  // a second writer, who read the same
  ASSERT_EQ(throttle.news().logins.size(), 1U);
  EXPECT_EQ(throttle.news().logins[0].localpart, "juliet");
  keep(throttle);
  for (int i = 0; i < 10; ++i) enter(throttle, shop, "romeo", here);
  EXPECT_TRUE(throttle.news().logins.empty());
}

}  // namespace
}  // namespace teahouse::known_logins_test
