#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::messages_test {
namespace {

std::string groupchat(const std::string& inside) {
  return "<message type='groupchat' id='g1' to='cave@rooms.shop.example'>" + inside + "</message>";
}

struct Cave : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  Client& nurse = connect("nurse@shop.example/c");  // not in the room
};

TEST(RoomMessages, ReachEverybodyInTheRoomAndNobodyElse) {
  Cave world;
  world.juliet.say(groupchat("<body>Good morrow</body>"));
  for (Client* client : {&world.romeo, &world.juliet}) {
    EXPECT_EQ(client->count({"<message", "from='cave@rooms.shop.example/Juliet'", "type='groupchat'", "id='g1'",
                             "Good morrow", "<stanza-id", "by='cave@rooms.shop.example'", "<occupant-id"}),
              1U)
        << client->all();
    EXPECT_EQ(client->got.size(), 1U);
  }
  EXPECT_TRUE(world.nurse.got.empty());
  world.nurse.say(groupchat("<body>I come anon</body>"));
  EXPECT_TRUE(world.nurse.has({"type='error'", "not-acceptable"}));
  EXPECT_TRUE(world.romeo.got.empty() && world.juliet.got.empty());
  world.nurse.say("<message type='groupchat' to='nowhere@rooms.shop.example'><body>x</body></message>");
  EXPECT_TRUE(world.nurse.has({"type='error'", "item-not-found"}));
}

TEST(RoomMessages, OnlyTheRoomSpeaksForTheRoom) {
  Cave world;
  world.juliet.say(
      groupchat("<body>Trust me</body><stanza-id xmlns='urn:xmpp:sid:0' by='CAVE@rooms.shop.example' id='evil1'/>"
                "<stanza-id xmlns='urn:xmpp:sid:0' by='other@example.org' id='fine'/>"
                "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='evil2'/>"
                "<delay xmlns='urn:xmpp:delay' from='cave@rooms.shop.example' stamp='1970-01-01T00:00:00Z'/>"
                "<x xmlns='http://jabber.org/protocol/muc#user'><status code='171'/></x>"));
  ASSERT_EQ(world.romeo.got.size(), 1U);
  const std::string& got = world.romeo.got[0];
  EXPECT_EQ(got.find("evil"), std::string::npos) << got;
  EXPECT_EQ(got.find("<delay"), std::string::npos);
  EXPECT_EQ(got.find("171"), std::string::npos);
  EXPECT_NE(got.find("fine"), std::string::npos);
}

TEST(RoomMessages, AreOnDiskBeforeAnybodyGetsThem) {
  Cave world;
  const uint32_t handled = world.juliet.session->sm_handled();
  world.plane->hold_commits(true);
  world.juliet.say(groupchat("<body>Wait for it</body>"));
  EXPECT_TRUE(world.romeo.got.empty() && world.juliet.got.empty());
  // Later stanzas stand behind: a presence, and a whole entry with its history.
  world.juliet.send("<presence to='cave@rooms.shop.example/Juliet'><show>dnd</show></presence>");
  world.nurse.send(
      "<presence to='cave@rooms.shop.example/Nurse'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(world.romeo.got.empty()) << world.romeo.all();
  EXPECT_TRUE(world.nurse.got.empty()) << world.nurse.all();
  EXPECT_EQ(world.juliet.session->sm_handled(), handled) << "not acknowledged";
  world.plane->commit();
  world.settle();
  EXPECT_EQ(world.juliet.session->sm_handled(), handled + 2);
  EXPECT_LT(world.romeo.place({"Wait for it"}), world.romeo.place({"dnd"}));
  EXPECT_LT(world.romeo.place({"dnd"}), world.romeo.place({"/Nurse'"}));
  EXPECT_EQ(world.nurse.count({"Wait for it"}), 1U) << "as history, and not live as well: " << world.nurse.all();
  EXPECT_TRUE(world.nurse.has({"Wait for it", "<delay"}));
}

TEST(RoomMessages, ModeratedRoomsNeedVoice) {
  RoomWorld world;
  Client& romeo =
      world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_moderatedroom", "1"));
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"role='visitor'", "code='110'"}));
  juliet.say(groupchat("<body>May I?</body>"));
  EXPECT_TRUE(juliet.has({"type='error'", "forbidden"}));
  EXPECT_TRUE(romeo.got.empty());
  juliet.say("<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='submit'>" +
             field("FORM_TYPE", "http://jabber.org/protocol/muc#request") + field("muc#role", "participant") +
             "</x></message>");
  EXPECT_TRUE(romeo.has({"<message", "muc#request_allow", "Juliet"})) << romeo.all();
  EXPECT_TRUE(juliet.got.empty());
  // She may not grant it to herself.
  const std::string grant = "<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='submit'>" +
                            field("FORM_TYPE", "http://jabber.org/protocol/muc#request") +
                            field("muc#role", "participant") + field("muc#roomnick", "Juliet") +
                            field("muc#request_allow", "true") + "</x></message>";
  juliet.say(grant);
  EXPECT_TRUE(juliet.has({"type='error'", "forbidden"}));
  romeo.say(grant);
  EXPECT_TRUE(juliet.has({"<presence", "role='participant'", "code='110'"}));
  juliet.say(groupchat("<body>Thanks</body>"));
  EXPECT_EQ(romeo.count({"Thanks"}), 1U);
}

