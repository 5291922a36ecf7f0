#include "account/login_throttle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace teahouse::login_throttle_test {
namespace {

constexpr auto shop = static_cast<TenantId>(1), forum = static_cast<TenantId>(2);
constexpr const char* here = "192.0.2.1";
constexpr const char* there = "198.51.100.7";
constexpr int64_t window_ms = 10 * 60 * 1000;

struct Door {
  FakeClock clock;
  LoginThrottle throttle{clock};

  // Tries a wrong password so many times; how many were looked at.
  int fail(int times, TenantId tenant, const std::string& localpart, const std::string& address) {
    int tried = 0;
    for (int i = 0; i < times; ++i) {
      if (!throttle.take(tenant, localpart, address)) continue;
      throttle.failed(tenant, localpart, address);
      ++tried;
    }
    return tried;
  }
  // One wrong password each from so many addresses.
  int fail_from_everywhere(int times, TenantId tenant, const std::string& localpart) {
    int tried = 0;
    for (int i = 0; i < times; ++i) tried += fail(1, tenant, localpart, "203.0." + std::to_string(i) + ".9");
    return tried;
  }
  // The right password: whether it was looked at.
  bool enter(TenantId tenant, const std::string& localpart, const std::string& address) {
    if (!throttle.take(tenant, localpart, address)) return false;
    throttle.succeeded(tenant, localpart, address);
    return true;
  }
};

TEST(LoginThrottle, DoublesTheDelayFromTheFourthFailureToEightSeconds) {
  Door door;
  std::string delays;
  for (int i = 0; i < 12; ++i) {
    delays += std::to_string(door.throttle.delay_ms(shop, "romeo", here)) + " ";
    door.fail(1, shop, "romeo", here);
  }
  EXPECT_EQ(delays, "0 0 0 0 250 500 1000 2000 4000 8000 8000 8000 ");
  EXPECT_EQ(door.throttle.delay_ms(shop, "juliet", here), 0);
  EXPECT_EQ(door.throttle.delay_ms(shop, "romeo", there), 0);
}

TEST(LoginThrottle, BoundsTheGuessesAtOneAccountFromManyAddresses) {
  Door door;
  EXPECT_EQ(door.fail_from_everywhere(1000, shop, "romeo"), 31);
  EXPECT_FALSE(door.enter(shop, "romeo", there)) << "one stranger is as good as another";
  EXPECT_TRUE(door.enter(shop, "juliet", there));
  EXPECT_TRUE(door.enter(forum, "romeo", there)) << "the other tenant sees nothing of it";
  door.clock.advance_ms(window_ms);
  EXPECT_TRUE(door.enter(shop, "romeo", there));
}

TEST(LoginThrottle, LetsNoStrangerLockAnAccountOutWhereItIsKnown) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", here));
  EXPECT_TRUE(door.enter(shop, "romeo", there));
  for (int minute = 0; minute < 60; ++minute) {
    door.fail_from_everywhere(200, shop, "romeo");
    EXPECT_TRUE(door.enter(shop, "romeo", here));
    EXPECT_TRUE(door.enter(shop, "romeo", there));
    door.clock.advance_ms(60'000);
  }
  door.fail_from_everywhere(200, shop, "romeo");
  EXPECT_FALSE(door.enter(shop, "romeo", "192.0.2.2")) << "and what was let in has not let the strangers in again";
}

TEST(LoginThrottle, ForgetsWhereAnAccountIsKnownAfterThirtyDays) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", here));
  door.clock.advance_ms(30LL * 24 * 60 * 60 * 1000 - 1);
  door.fail_from_everywhere(200, shop, "romeo");
  EXPECT_TRUE(door.throttle.take(shop, "romeo", here));
  door.clock.advance_ms(1);
  EXPECT_FALSE(door.throttle.take(shop, "romeo", here));
}

TEST(LoginThrottle, CountsAnAddressByTheAccountsItFailsAt) {
  Door door;
  int tried = 0;
  for (int i = 0; i < 100; ++i) tried += door.fail(1, shop, "user" + std::to_string(i), here);
  EXPECT_EQ(tried, 31);
  EXPECT_FALSE(door.enter(shop, "juliet", here));
  EXPECT_TRUE(door.enter(shop, "juliet", there));
  EXPECT_TRUE(door.enter(forum, "juliet", here));
  door.clock.advance_ms(window_ms);
  EXPECT_TRUE(door.enter(shop, "juliet", here));
}

// A client that goes on with an old password must not cost an office its log-ins, nor its owner's other devices theirs.
TEST(LoginThrottle, TakesOneStalePasswordForOneFailureOfItsAddress) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", here));
  for (int minute = 0; minute < 60; ++minute) {
    door.fail(5, shop, "romeo", here);
    door.fail(5, shop, "tybalt", here);  // never known here: refused after a while, and still one account
    for (int i = 0; i < 40; ++i) EXPECT_TRUE(door.enter(shop, "user" + std::to_string(i), here)) << i;
    EXPECT_TRUE(door.enter(shop, "romeo", here));
    EXPECT_TRUE(door.enter(shop, "newcomer" + std::to_string(minute), here));
    door.clock.advance_ms(60'000);
  }
}

