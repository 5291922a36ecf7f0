#include "modules/muc/hats.h"
#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::hat_commands_test {
namespace {

std::string command(const std::string& node, const std::string& fields, const std::string& attributes = {}) {
  const std::string form =
      "<x xmlns='jabber:x:data' type='submit'>" + field("FORM_TYPE", "urn:xmpp:hats:commands") + fields + "</x>";
  return "<iq type='set' id='c' to='cave@rooms.shop.example'><command xmlns='http://jabber.org/protocol/commands' "
         "node='urn:xmpp:hats:commands:" +
         node + "'" + attributes + ">" + (fields.empty() ? "" : form) + "</command></iq>";
}

std::string create(const std::string& uri, const std::string& title, const std::string& hue = {}) {
  return command("create", field("hats#uri", uri) + field("hats#title", title) + field("hats#hue", hue));
}

std::string give(const std::string& jid, const std::string& uri, const char* node = "assign") {
  return command(node, field("hats#jid", jid) + field("hats#uri", uri));
}

struct Hatted : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  Client& nurse = connect("nurse@forum.example/n");  // not in the room
};

TEST(RoomHats, AreForOwnersToGive) {
  Hatted world;
  for (const char* node : {"create", "destroy", "assign", "unassign", "list-assigned"}) {
    world.juliet.say(command(node, {}));
    EXPECT_TRUE(world.juliet.has({"type='error'", "<forbidden"})) << node << world.juliet.all();
  }
  world.juliet.say(create("urn:a", "A"));
  EXPECT_TRUE(world.juliet.has({"type='error'", "<forbidden"}));
  world.romeo.say(create("urn:a", "A"));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'", "status='completed'"})) << world.romeo.all();
  EXPECT_TRUE(world.juliet.has({"<message", "code='104'"}));
  world.romeo.say(give("juliet@forum.example", "urn:a"));
  EXPECT_TRUE(world.juliet.has({"<presence", "Juliet", "<hats", "urn:a"})) << world.juliet.all();
  EXPECT_TRUE(world.nurse.got.empty());
  world.juliet.say(command("list", {}));
  EXPECT_TRUE(world.juliet.has({"status='completed'", "urn:a", "<reported>"})) << world.juliet.all();
  world.romeo.say(command("list-assigned", {}));
  EXPECT_TRUE(world.romeo.has({"juliet@forum.example", "urn:a"}));
  world.romeo.say(command("destroy", field("hats#uri", "urn:a")));
  EXPECT_TRUE(world.juliet.has({"<presence", "Juliet"})) << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"<hats"}));
}

TEST(RoomHats, HaveOneStageThatIsTheAskersOwn) {
  Hatted world;
  world.romeo.say(command("create", {}));
  ASSERT_TRUE(world.romeo.has({"status='executing'", "hats#title", "<required/>"})) << world.romeo.all();
  const std::string all = world.romeo.all();
  const size_t at = all.find("sessionid='") + 11;
  const std::string id = all.substr(at, all.find('\'', at) - at);
  const auto with = [&](const std::string& session, const std::string& action) {
    return " sessionid='" + session + "' action='" + action + "'";
  };
  const std::string good = field("hats#uri", "urn:a") + field("hats#title", "A");
  for (const auto& [attributes, fields, error] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {with("x", "complete"), good, "bad-sessionid"},
           {with(id, "prev"), good, "bad-action"},
           {with(id, "next"), good, "bad-action"},
           {" action='cancel'", "", "bad-action"},
           {" action='dance'", good, "malformed-action"},
           {with(id, "complete"), "", "bad-payload"},
           {with(id, "complete"), field("hats#uri", "urn:a"), "bad-payload"}}) {
    world.romeo.say(command("create", fields, attributes));
    EXPECT_TRUE(world.romeo.has({"type='error'", "<" + error})) << attributes << world.romeo.all();
  }
  world.romeo.say(command("assign", good, with(id, "complete")));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<bad-sessionid"})) << "of another command";
  world.romeo.say(command("create", {}, with(id, "cancel")));
  EXPECT_TRUE(world.romeo.has({"status='canceled'"}));
  world.romeo.say(command("create", good, with(id, "complete")));
  EXPECT_TRUE(world.romeo.has({"status='completed'"})) << world.romeo.all();
  world.romeo.say(command("nothing", {}));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"}));
}

TEST(RoomHats, HaveBounds) {
  Hatted world;
  for (size_t i = 0; i <= muc::hats_max; ++i) {
    world.romeo.say(create("urn:" + std::to_string(i), "T"));
    EXPECT_EQ(world.romeo.has({"status='completed'"}), i < muc::hats_max) << i << world.romeo.all();
  }
  EXPECT_TRUE(world.romeo.has({"type='error'", "resource-constraint"})) << world.romeo.all();
  world.romeo.say(create("urn:0", "Another title"));
  EXPECT_TRUE(world.romeo.has({"status='completed'"})) << "a change takes no room";
  for (size_t i = 0; i <= muc::worn_max; ++i) {
    world.romeo.say(give("juliet@forum.example", "urn:" + std::to_string(i)));
    EXPECT_EQ(world.romeo.has({"status='completed'"}), i < muc::worn_max) << i;
  }
  world.romeo.say(give("juliet@forum.example", "urn:none"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<bad-payload"}));
  world.romeo.say(give("shop.example", "urn:0"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<bad-payload"}));
  world.romeo.say(give("nurse@forum.example", "urn:0", "unassign"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << world.romeo.all();
  world.romeo.say(create("urn:0", std::string(5000, 'x')));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<bad-payload"}));
}

TEST(RoomHats, GoWithTheAccount) {
  Hatted world;
  world.romeo.say(create("urn:a", "A"));
  world.romeo.say(give("nurse@forum.example", "urn:a"));
  world.replace_account(world.forum, "nurse");
  world.enter("nurse@forum.example/m", "cave@rooms.shop.example/Nurse");
  EXPECT_FALSE(world.romeo.has({"<hats"})) << "the next one of the name has not earned it";
  world.romeo.say(command("list-assigned", {}));
  EXPECT_FALSE(world.romeo.has({"nurse@"}));
}

TEST(RoomHats, AreNotForUsersToClaim) {
  Hatted world;
  const std::string claim =
      "<hats xmlns='urn:xmpp:hats:0'><hat uri='urn:a' title='A'/></hats>"
      "<hats xmlns='xmpp:prosody.im/protocol/hats:1'><hat uri='urn:a' title='A'/></hats>";
  world.juliet.say("<presence to='cave@rooms.shop.example/Juliet'>" + claim + "</presence>");
  EXPECT_TRUE(world.romeo.has({"<presence", "Juliet"}));
  world.juliet.send("<message type='groupchat' to='cave@rooms.shop.example'><body>x</body>" + claim + "</message>");
  world.juliet.send("<message type='chat' to='cave@rooms.shop.example/Romeo'><body>x</body>" + claim + "</message>");
  world.juliet.send("<presence type='unavailable' to='cave@rooms.shop.example/Juliet'>" + claim + "</presence>");
  EXPECT_EQ(world.romeo.count({"<body>x"}), 2U);
  EXPECT_FALSE(world.romeo.has({"<hat"})) << world.romeo.all();
}

}  // namespace
}  // namespace teahouse::testing::hat_commands_test