// The moderator's answer may come late, when another has the nick.
TEST(RoomMessages, VoiceGoesToWhoHasAskedForIt) {
  RoomWorld world;
  Client& romeo =
      world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_moderatedroom", "1"));
  world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet")
      .send("<presence type='unavailable' to='cave@rooms.shop.example/Juliet'/>");
  Client& nurse = world.enter("nurse@forum.example/n", "cave@rooms.shop.example/Juliet");
  const auto grant = [](const std::string& jid) {
    return "<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='submit'>" +
           field("FORM_TYPE", "http://jabber.org/protocol/muc#request") + field("muc#role", "participant") +
           field("muc#jid", jid) + field("muc#roomnick", "Juliet") + field("muc#request_allow", "true") +
           "</x></message>";
  };
  for (const char* left : {"juliet@shop.example/b", "juliet@shop.example", "nurse@forum.example/earlier"}) {
    romeo.say(grant(left));
    EXPECT_TRUE(romeo.has({"type='error'", "item-not-found"})) << left << romeo.all();
    EXPECT_TRUE(nurse.got.empty()) << nurse.all();
  }
  romeo.say(grant("nurse@forum.example/n"));
  EXPECT_TRUE(nurse.has({"<presence", "role='participant'", "code='110'"})) << nurse.all();
}

TEST(RoomMessages, SaidThroughTheApiBearNobodyElsesName) {
  Cave world;  // Romeo owns it, and Juliet of the forum is in it
  world.romeo.send(
      "<iq type='set' id='r' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'><item "
      "affiliation='member' jid='nurse@shop.example' nick='Angelica'/></query></iq>");
  const auto say = [&](const char* name, const char* user) {
    const auto said =
        world.await(world.rooms->say(world.home, world.shop, "cave", {name, user, "<body>I</body>", "s"}));
    world.settle();
    return said ? std::string("said") : to_string(said.error().kind) + (": " + said.error().text);
  };
  for (const char* name : {"Juliet", " juliet ", "JULIET", "Angelica", "angelica"}) {
    for (const char* user : {"tybalt", "juliet"}) {
      world.romeo.forget();
      EXPECT_NE(say(name, user).find("conflict: Somebody else is called"), std::string::npos) << name << user;
      EXPECT_TRUE(world.romeo.got.empty() && world.juliet.got.empty()) << name;
    }
  }
  EXPECT_EQ(say("romeo", "romeo"), "said") << "it is theirs";
  EXPECT_EQ(say("Angelica", "nurse"), "said");
  EXPECT_EQ(say("Tybalt", "tybalt"), "said");
  EXPECT_EQ(say("The Shop", ""), "said");
  EXPECT_EQ(say("Juliet", ""), "said") << "nobody silences the site";
  EXPECT_EQ(say(std::string(128, 'x').c_str(), "tybalt"), "said") << "names are longer than nicks";
  world.juliet.say("<presence type='unavailable' to='cave@rooms.shop.example/Juliet'/>");
  EXPECT_EQ(say("Juliet", "juliet"), "said") << "it is free";
}