TEST(LoginThrottle, BoundsTheGuessesAtOneAccountFromOneAddress) {
  Door door;
  EXPECT_EQ(door.fail(100, shop, "romeo", here), 21);
  EXPECT_FALSE(door.enter(shop, "romeo", here));
  EXPECT_TRUE(door.enter(shop, "romeo", there)) << "a single stranger does not use up what all strangers have";
  EXPECT_EQ(door.fail(100, shop, "romeo", there), 62)
      << "where it is known it has more, and the first of the slow ones";
  EXPECT_TRUE(door.enter(shop, "juliet", here));
}

TEST(LoginThrottle, CountsWhatWasGivenUpBeforeItsAnswer) {
  Door door;
  EXPECT_EQ(door.fail_from_everywhere(31, shop, "romeo"), 31);  // none of them waited
  EXPECT_FALSE(door.throttle.take(shop, "romeo", here));
}

// An office after a restart, or a class on its first morning.
TEST(LoginThrottle, LetsManyPeopleInWhoComeToOneAddressAtOnce) {
  Door door;
  const auto user = [](int i) { return "user" + std::to_string(i); };
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(door.throttle.take(shop, user(i), here)) << i;
  for (int i = 0; i < 400; ++i) door.throttle.succeeded(shop, user(i), here);
  EXPECT_EQ(door.fail(1, shop, "romeo", here), 1);
}

TEST(LoginThrottle, BoundsTheAttemptsThatHaveNotEnded) {
  Door door;
  std::vector<std::string> trying;
  for (int i = 0; i < 1000; ++i) {
    const std::string user = "user" + std::to_string(i);
    if (door.throttle.take(shop, user, here)) trying.push_back(user);
  }
  EXPECT_EQ(trying.size(), 500U);
  EXPECT_TRUE(door.enter(shop, "romeo", there));
  for (const std::string& user : trying) door.throttle.failed(shop, user, here);
  EXPECT_FALSE(door.throttle.take(shop, "romeo", here)) << "now they are failures";
  EXPECT_TRUE(door.throttle.take(forum, "romeo", here));
}

TEST(LoginThrottle, CountsNothingWhereNoPasswordWasTried) {
  Door door;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(door.throttle.take(shop, "user" + std::to_string(i), here));
    door.throttle.give_back(shop, "user" + std::to_string(i), here);
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(door.throttle.take(shop, "romeo", here));
    door.throttle.give_back(shop, "romeo", here);
  }
  EXPECT_EQ(door.fail(100, shop, "romeo", here), 21);
}

// All devices of one person, or the bots of a site, after a restart.
TEST(LoginThrottle, LetsManyDevicesOfOneAccountInAtOnce) {
  Door door;
  for (const char* address : {here, there}) {
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(door.throttle.take(shop, "romeo", address)) << address << i;
    for (int i = 0; i < 60; ++i) door.throttle.succeeded(shop, "romeo", address);
  }
  EXPECT_EQ(door.fail_from_everywhere(1000, shop, "romeo"), 31) << "and strangers have no more for it";
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(door.enter(shop, "romeo", here)) << i;
}

TEST(LoginThrottle, BoundsTheGuessesThatBeginAtOnceFromOneAddress) {
  Door door;
  const auto burst = [&](const char* address) {
    int looked_at = 0;
    for (int i = 0; i < 1000; ++i) looked_at += door.throttle.take(shop, "romeo", address);
    for (int i = 0; i < looked_at; ++i) door.throttle.failed(shop, "romeo", address);
    return looked_at;
  };
  EXPECT_EQ(door.fail(20, shop, "romeo", here), 20);
  EXPECT_EQ(burst(here), 64);
  EXPECT_EQ(burst(here), 0) << "now they are failures";
  EXPECT_EQ(burst(there), 0) << "of all strangers";
  door.clock.advance_ms(window_ms);
  EXPECT_EQ(burst(there), 64);
}

TEST(LoginThrottle, BoundsTheGuessesThatBeginAtOnceFromManyAddresses) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", here));
  EXPECT_EQ(door.fail_from_everywhere(30, shop, "romeo"), 30);
  std::vector<std::string> trying;
  for (int i = 0; i < 1000; ++i) {
    const std::string address = "198.51." + std::to_string(i) + ".1";
    if (door.throttle.take(shop, "romeo", address)) trying.push_back(address);
  }
  EXPECT_EQ(trying.size(), 64U);
  EXPECT_TRUE(door.enter(shop, "romeo", here)) << "who is known does not wait for them";
  EXPECT_TRUE(door.enter(shop, "juliet", there));
  EXPECT_TRUE(door.enter(forum, "romeo", there));
  for (const std::string& address : trying) door.throttle.failed(shop, "romeo", address);
  EXPECT_EQ(door.fail_from_everywhere(1000, shop, "romeo"), 0);
}

