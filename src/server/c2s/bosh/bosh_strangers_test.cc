#include "server/c2s/bosh/bosh_strangers.h"

#include <gtest/gtest.h>

#include <set>

namespace teahouse::c2s::bosh_strangers_test {
namespace {

using Talk = BoshStrangers::Talk;

// Sessions are silent, but for those that a test names.
class BoshStrangersTest : public ::testing::Test {
 protected:
  // So many of one address; their ids are "NAME-1" and so on.
  void come(const std::string& name, const std::string& address, size_t count) {
    for (size_t i = 0; i < count; ++i) strangers_.add(name + "-" + std::to_string(++named_[name]), address);
  }
  // "none ends", "refused", or the id of the one that ends.
  std::string judge(const std::string& address) {
    const auto verdict = strangers_.judge(address, [this](const std::string& sid) {
      if (elsewhere_.contains(sid)) return Talk::elsewhere;
      return waiting_.contains(sid) || all_wait_ ? Talk::waits : Talk::silent;
    });
    if (!verdict.may_come) return "refused";
    return verdict.ends.empty() ? "none ends" : verdict.ends;
  }

  BoshStrangers strangers_;
  std::map<std::string, size_t> named_;
  std::set<std::string> waiting_, elsewhere_;
  bool all_wait_ = false;
};

TEST_F(BoshStrangersTest, OneMoreOfAFullNetworkTakesThePlaceOfItsOldestSilentOne) {
  come("mine", "2001:db8::1", BoshStrangers::of_network_max - 1);
  EXPECT_EQ(judge("2001:db8::2"), "none ends");
  come("mine", "2001:db8::2", 1);
  EXPECT_EQ(judge("2001:db8::3"), "mine-1") << "of the same /64";
  EXPECT_EQ(judge("2001:db8:0:1::1"), "none ends");
  waiting_ = {"mine-1", "mine-2"};
  elsewhere_ = {"mine-3"};
  EXPECT_EQ(judge("2001:db8::3"), "mine-4");
  all_wait_ = true;
  EXPECT_EQ(judge("2001:db8::3"), "refused");
}

TEST_F(BoshStrangersTest, ACrowdOfManyAddressesMakesRoomForOthers) {
  come("first", "192.0.2.1", 1);
  for (int i = 0; i < 9; ++i) come("crowd", "198.51.100." + std::to_string(i), 100);
  come("more", "198.51.100.9", 99);
  ASSERT_EQ(strangers_.count(), BoshStrangers::strangers_max);
  EXPECT_EQ(judge("203.0.113.1").substr(0, 6), "crowd-") << "the oldest of all is one alone, and stays";
  strangers_.remove("crowd-900");
  EXPECT_EQ(judge("203.0.113.1"), "none ends");
}

TEST_F(BoshStrangersTest, AllNetworksOfASiteAreOneCrowd) {
  come("small", "192.0.2.1", 90);
  // Each of 91 networks in a /48 has ten at most.
  for (int i = 0; i < 91; ++i) come("crowd", "2001:db8:7:" + std::to_string(i) + "::1", 10);
  EXPECT_EQ(judge("203.0.113.1"), "crowd-1");
  waiting_.insert("crowd-1");
  EXPECT_EQ(judge("203.0.113.1"), "crowd-2");
  all_wait_ = true;
  EXPECT_EQ(judge("203.0.113.1"), "crowd-1") << "open requests keep no place from others";
}

TEST_F(BoshStrangersTest, ThoseThatHaveLoggedInAreCountedNoMore) {
  come("mine", "192.0.2.1", BoshStrangers::of_network_max);
  strangers_.remove("mine-7");
  strangers_.remove("mine-7");
  EXPECT_EQ(strangers_.count(), BoshStrangers::of_network_max - 1);
  EXPECT_EQ(judge("192.0.2.1"), "none ends");
  for (size_t i = 1; i <= BoshStrangers::of_network_max; ++i) strangers_.remove("mine-" + std::to_string(i));
  EXPECT_EQ(strangers_.count(), 0U);
}

}  // namespace
}  // namespace teahouse::c2s::bosh_strangers_test