TEST(RoomMessages, SubjectsBelongToWhoMaySetThem) {
  Cave world;
  world.juliet.say(groupchat("<subject>Juliet was here</subject>"));
  EXPECT_TRUE(world.juliet.has({"type='error'", "forbidden"}));
  EXPECT_TRUE(world.romeo.got.empty());
  world.nurse.say(groupchat("<subject>So was the nurse</subject>"));
  EXPECT_TRUE(world.nurse.has({"type='error'", "not-acceptable"}));
  world.romeo.say(groupchat("<subject>Balconies</subject>"));
  EXPECT_TRUE(world.juliet.has({"<subject>Balconies", "from='cave@rooms.shop.example/Romeo'"}));
  world.romeo.say(groupchat("<subject>" + std::string(2001, 'x') + "</subject>"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "not-acceptable"}));
  world.romeo.say(groupchat("<subject>Not one</subject><body>with a body</body>"));
  world.nurse.say(
      "<presence to='cave@rooms.shop.example/Nurse'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_NE(world.nurse.got.back().find("<subject>Balconies"), std::string::npos) << world.nurse.all();
}

TEST(RoomMessages, PrivateOnesGoToOne) {
  Cave world;
  world.nurse.send(
      "<presence to='cave@rooms.shop.example/Nurse'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  world.juliet.say("<message type='chat' to='cave@rooms.shop.example/Romeo'><body>psst</body></message>");
  EXPECT_EQ(world.romeo.count({"psst", "from='cave@rooms.shop.example/Juliet'", "type='chat'", "muc#user"}), 1U);
  EXPECT_FALSE(world.romeo.has({"juliet@forum.example"}));
  EXPECT_TRUE(world.nurse.got.empty() && world.juliet.got.empty());
  world.juliet.say("<message type='groupchat' to='cave@rooms.shop.example/Romeo'><body>psst</body></message>");
  EXPECT_TRUE(world.juliet.has({"type='error'", "bad-request"}));
  world.juliet.say("<message type='chat' to='cave@rooms.shop.example/Nobody'><body>psst</body></message>");
  EXPECT_TRUE(world.juliet.has({"type='error'", "item-not-found"}));
  Client& tybalt = world.connect("tybalt@shop.example/t");
  tybalt.say("<message type='chat' to='cave@rooms.shop.example/Romeo'><body>villain</body></message>");
  EXPECT_TRUE(tybalt.has({"type='error'", "not-acceptable"}));
  world.romeo.say(
      "<iq type='set' id='c' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>" +
      field("muc#roomconfig_allowpm", "moderators") + "</x></query></iq>");
  EXPECT_TRUE(world.juliet.has({"<message", "code='104'"}));
  world.juliet.say("<message type='chat' to='cave@rooms.shop.example/Romeo'><body>psst</body></message>");
  EXPECT_TRUE(world.juliet.has({"type='error'", "forbidden"}));
  EXPECT_TRUE(world.romeo.got.empty());
}

TEST(RoomMessages, IqsAreRelayedThereAndBack) {
  Cave world;
  world.juliet.say("<iq type='get' id='v1' to='cave@rooms.shop.example/Romeo'><query xmlns='jabber:iq:version'/></iq>");
  ASSERT_EQ(world.romeo.got.size(), 1U) << world.juliet.all();
  const std::string asked = world.romeo.got[0];
  EXPECT_NE(asked.find("from='cave@rooms.shop.example/Juliet'"), std::string::npos);
  EXPECT_EQ(asked.find("juliet@forum.example"), std::string::npos);
  const size_t at = asked.find(" id='") + 5;
  const std::string id = asked.substr(at, asked.find('\'', at) - at);
  world.romeo.say("<iq type='result' id='" + id +
                  "' to='cave@rooms.shop.example/Juliet'><query xmlns='jabber:iq:version'/></iq>");
  EXPECT_TRUE(world.juliet.has({"type='result'", "id='v1'", "from='cave@rooms.shop.example/Romeo'"}))
      << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"romeo@shop.example"}));
  world.romeo.say("<iq type='result' id='forged' to='cave@rooms.shop.example/Juliet'/>");
  EXPECT_TRUE(world.juliet.got.empty());
  world.nurse.say("<iq type='get' id='v1' to='cave@rooms.shop.example/Romeo'><query xmlns='jabber:iq:version'/></iq>");
  EXPECT_TRUE(world.nurse.has({"type='error'", "not-acceptable"}));
  EXPECT_TRUE(world.romeo.got.empty());
}

TEST(RoomMessages, SelfPing) {
  Cave world;
  const std::string ping =
      "<iq type='get' id='p' to='cave@rooms.shop.example/Juliet'><ping xmlns='urn:xmpp:ping'/></iq>";
  world.juliet.say(ping);
  EXPECT_TRUE(world.juliet.has({"type='result'", "id='p'"}));
  world.nurse.say(ping);
  EXPECT_TRUE(world.nurse.has({"type='error'", "not-acceptable"}));
  EXPECT_TRUE(world.juliet.got.empty());
  world.nurse.say("<iq type='get' id='p' to='gone@rooms.shop.example/Nurse'><ping xmlns='urn:xmpp:ping'/></iq>");
  EXPECT_TRUE(world.nurse.has({"type='error'", "not-acceptable"})) << "so that the client enters again";
}

