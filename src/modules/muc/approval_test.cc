#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::approval_test {
namespace {

std::string reg(const std::string& content) {
  return "<iq type='set' id='r' to='cave@rooms.shop.example'><query xmlns='jabber:iq:register'>" + content +
         "</query></iq>";
}

std::string ask(const std::string& nick) {
  return reg("<x xmlns='jabber:x:data' type='submit'>" + field("FORM_TYPE", "http://jabber.org/protocol/muc#register") +
             field("muc#register_roomnick", nick) + "</x>");
}

std::string answer(const std::string& jid, const std::string& nick, const char* allow) {
  return "<message to='cave@rooms.shop.example' id='a'><x xmlns='jabber:x:data' type='submit'>" +
         field("FORM_TYPE", "http://jabber.org/protocol/muc#register") + field("muc#jid", jid) +
         field("muc#register_roomnick", nick) + field("muc#register_allow", allow) + "</x></message>";
}

struct Registering : RoomWorld {
  size_t count_rows() {
    size_t rows = 0;
    for (const TenantId id : {TenantId::server, shop->id, forum->id}) {
      EXPECT_TRUE(await(plane->export_tenant(home, id, [&](const std::string&) { ++rows; })));
    }
    return rows;
  }
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& tybalt = enter("tybalt@shop.example/t", "cave@rooms.shop.example/Tybalt");
  Client& juliet = connect("juliet@forum.example/b");  // not in the room
};

TEST(RoomApproval, MakesAMemberOfWhomAnAdminAgreesTo) {
  Registering world;
  world.juliet.say(ask("Capulet"));
  EXPECT_TRUE(world.juliet.has({"<iq", "type='result'"})) << world.juliet.all();
  EXPECT_EQ(world.romeo.count({"muc#register_allow", "juliet@forum.example", "Capulet"}), 1U) << world.romeo.all();
  EXPECT_TRUE(world.tybalt.got.empty()) << "he is no admin";
  world.juliet.say(ask("Capulet"));
  EXPECT_TRUE(world.juliet.has({"<iq", "type='result'"}));
  EXPECT_TRUE(world.romeo.got.empty()) << "it is the same request";
  for (const char* allow : {"1", "0"}) {
    world.tybalt.say(answer("juliet@forum.example", "Capulet", allow));
    EXPECT_TRUE(world.tybalt.has({"type='error'", "<forbidden"})) << world.tybalt.all();
  }
  world.romeo.say(answer("nurse@forum.example", "Capulet", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << "it is not the nurse who asked";
  world.romeo.say(answer("juliet@forum.example", "Capulet", "1"));
  EXPECT_TRUE(world.romeo.got.empty()) << world.romeo.all();
  world.tybalt.say(ask("CAPULET"));
  EXPECT_TRUE(world.tybalt.has({"type='error'", "<conflict"}));
  world.romeo.say(answer("juliet@forum.example", "Capulet", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << "it was answered";
  world.juliet.say(
      "<presence to='cave@rooms.shop.example/Capulet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(world.juliet.has({"affiliation='member'", "code='110'"})) << world.juliet.all();
}

TEST(RoomApproval, OfTwoOneHasTheNick) {
  Registering world;
  world.juliet.say(ask("Friend"));
  world.tybalt.say(ask("friend"));
  EXPECT_TRUE(world.tybalt.has({"type='error'", "<conflict"})) << world.tybalt.all();
  world.romeo.say(answer("juliet@forum.example", "Friend", "0"));
  world.tybalt.say(ask("friend"));
  EXPECT_TRUE(world.tybalt.has({"<iq", "type='result'"})) << world.tybalt.all();
  world.romeo.say(answer("juliet@forum.example", "Friend", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << "a late answer is not for the next one";
  world.romeo.say(
      "<iq type='set' id='m' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item affiliation='member' jid='nurse@shop.example' nick='Friend'/></query></iq>");
  world.romeo.say(answer("tybalt@shop.example", "friend", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<conflict"})) << world.romeo.all();
  EXPECT_TRUE(world.tybalt.got.empty());
}

TEST(RoomApproval, IsSettledByAnAffiliation) {
  Registering world;
  world.tybalt.say(ask("Prince"));
  world.romeo.say(
      "<iq type='set' id='m' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item affiliation='outcast' jid='tybalt@shop.example'/></query></iq>");
  world.romeo.say(answer("tybalt@shop.example", "Prince", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << "a late form lifts no ban";
  world.tybalt.say(ask("Prince"));
  EXPECT_TRUE(world.tybalt.has({"type='error'", "<forbidden"}));
  EXPECT_TRUE(world.romeo.got.empty());
}

TEST(RoomApproval, HasABoundInEachRoom) {
  Registering world;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "crowd" + std::to_string(i);
    ASSERT_TRUE(world.create(world.forum, name));
    Client& each = world.connect(name + "@forum.example/x");
    world.clock.advance_ms(2'000);
    each.say(ask(name));
    EXPECT_EQ(each.has({"type='result'"}), i < 50) << i << each.all();
    EXPECT_EQ(each.has({"type='error'", "resource-constraint"}), i >= 50) << i << each.all();
    if (i == 0) {
      for (const char* nick : {"a", "b"}) each.send(ask(nick));
      EXPECT_TRUE(each.has({"type='error'", "resource-constraint"})) << "one account alone is bounded too";
    }
  }
  world.romeo.say(
      "<presence to='cave@rooms.shop.example/Romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_EQ(world.romeo.count({"muc#register_allow"}), 50U) << "an admin who enters gets them all";
  world.tybalt.say(
      "<presence to='cave@rooms.shop.example/Tybalt'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_EQ(world.tybalt.count({"muc#register_allow"}), 0U);
}

TEST(RoomApproval, EndsWithTheAccountAndWithTheRoom) {
  Registering world;
  const size_t before = world.count_rows();
  world.juliet.say(ask("Capulet"));
  EXPECT_GT(world.count_rows(), before);
  world.replace_account(world.forum, "juliet");
  EXPECT_EQ(world.count_rows(), before) << "neither the request nor its mention is left";
  world.romeo.say(answer("juliet@forum.example", "Capulet", "1"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << "the next one of the name has not asked";
  world.tybalt.say(ask("Prince"));
  world.tybalt.say(reg("<remove/>"));
  EXPECT_TRUE(world.tybalt.has({"<iq", "type='result'"}));
  EXPECT_EQ(world.count_rows(), before) << "taken back";
  world.tybalt.say(reg("<remove/>"));
  EXPECT_TRUE(world.tybalt.has({"type='error'", "registration-required"})) << world.tybalt.all();
  world.tybalt.say(ask("Prince"));
  world.romeo.say(
      "<iq type='set' id='d' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<destroy/></query></iq>");
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_LT(world.count_rows(), before);
}

TEST(RoomApproval, AFormThatSaysNothingApprovesNobody) {
  Registering world;
  world.juliet.say(ask("Capulet"));
  const auto submit = [](const std::string& fields) {
    return "<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='submit'>" +
           field("FORM_TYPE", "http://jabber.org/protocol/muc#register") + fields + "</x></message>";
  };
  for (const std::string& fields :
       {std::string(), field("muc#register_allow", "1"), field("muc#jid", "@@") + field("muc#register_allow", "1"),
        field("muc#register_roomnick", " ") + field("muc#register_allow", "1")}) {
    world.romeo.say(submit(fields));
    EXPECT_TRUE(world.romeo.has({"type='error'", "item-not-found"})) << fields << world.romeo.all();
  }
  for (const char* type : {"form", "result", "junk"}) {
    world.romeo.say("<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='" + std::string(type) + "'>" +
                    field("FORM_TYPE", "http://jabber.org/protocol/muc#register") + "</x></message>");
    EXPECT_TRUE(world.romeo.has({"type='error'", "bad-request"})) << type << world.romeo.all();
  }
  world.romeo.say(answer("juliet@forum.example", "Capulet", "1"));
  EXPECT_TRUE(world.romeo.got.empty()) << "it has waited";
}

}  // namespace
}  // namespace teahouse::testing::approval_test
