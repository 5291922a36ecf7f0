#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::voice_test {
namespace {

std::string request(const std::string& more = "") {
  return "<message to='cave@rooms.shop.example' id='v'><x xmlns='jabber:x:data' type='submit'>" +
         field("FORM_TYPE", "http://jabber.org/protocol/muc#request") + field("muc#role", "participant") + more +
         "</x></message>";
}

struct SilentCave : RoomWorld {
  Client& romeo =
      found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_moderatedroom", "1"));
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  Client& nurse = enter("nurse@forum.example/n", "cave@rooms.shop.example/Nurse");
};

TEST(RoomVoice, IsAskedForAgainAfterAWhile) {
  SilentCave world;
  for (int i = 0; i < 5; ++i) world.juliet.send(request());
  EXPECT_EQ(world.romeo.count({"muc#request_allow", "Juliet"}), 2U) << world.romeo.all();
  EXPECT_EQ(world.juliet.count({"type='error'", "resource-constraint", "type='wait'"}), 3U) << world.juliet.all();
  world.nurse.say(request());
  EXPECT_EQ(world.romeo.count({"muc#request_allow", "Nurse"}), 1U) << "each has a rate of their own";
  world.clock.advance_ms(60'000);
  world.juliet.say(request());
  EXPECT_EQ(world.romeo.count({"muc#request_allow", "Juliet"}), 1U) << world.romeo.all();
  EXPECT_TRUE(world.juliet.got.empty() && world.nurse.got.empty());
}

TEST(RoomVoice, ManyTogetherDoNotFloodTheModerators) {
  SilentCave world;
  world.romeo.forget();
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(world.create(world.forum, "crowd" + std::to_string(i)));
    Client& each = world.enter("crowd" + std::to_string(i) + "@forum.example/x",
                               "cave@rooms.shop.example/Crowd" + std::to_string(i));
    each.send(request());
  }
  EXPECT_EQ(world.romeo.count({"muc#request_allow"}), 30U);
}

// The answers of a room that hides addresses tell nobody whose nick it is.
TEST(RoomVoice, AnswersOfOthersTryNoAddressOut) {
  SilentCave world;
  std::vector<std::string> answers;
  for (const char* jid : {"nurse@forum.example", "tybalt@forum.example"}) {
    world.juliet.say(request(field("muc#roomnick", "Nurse") + field("muc#jid", jid) + field("muc#request_allow", "1")));
    EXPECT_TRUE(world.juliet.has({"type='error'", "<forbidden"})) << world.juliet.all();
    answers.push_back(world.juliet.all());
    EXPECT_TRUE(world.nurse.got.empty() && world.romeo.got.empty());
  }
  EXPECT_EQ(answers.front(), answers.back());
}

TEST(RoomVoice, IsRefusedWhereNobodyCouldGrantIt) {
  SilentCave world;
  world.romeo.say("<presence type='unavailable' to='cave@rooms.shop.example/Romeo'/>");
  world.juliet.say(request());
  EXPECT_TRUE(world.juliet.has({"type='error'", "recipient-unavailable"})) << world.juliet.all();
  EXPECT_TRUE(world.romeo.got.empty() && world.nurse.got.empty());
}

}  // namespace
}  // namespace teahouse::testing::voice_test
