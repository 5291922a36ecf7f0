#include "server/ghosts.h"

#include <gtest/gtest.h>

#include <array>

#include "server/testing/session_world.h"

namespace teahouse::ghosts_test {
namespace {

using testing::Wire;

class SpaceForSessions : public testing::SessionWorld {
 protected:
  bool make_space_for(const Crowd& crowd) {
    std::optional<bool> made;
    const auto making = make_space(home_, crowd, [&](bool some) { made = some; });
    while (!made) loop_.run_once(10);
    return *made;
  }
  const Crowd tenant_{world_.shop->id, {}};
};

TEST_F(SpaceForSessions, TheQuietestGhostOfATenantMakesIt) {
  Wire wire;
  connect("ann@shop.example/tablet", wire);
  EXPECT_FALSE(make_space_for(tenant_));  // all are there
  shop_wire_.silent_since = 2000;
  wire.silent_since = 1000;
  forum_wire_.silent_since = 500;
  EXPECT_TRUE(make_space_for(tenant_));
  EXPECT_EQ(wire.ended, "connection-timeout");
  EXPECT_EQ(shop_wire_.ended, "");
  EXPECT_TRUE(make_space_for(tenant_));
  EXPECT_EQ(shop_wire_.ended, "connection-timeout");
  EXPECT_FALSE(make_space_for(tenant_));
  EXPECT_FALSE(forum_wire_.closed);  // another tenant's
}

TEST_F(SpaceForSessions, OneWithoutAStreamMakesIt) {
  Wire wire;
  Session* lost = connect("ann@shop.example/tablet", wire);
  lost->sm_enable(SessionDirectory::key_of("its-id"));
  home_.sessions().make_resumable(*lost, 300);
  home_.sessions().lose_stream(*lost);
  EXPECT_TRUE(make_space_for(tenant_));
  EXPECT_EQ(home_.sessions().find_resumable("its-id"), nullptr);
  EXPECT_FALSE(shop_wire_.closed);
  EXPECT_EQ(shop_wire_.asked, 0U);  // there was no need
}

TEST_F(SpaceForSessions, WhoDoesNotAnswerMakesIt) {
  Wire wire;
  connect("ann@shop.example/tablet", wire);
  wire.answers = false;
  bool made = false;
  const auto making = make_space(home_, tenant_, [&](bool some) { made = some; });
  while (wire.asked == 0) loop_.run_once(10);
  turn();
  EXPECT_FALSE(made);  // it may answer yet
  EXPECT_EQ(wire.ended, "");
  wire.silent_since = 1000;
  world_.clock.advance_ms(SpaceMaking::look_ms);
  while (!made) loop_.run_once(10);
  EXPECT_EQ(wire.ended, "connection-timeout");
  EXPECT_FALSE(shop_wire_.closed);
  EXPECT_EQ(forum_wire_.asked, 0U);
}

TEST_F(SpaceForSessions, WhoAnswersStays) {
  shop_wire_.answers = false;
  std::optional<bool> made;
  const auto making = make_space(home_, tenant_, [&](bool some) { made = some; });
  while (shop_wire_.asked == 0) loop_.run_once(10);
  turn();
  shop_wire_.answers = true;
  world_.clock.advance_ms(SpaceMaking::look_ms);
  while (!made) loop_.run_once(10);
  EXPECT_FALSE(*made);
  EXPECT_FALSE(shop_wire_.closed);
}

// One that turns out to be gone when it is asked has made room by that.
TEST_F(SpaceForSessions, WhoEndsWhenItIsAskedMadeIt) {
  shop_wire_.answers = false;
  bool made = false;
  const auto making = make_space(home_, tenant_, [&](bool some) { made = some; });
  while (shop_wire_.asked == 0) loop_.run_once(10);
  turn();
  home_.sessions().lose_stream(*shop_);
  world_.clock.advance_ms(SpaceMaking::look_ms);
  while (!made) loop_.run_once(10);
}

TEST_F(SpaceForSessions, OnlyTheQuietestAreAsked) {
  std::array<Wire, SpaceMaking::asked_max + 1> wires;
  for (size_t i = 0; i < wires.size(); ++i) {
    connect("ann@shop.example/" + std::to_string(i), wires[i]);
    wires[i].heard = 1000 - static_cast<int64_t>(i);
  }
  shop_wire_.heard = 2000;
  EXPECT_FALSE(make_space_for(tenant_));
  EXPECT_EQ(shop_wire_.asked, 0U);
  EXPECT_EQ(wires[0].asked, 0U);
  for (size_t i = 1; i < wires.size(); ++i) EXPECT_EQ(wires[i].asked, 1U) << i;
}

TEST_F(SpaceForSessions, OfAnAccountIsMadeByItsOwn) {
  Wire wire;
  ASSERT_TRUE(world_.create(world_.shop, "bo"));
  connect("bo@shop.example/desk", wire);
  wire.silent_since = 1000;
  EXPECT_FALSE(make_space_for({world_.shop->id, "ann@shop.example"}));
  EXPECT_FALSE(wire.closed);
  EXPECT_TRUE(make_space_for({world_.shop->id, "bo@shop.example"}));
  EXPECT_EQ(wire.ended, "connection-timeout");
}

TEST_F(SpaceForSessions, OfATenantIsLookedForSoOftenAMinute) {
  constexpr size_t logins = 1000, hunts = ApiCallLimits::ghost_hunts_per_min, looks_of_a_hunt = 3;
  for (size_t i = 0; i < logins; ++i) EXPECT_FALSE(make_space_for(tenant_));
  EXPECT_LE(shop_wire_.looked_at, hunts * looks_of_a_hunt);
  EXPECT_GE(shop_wire_.looked_at, hunts);
  shop_wire_.silent_since = 1000;
  EXPECT_FALSE(make_space_for(tenant_));
  EXPECT_TRUE(make_space_for({world_.shop->id, "ann@shop.example"})) << "an account's are few";
  EXPECT_EQ(shop_wire_.ended, "connection-timeout");
  EXPECT_FALSE(make_space_for({world_.forum->id, {}}));
  EXPECT_GT(forum_wire_.looked_at, 0U) << "another tenant's logins are its own";
  Wire wire;
  connect("ann@shop.example/tablet", wire);
  wire.silent_since = 1000;
  world_.clock.advance_ms(1000);
  EXPECT_TRUE(make_space_for(tenant_));
  EXPECT_EQ(wire.ended, "connection-timeout");
}

// The newcomer hung up meanwhile.
TEST_F(SpaceForSessions, NobodyIsToldOnceItIsNotWanted) {
  shop_wire_.silent_since = 1000;
  bool told = false;
  make_space(home_, tenant_, [&](bool) { told = true; }).reset();
  for (int i = 0; i < 20; ++i) turn();
  EXPECT_FALSE(told);
  EXPECT_FALSE(shop_wire_.closed);
}

}  // namespace
}  // namespace teahouse::ghosts_test