TEST(LoginThrottle, LetsNoNeighbourLockAnAccountOutWhereItIsKnown) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", here));
  for (int i = 0; i < 1000; ++i) door.fail(1, shop, "user" + std::to_string(i), here);
  EXPECT_TRUE(door.enter(shop, "romeo", here)) << "what fails at other accounts does not count";
  int guesses = 0, looked_at = 0;
  for (int second = 0; second < 600; ++second) {  // as fast as they can, for a whole window
    for (int i = 0; i < 100; ++i) guesses += door.throttle.take(shop, "romeo", here);
    for (; looked_at < guesses; ++looked_at) door.throttle.failed(shop, "romeo", here);
    door.clock.advance_ms(1000);
  }
  EXPECT_LE(guesses, 60 + 64 + 60);
  door.fail(100, shop, "romeo", here);
  door.clock.advance_ms(10'000);  // and then they pause for a moment
  EXPECT_TRUE(door.enter(shop, "romeo", here));
}

// An attempt under way when its account became known at its address gives back what it took as a stranger's.
TEST(LoginThrottle, LeavesNothingUnderWayWhenAllHasEnded) {
  Door door;
  for (int round = 0; round < 100; ++round) {
    const std::string user = "user" + std::to_string(round);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(door.throttle.take(shop, user, here)) << user;
    door.throttle.succeeded(shop, user, here);
    for (int i = 0; i < 18; ++i) door.throttle.failed(shop, user, here);
    door.throttle.give_back(shop, user, here);
  }
  std::vector<std::string> trying;
  for (int i = 0; i < 600; ++i) {
    if (door.throttle.take(shop, "newcomer" + std::to_string(i), here)) trying.push_back("newcomer");
  }
  EXPECT_EQ(trying.size(), 500U);
  int others = 0;
  for (int i = 0; i < 100; ++i) others += door.throttle.take(shop, "user0", "203.0." + std::to_string(i) + ".9");
  EXPECT_EQ(others, 64);
}

// Else one account of one's own would be a key to all others.
TEST(LoginThrottle, DoesNotForgiveAnAddressForLoggingIn) {
  Door door;
  int tried = 0;
  for (int i = 0; i < 100; ++i) {
    tried += door.fail(1, shop, "user" + std::to_string(i), here);
    door.enter(shop, "mallory", here);
  }
  EXPECT_EQ(tried, 31);
}

TEST(LoginThrottle, TakesAnIpv6NetworkForOneAddress) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "romeo", "2001:db8:1:2::1"));
  door.fail_from_everywhere(200, shop, "romeo");
  EXPECT_TRUE(door.enter(shop, "romeo", "2001:db8:1:2:ffff::9"));
  EXPECT_FALSE(door.enter(shop, "romeo", "2001:db8:1:3::1"));
  EXPECT_TRUE(door.enter(shop, "juliet", "::ffff:192.0.2.1"));
  door.fail_from_everywhere(200, shop, "juliet");
  EXPECT_TRUE(door.enter(shop, "juliet", here));
  EXPECT_FALSE(door.enter(shop, "juliet", "::ffff:192.0.2.2"));
}

TEST(LoginThrottle, RemembersALimitedNumber) {
  Door door;
  EXPECT_TRUE(door.enter(shop, "juliet", here));
  EXPECT_EQ(door.fail(100, shop, "romeo", here), 21);
  for (int i = 0; i < 33'332; ++i) door.fail(1, forum, std::to_string(i), "stranger " + std::to_string(i));
  EXPECT_FALSE(door.throttle.take(shop, "romeo", here)) << "each has three counts";
  for (const char* last : {"a", "b"}) door.fail(1, forum, last, last);
  EXPECT_TRUE(door.throttle.take(shop, "romeo", here)) << "the oldest went";
  door.fail_from_everywhere(200, shop, "juliet");
  EXPECT_TRUE(door.enter(shop, "juliet", here)) << "who failed has not displaced who was right";
}

TEST(LoginThrottle, KnowsAnAccountAtItsLastEightAddresses) {
  Door door;
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(door.enter(shop, "romeo", "192.0.2." + std::to_string(i)));
  door.fail_from_everywhere(200, shop, "romeo");
  EXPECT_FALSE(door.enter(shop, "romeo", "192.0.2.0"));
  for (int i = 1; i < 9; ++i) EXPECT_TRUE(door.enter(shop, "romeo", "192.0.2." + std::to_string(i)));
}

}  // namespace
}  // namespace teahouse::login_throttle_test
