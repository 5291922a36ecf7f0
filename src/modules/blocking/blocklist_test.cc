#include "modules/blocking/blocklist.h"

#include <gtest/gtest.h>

namespace teahouse::blocklist_test {
namespace {

bool matches(const char* blocked, const char* address) {
  Blocklist list;
  list.add(*Jid::parse(blocked));
  return list.matches(*Jid::parse(address));
}

TEST(Blocklist, MatchesAsSection5Has) {
  EXPECT_TRUE(matches("bo@shop.example/desk", "bo@shop.example/desk"));
  EXPECT_FALSE(matches("bo@shop.example/desk", "bo@shop.example/phone"));
  EXPECT_FALSE(matches("bo@shop.example/desk", "bo@shop.example"));
  EXPECT_TRUE(matches("bo@shop.example", "bo@shop.example"));
  EXPECT_TRUE(matches("bo@shop.example", "bo@shop.example/phone"));
  EXPECT_FALSE(matches("bo@shop.example", "cy@shop.example"));
  EXPECT_FALSE(matches("bo@shop.example", "shop.example"));
  EXPECT_TRUE(matches("shop.example/news", "shop.example/news"));
  EXPECT_FALSE(matches("shop.example/news", "bo@shop.example"));
  EXPECT_TRUE(matches("shop.example", "shop.example"));
  EXPECT_TRUE(matches("shop.example", "bo@shop.example/phone"));
  EXPECT_TRUE(matches("shop.example", "shop.example/news"));
  EXPECT_FALSE(matches("shop.example", "bo@rooms.shop.example"));
}

TEST(Blocklist, MatchesNothingWhenEmptied) {
  Blocklist list;
  const Jid bo = *Jid::parse("bo@shop.example");
  EXPECT_FALSE(list.matches(bo));
  EXPECT_TRUE(list.add(bo));
  EXPECT_FALSE(list.add(bo));
  EXPECT_TRUE(list.remove(bo));
  EXPECT_FALSE(list.remove(bo));
  EXPECT_FALSE(list.matches(bo));
}

}  // namespace
}  // namespace teahouse::blocklist_test
