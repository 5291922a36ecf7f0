#include "modules/muc/slow_mode.h"

#include "modules/muc/config.h"
#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::slow_mode_test {
namespace {

std::string say(const std::string& content) {
  return "<message type='groupchat' id='s' to='cave@rooms.shop.example'>" + content + "</message>";
}

struct SlowCave : RoomWorld {
  Client& romeo =
      found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_slow_mode_duration", "20"));
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
};

TEST(RoomSlowMode, LetsUsersWait) {
  SlowCave world;
  Client& phone = world.enter("juliet@forum.example/phone", "cave@rooms.shop.example/J");
  world.juliet.say(say("<body>one</body>"));
  EXPECT_TRUE(world.romeo.has({"<body>one"}));
  world.clock.advance_ms(19'001);
  for (Client* each : {&world.juliet, &phone}) {
    each->say(say("<body>two</body>"));
    EXPECT_TRUE(each->has({"type='error'", "type='wait'", "<policy-violation", "20 seconds", "in 1 seconds"}))
        << each->all();
    EXPECT_TRUE(world.romeo.got.empty()) << world.romeo.all();
  }
  world.juliet.say(say("<composing xmlns='http://jabber.org/protocol/chatstates'/>"));
  EXPECT_TRUE(world.romeo.has({"composing"})) << "no words";
  world.clock.advance_ms(999);
  phone.say(say("<body>three</body>"));
  EXPECT_TRUE(world.romeo.has({"<body>three"})) << phone.all();
  for (const char* text : {"a", "b"}) world.romeo.send(say("<body>" + std::string(text) + "</body>"));
  EXPECT_TRUE(world.juliet.has({"<body>b"})) << "owners need not wait";
}

TEST(RoomSlowMode, CountsOnlyWhatWasSaid) {
  SlowCave world;
  world.romeo.send(
      "<iq type='set' id='v' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item nick='Juliet' role='visitor'/></query></iq>");
  world.juliet.say(say("<body>no voice</body>"));
  EXPECT_TRUE(world.juliet.has({"type='error'", "<forbidden"}));
  world.romeo.send(
      "<iq type='set' id='v' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item nick='Juliet' role='participant'/></query></iq>");
  world.juliet.say(say("<body>voice</body>"));
  EXPECT_TRUE(world.romeo.has({"<body>voice"})) << world.juliet.all();
}

TEST(RoomSlowMode, RemembersABoundedNumber) {
  muc::SlowMode slow;
  for (size_t i = 0; i < muc::slow_speakers_max; ++i) slow.note("u" + std::to_string(i), static_cast<int64_t>(i), 20);
  EXPECT_EQ(slow.wait_ms("u0", 10'000, 20), 10'000);
  slow.note("late", 25'000, 20);
  EXPECT_EQ(slow.wait_ms("u0", 10'000, 20), 0) << "those whose time has passed are forgotten";
  EXPECT_GT(slow.wait_ms("u9999", 25'000, 20), 0) << "the others are not";
}

}  // namespace
}  // namespace teahouse::testing::slow_mode_test
