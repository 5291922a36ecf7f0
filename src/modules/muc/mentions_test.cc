#include "modules/muc/mentions.h"

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::mentions_test {
namespace {

std::string mention(const std::string& group) {
  return "<mention xmlns='urn:xmpp:mentions:0'" +
         (group.empty() ? std::string(" occupantid='x'") : " mentions='urn:xmpp:mentions:0#" + group + "'") + "/>";
}

std::string say(const std::string& content) {
  return "<message type='groupchat' to='cave@rooms.shop.example'><body>hi</body>" + content + "</message>";
}

std::string rules(const std::string& fields) {
  return "<iq type='set' id='r' to='cave@rooms.shop.example'><query xmlns='urn:xmpp:mentions:0'>"
         "<x xmlns='jabber:x:data' type='submit'>" +
         field("FORM_TYPE", "urn:xmpp:mentions:0") + fields + "</x></query></iq>";
}

struct Mentioning : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  bool mentions(Client& from, Client& to, const std::string& group) {
    from.say(say(mention(group)));
    EXPECT_TRUE(to.has({"<body>hi"})) << "the message itself is heard";
    return to.has({"<mention"});
  }
};

TEST(RoomMentions, AreOfThoseWhoMayMakeThem) {
  Mentioning world;
  EXPECT_TRUE(world.mentions(world.juliet, world.romeo, ""));
  for (const char* group : {"channel", "moderators", "none", "hats", "server", "space", "junk", ""}) {
    if (*group) { EXPECT_FALSE(world.mentions(world.juliet, world.romeo, group)) << group; }
    EXPECT_TRUE(world.mentions(world.romeo, world.juliet, group)) << group;
  }
  world.juliet.say(
      say("<mention xmlns='urn:xmpp:mentions:0' mentions='urn:x'/><mention xmlns='urn:xmpp:mentions:0' "
          "mentions='urn:xmpp:mentions:0'/>"));
  EXPECT_FALSE(world.romeo.has({"<mention"})) << world.romeo.all();
  world.romeo.say(rules(field("mentions#channel", "participants") + field("mentions#individual", "none")));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"})) << world.romeo.all();
  EXPECT_TRUE(world.juliet.has({"<message", "groupchat", "mentions#channel", "mentions#individual"}));
  EXPECT_FALSE(world.juliet.has({"mentions#hats"})) << "only what has changed";
  EXPECT_TRUE(world.mentions(world.juliet, world.romeo, "channel"));
  EXPECT_FALSE(world.mentions(world.romeo, world.juliet, "")) << "nobody is nobody";
}

TEST(RoomMentions, AreNoneWhereThereAreTooMany) {
  Mentioning world;
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += mention("");
  world.juliet.say(say(ten));
  EXPECT_TRUE(world.romeo.has({"<mention"}));
  world.juliet.say(say(ten + mention("")));
  EXPECT_TRUE(world.romeo.has({"<body>hi"}));
  EXPECT_FALSE(world.romeo.has({"<mention"}));
}

TEST(RoomMentions, AreRuledByOwnersInFormsThatAreRight) {
  Mentioning world;
  world.juliet.say(rules(field("mentions#count", "1")));
  EXPECT_TRUE(world.juliet.has({"type='error'", "<forbidden"}));
  for (const char* count : {"-1", "51", "many", "", "99999999999999999999"}) {
    world.romeo.say(rules(field("mentions#count", count)));
    EXPECT_TRUE(world.romeo.has({"type='error'", "<not-acceptable"})) << count;
  }
  world.romeo.say(rules(field("mentions#hats", "visitors")));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<not-acceptable", "mentions#hats"}));
  world.romeo.say("<iq type='set' id='r' to='cave@rooms.shop.example'><query xmlns='urn:xmpp:mentions:0'/></iq>");
  EXPECT_TRUE(world.romeo.has({"type='error'", "<bad-request"}));
  EXPECT_TRUE(world.juliet.got.empty());
  world.romeo.say(rules(field("mentions#count", "10")));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_TRUE(world.juliet.got.empty()) << "nothing has changed";
}

TEST(RoomMentions, RulesAreWrittenAndRead) {
  muc::MentionRules rules;
  muc::read_mention_powers("2101", rules);
  EXPECT_EQ(muc::write_mention_powers(rules), "2101");
  for (const char* junk : {"", "1", "99999", "\xFF\xFF\xFF\xFF", "9876"}) muc::read_mention_powers(junk, rules);
  EXPECT_EQ(muc::write_mention_powers(rules), "2101");
}

}  // namespace
}  // namespace teahouse::testing::mentions_test