TEST(RoomMessages, AreRefusedWhileTheDiskFails) {
  Cave world;
  world.plane->fail();
  world.juliet.say(groupchat("<body>Lost</body>"));
  world.romeo.send(groupchat("<body>Lost too</body>"));
  for (Client* client : {&world.romeo, &world.juliet}) {
    EXPECT_TRUE(client->has({"type='error'", "resource-constraint"})) << client->all();
    EXPECT_FALSE(client->has({"Lost"})) << "nothing is told that is not stored";
  }
}

TEST(RoomMessages, OccupantIdsAreStableAndDifferByRoom) {
  Cave world;
  const auto id_in = [&](const std::string& stanza) {
    const size_t at = stanza.find("<occupant-id");
    const size_t begin = stanza.find(" id='", at) + 5;
    return stanza.substr(begin, stanza.find('\'', begin) - begin);
  };
  world.juliet.say(groupchat("<body>1</body>"));
  const std::string first = id_in(world.romeo.got.at(0));
  EXPECT_GE(first.size(), 43U);
  world.juliet.send("<presence type='unavailable' to='cave@rooms.shop.example/Juliet'/>");
  world.juliet.send(
      "<presence to='cave@rooms.shop.example/Capulet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  world.juliet.say(groupchat("<body>2</body>"));
  EXPECT_EQ(id_in(world.romeo.got.at(0)), first);
  world.romeo.say(groupchat("<body>3</body>"));
  EXPECT_NE(id_in(world.juliet.got.at(0)), first);
  world.found("nurse@shop.example/d", "den@rooms.shop.example/Nurse");
  world.juliet.say(
      "<presence to='den@rooms.shop.example/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(world.juliet.has({"code='110'"}));
  EXPECT_FALSE(world.juliet.has({first}));
}

TEST(RoomMessages, InvitationsAndRefusals) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo",
                              field("muc#roomconfig_membersonly", "1") + field("muc#roomconfig_roomsecret", "pass"));
  Client& juliet = world.connect("juliet@forum.example/b");
  Client& tybalt = world.connect("tybalt@shop.example/t");
  const auto invite = [](const std::string& to) {
    return "<message to='cave@rooms.shop.example'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='" + to +
           "'><reason>Come</reason></invite></x></message>";
  };
  const auto decline = [](const std::string& to) {
    return "<message to='cave@rooms.shop.example'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='" + to +
           "'><reason>No</reason></decline></x></message>";
  };
  tybalt.say(invite("tybalt@shop.example"));
  EXPECT_TRUE(tybalt.has({"type='error'", "not-acceptable"}));
  tybalt.say(decline("romeo@shop.example"));
  EXPECT_TRUE(tybalt.has({"type='error'", "item-not-found"}));
  EXPECT_TRUE(romeo.got.empty()) << "nobody writes to strangers through the room";
  romeo.say(invite("juliet@forum.example/b"));
  EXPECT_TRUE(juliet.has({"<invite", "from='romeo@shop.example'", "Come", "<password>pass"}))
      << juliet.all() << romeo.all();
  EXPECT_TRUE(tybalt.got.empty());
  juliet.say(decline("romeo@shop.example/a"));
  EXPECT_TRUE(romeo.has({"<message", "from='cave@rooms.shop.example'", "<decline from='juliet@forum.example'", "No"}))
      << romeo.all();
  EXPECT_TRUE(juliet.got.empty()) << juliet.all();
  juliet.say(decline("romeo@shop.example"));
  EXPECT_TRUE(juliet.has({"type='error'", "item-not-found"})) << "once only";
  juliet.say(
      "<presence to='cave@rooms.shop.example/Juliet'><x "
      "xmlns='http://jabber.org/protocol/muc'><password>pass</password></x></presence>");
  EXPECT_TRUE(juliet.has({"code='110'", "affiliation='member'"})) << juliet.all();
  juliet.say(invite("tybalt@shop.example"));
  EXPECT_TRUE(juliet.has({"type='error'", "forbidden"})) << "members may not let others in by default";
  EXPECT_TRUE(tybalt.got.empty());
}

}  // namespace
}  // namespace teahouse::testing::messages_test
