#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::admin_test {
namespace {

std::string admin(const std::string& items, const std::string& type = "set") {
  return "<iq type='" + type +
         "' id='q' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>" + items +
         "</query></iq>";
}
std::string owner(const std::string& inside, const std::string& type = "set") {
  return "<iq type='" + type +
         "' id='q' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>" + inside +
         "</query></iq>";
}
std::string form(const std::string& fields) {
  return owner("<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>");
}

struct Cave : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");      // owner
  Client& nurse = enter("nurse@shop.example/n", "cave@rooms.shop.example/Nurse");      // admin
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");  // another tenant's, participant
  Client& tybalt = connect("tybalt@shop.example/t");                                   // not in the room

  Cave() { romeo.say(admin("<item affiliation='admin' jid='nurse@shop.example'/>")); }
  void refused(Client& client, const std::string& stanza, const std::string& condition) {
    client.say(stanza);
    EXPECT_TRUE(client.has({"<iq", "type='error'", "<" + condition})) << stanza << "\n" << client.all();
    for (Client* each : {&romeo, &nurse, &juliet, &tybalt}) {
      if (each == &client) continue;
      EXPECT_TRUE(each->got.empty()) << stanza << "\n" << each->all();
    }
  }
};

TEST(RoomAdmin, HostileRequestsChangeAndTellNothing) {
  Cave world;
  const std::vector<std::string> attempts = {admin("<item nick='Romeo' role='none'/>"),
                                             admin("<item nick='Juliet' role='moderator'/>"),
                                             admin("<item jid='romeo@shop.example' affiliation='outcast'/>"),
                                             admin("<item jid='juliet@forum.example' affiliation='owner'/>"),
                                             admin("<item affiliation='owner'/>", "get"),
                                             admin("<item affiliation='member'/>", "get"),
                                             admin("<item affiliation='outcast'/>", "get"),
                                             admin("<item role='moderator'/>", "get"),
                                             owner("", "get"),
                                             form(""),
                                             owner("<destroy/>")};
  for (const auto& attempt : attempts) {
    world.refused(world.juliet, attempt, "forbidden");  // a participant
    world.refused(world.tybalt, attempt, "forbidden");  // not in the room
  }
  world.romeo.say(admin("<item affiliation='outcast' jid='tybalt@shop.example'/>"));
  for (const auto& attempt : attempts) world.refused(world.tybalt, attempt, "forbidden");
  // An admin and those above.
  world.refused(world.nurse, admin("<item jid='romeo@shop.example' affiliation='none'/>"), "not-allowed");
  world.refused(world.nurse, admin("<item jid='romeo@shop.example' affiliation='outcast'/>"), "not-allowed");
  world.refused(world.nurse, admin("<item nick='Romeo' role='none'/>"), "not-allowed");
  world.refused(world.nurse, admin("<item nick='Romeo' role='participant'/>"), "not-allowed");
  world.refused(world.nurse, admin("<item jid='nurse@shop.example' affiliation='owner'/>"), "forbidden");
  world.refused(world.nurse, admin("<item jid='nurse@shop.example' affiliation='outcast'/>"), "conflict");
  world.refused(world.nurse, owner("<destroy/>"), "forbidden");
  world.refused(world.nurse, owner("", "get"), "forbidden");
  // The last owner.
  world.refused(world.romeo, admin("<item jid='romeo@shop.example' affiliation='none'/>"), "conflict");
  world.refused(world.romeo, admin("<item jid='romeo@shop.example' affiliation='admin'/>"), "conflict");
  world.refused(world.romeo, admin("<item jid='romeo@shop.example' affiliation='outcast'/>"), "conflict");
  for (const char* nobody :
       {"<field var='muc#roomconfig_roomowners'/>", "<field var='muc#roomconfig_roomowners'><value/></field>",
        "<field var='muc#roomconfig_roomowners'/><field var='muc#roomconfig_roomadmins'>"
        "<value>romeo@shop.example</value></field>"}) {
    world.refused(world.romeo, form(nobody), "conflict");
  }
  world.refused(world.romeo, admin("<item nick='Romeo' affiliation='member'/>"), "conflict");
  world.romeo.say(admin("<item affiliation='owner'/>", "get"));
  EXPECT_TRUE(world.romeo.has({"type='result'", "romeo@shop.example"}));
}

// Clients send lists whole (sections 9.5 and 9.8).
TEST(RoomAdmin, ItemsThatChangeNothingPass) {
  Cave world;
  world.nurse.say(
      admin("<item jid='juliet@forum.example' affiliation='member'/>"
            "<item jid='romeo@shop.example' affiliation='owner'/>"
            "<item jid='nurse@shop.example' affiliation='admin'/>"
            "<item jid='tybalt@shop.example' affiliation='none'/>"));
  EXPECT_TRUE(world.nurse.has({"<iq", "type='result'"})) << world.nurse.all();
  EXPECT_EQ(world.romeo.count({"<presence"}), 1U) << "only Juliet's affiliation has changed: " << world.romeo.all();
  EXPECT_TRUE(world.juliet.has({"affiliation='member'", "code='110'"}));
  world.nurse.say(admin("<item nick='Juliet' role='moderator'/><item nick='Romeo' role='moderator'/>"));
  EXPECT_TRUE(world.nurse.has({"<iq", "type='result'"})) << world.nurse.all();
  EXPECT_EQ(world.romeo.count({"<presence"}), 1U) << world.romeo.all();
  world.juliet.say(admin("<item nick='Nurse' role='moderator'/>"));
  EXPECT_TRUE(world.juliet.has({"<iq", "type='result'"}) && world.nurse.got.empty()) << world.juliet.all();
  // A nick on such an item is a change.
  world.refused(world.nurse, admin("<item jid='romeo@shop.example' affiliation='owner' nick='Fool'/>"), "forbidden");
  world.refused(world.juliet, admin("<item jid='romeo@shop.example' affiliation='owner'/>"), "forbidden");
  // The tenant's staff is on no list of the room: to list such a user is a change.
  world.shop->staff->set("tybalt", true);
  world.refused(world.nurse, admin("<item jid='tybalt@shop.example' affiliation='admin'/>"), "forbidden");
}

TEST(RoomAdmin, JunkIsRefusedWhole) {
  Cave world;
  world.refused(world.romeo, admin(""), "bad-request");
  world.refused(world.romeo, admin("<item/>"), "bad-request");
  world.refused(world.romeo, admin("<item nick='Juliet' role='none' affiliation='none'/>"), "bad-request");
  world.refused(world.romeo, admin("<item nick='Juliet' role='king'/>"), "bad-request");
  world.refused(world.romeo, admin("<item affiliation='member'/>"), "bad-request");
  world.refused(world.romeo, admin("<item affiliation='member' jid='@@'/>"), "jid-malformed");
  world.refused(world.romeo, admin("<item affiliation='member' jid='shop.example'/>"), "jid-malformed");
  world.refused(world.romeo, admin("<item nick='Nobody' role='none'/>"), "item-not-found");
  world.refused(world.romeo, owner(""), "bad-request");
  world.refused(world.romeo, form(field("muc#roomconfig_whois", "junk")), "not-acceptable");
  world.refused(world.romeo, owner("<destroy jid='@@'/>"), "jid-malformed");
  // One bad item spoils all of them: Juliet is not kicked.
  world.refused(world.romeo, admin("<item nick='Juliet' role='none'/><item nick='Nobody' role='none'/>"),
                "item-not-found");
  world.juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>Still here</body></message>");
  EXPECT_EQ(world.romeo.count({"Still here"}), 1U);
}

TEST(RoomAdmin, KickAndBan) {
  Cave world;
  world.nurse.say(admin("<item nick='Juliet' role='none'><reason>Bedtime</reason></item>"));
  EXPECT_TRUE(world.juliet.has(
      {"type='unavailable'", "code='307'", "code='110'", "role='none'", "Bedtime", "<actor nick='Nurse'"}))
      << world.juliet.all();
  EXPECT_TRUE(world.romeo.has({"type='unavailable'", "/Juliet'", "code='307'"}));
  EXPECT_TRUE(world.nurse.has({"<iq", "type='result'"}));
  world.juliet.send(
      "<presence to='cave@rooms.shop.example/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  world.nurse.say(admin("<item jid='juliet@forum.example' affiliation='outcast'/>"));
  EXPECT_TRUE(world.juliet.has({"type='unavailable'", "code='301'", "affiliation='outcast'"}));
  world.juliet.say(
      "<presence to='cave@rooms.shop.example/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(world.juliet.has({"type='error'", "forbidden"}));
  world.nurse.say(admin("<item affiliation='outcast'/>", "get"));
  EXPECT_TRUE(world.nurse.has({"juliet@forum.example"}));
}

TEST(RoomAdmin, BansOnAFullDiskToo) {
  Cave world;
  world.plane->health().raise(store::DiskHealth::little_space);
  world.refused(world.nurse, admin("<item jid='tybalt@shop.example' affiliation='member'/>"), "resource-constraint");
  world.nurse.say(admin("<item jid='juliet@forum.example' affiliation='outcast'/>"));
  EXPECT_TRUE(world.juliet.has({"type='unavailable'", "code='301'", "affiliation='outcast'"}));
  world.nurse.say(admin("<item jid='juliet@forum.example' affiliation='none'/>"));
  EXPECT_TRUE(world.nurse.has({"<iq", "type='result'"}));
}

TEST(RoomAdmin, VoiceAndModerators) {
  Cave world;
  world.romeo.say(admin("<item nick='Juliet' role='moderator'/>"));
  EXPECT_TRUE(world.juliet.has({"role='moderator'", "code='110'", "affiliation='none'"}));
  world.refused(world.juliet, admin("<item nick='Nurse' role='none'/>"), "not-allowed");
  world.refused(world.juliet, admin("<item jid='tybalt@shop.example' affiliation='member'/>"), "forbidden");
  world.juliet.say(admin("<item role='moderator'/>", "get"));
  EXPECT_TRUE(world.juliet.has({"nick='Romeo'", "jid='romeo@shop.example/a'"}));
  world.romeo.say(admin("<item nick='Juliet' role='visitor'/>"));
  EXPECT_TRUE(world.nurse.has({"/Juliet'", "role='visitor'"}));
}

TEST(RoomAdmin, NothingIsAnsweredBeforeItIsOnDisk) {
  Cave world;
  world.plane->hold_commits(true);
  world.romeo.say(admin("<item affiliation='outcast' jid='juliet@forum.example'/>"));
  EXPECT_TRUE(world.romeo.got.empty() && world.juliet.got.empty());
  world.plane->commit();
  world.settle();
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_TRUE(world.juliet.has({"code='301'"}));
}

TEST(RoomOwner, ConfiguresAndTellsTheRoom) {
  Cave world;
  world.romeo.say(owner("", "get"));
  EXPECT_TRUE(world.romeo.has({"muc#roomconfig_persistentroom", "muc#roomconfig_whois", "romeo@shop.example"}));
  world.romeo.say(form(field("muc#roomconfig_whois", "anyone") + field("muc#roomconfig_roomname", "A Cave") +
                       field("unknown", "x")));
  EXPECT_TRUE(world.juliet.has({"<message", "code='172'", "code='104'"})) << world.juliet.all();
  EXPECT_TRUE(world.tybalt.got.empty());
  world.tybalt.say(
      "<presence to='cave@rooms.shop.example/Tybalt'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  EXPECT_TRUE(world.tybalt.has({"code='110'", "code='100'"}));
  EXPECT_TRUE(world.tybalt.has({"/Romeo'", "jid='romeo@shop.example/a'"}));
  world.romeo.say(form(field("muc#roomconfig_membersonly", "1")));
  EXPECT_TRUE(world.tybalt.has({"type='unavailable'", "code='322'"}));
  EXPECT_TRUE(world.juliet.has({"type='unavailable'", "code='322'"}));
  EXPECT_TRUE(world.nurse.has({"/Juliet'", "code='322'"}));
  world.romeo.say(
      form("<field "
           "var='muc#roomconfig_roomowners'><value>romeo@shop.example</value><value>nurse@shop.example</value></field>"
           "<field var='muc#roomconfig_roomadmins'/>"));
  EXPECT_TRUE(world.nurse.has({"affiliation='owner'", "code='110'"}));
  world.romeo.say(admin("<item jid='romeo@shop.example' affiliation='none'/>"));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"})) << "another owner is left";
}

TEST(RoomOwner, DestroysTheRoom) {
  Cave world;
  world.romeo.say(owner("<destroy jid='den@rooms.shop.example'><reason>Flooded</reason></destroy>"));
  for (Client* client : {&world.romeo, &world.nurse, &world.juliet}) {
    EXPECT_EQ(client->count({"<presence", "type='unavailable'"}), 1U);
    EXPECT_TRUE(client->has({"<destroy jid='den@rooms.shop.example'", "Flooded"})) << client->all();
  }
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_TRUE(world.tybalt.got.empty());
  EXPECT_EQ(world.shop->meter->rooms, 0);
  world.juliet.say(
      "<iq type='get' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  EXPECT_TRUE(world.juliet.has({"item-not-found"}));
}

TEST(RoomDisco, ListsPublicRoomsOfThisTenantOnly) {
  RoomWorld world;
  world.found("romeo@shop.example/a", "cave@rooms.shop.example/R", field("muc#roomconfig_roomname", "Cave &amp; Co"));
  world.found("juliet@shop.example/a", "hidden@rooms.shop.example/J", field("muc#roomconfig_publicroom", "0"));
  world.found("nurse@shop.example/a", "den@rooms.shop.example/N");
  world.found("romeo@forum.example/a", "other@rooms.forum.example/R");
  Client& tybalt = world.connect("tybalt@forum.example/t");
  const auto items = [&](const std::string& set) {
    tybalt.say("<iq type='get' id='1' to='rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#items'>" +
               set + "</query></iq>");
  };
  items("");
  EXPECT_TRUE(tybalt.has({"cave@rooms.shop.example", "Cave &amp; Co", "den@rooms.shop.example"})) << tybalt.all();
  EXPECT_FALSE(tybalt.has({"hidden"}));
  EXPECT_FALSE(tybalt.has({"other"}));
  items("<set xmlns='http://jabber.org/protocol/rsm'><max>1</max></set>");
  EXPECT_TRUE(tybalt.has({"jid='cave@", "<count>2"}) && !tybalt.has({"jid='den@"})) << tybalt.all();
  items("<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><after>cave@rooms.shop.example</after></set>");
  EXPECT_TRUE(tybalt.has({"jid='den@", "index='1'"}) && !tybalt.has({"jid='cave@"})) << tybalt.all();
  items("<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><before/></set>");
  EXPECT_TRUE(tybalt.has({"jid='den@"}) && !tybalt.has({"jid='cave@"}));
  items("<set xmlns='http://jabber.org/protocol/rsm'><max>0</max></set>");
  EXPECT_TRUE(tybalt.has({"<count>2"}) && !tybalt.has({"jid="}));
  tybalt.say(
      "<iq type='get' id='1' to='rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  EXPECT_TRUE(tybalt.has({"category='conference'", "http://jabber.org/protocol/muc"}));
  tybalt.say("<iq type='get' id='1' to='rooms.shop.example'><query xmlns='jabber:iq:nonsense'/></iq>");
  EXPECT_TRUE(tybalt.has({"service-unavailable"}));
}

TEST(RoomDisco, TellsOfARoomWhatTheAskerMayKnow) {
  Cave world;
  world.romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><subject>Secret herbs</subject></message>");
  const std::string info =
      "<iq type='get' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
  world.tybalt.say(info);
  EXPECT_TRUE(
      world.tybalt.has({"muc_open", "muc_temporary", "muc_semianonymous", "urn:xmpp:mam:2#extended", "Secret herbs",
                        "http://jabber.org/protocol/muc#self-ping-optimization", "urn:xmpp:occupant-id:0"}))
      << world.tybalt.all();
  world.tybalt.say(
      "<iq type='get' id='1' to='cave@rooms.shop.example'><query "
      "xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  EXPECT_FALSE(world.tybalt.has({"Juliet"}));
  world.juliet.say(
      "<iq type='get' id='1' to='cave@rooms.shop.example'><query "
      "xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  EXPECT_TRUE(world.juliet.has({"cave@rooms.shop.example/Romeo"}));
  world.romeo.say(form(field("muc#roomconfig_membersonly", "1")));
  world.tybalt.say(info);
  EXPECT_TRUE(world.tybalt.has({"muc_membersonly"}));
  EXPECT_FALSE(world.tybalt.has({"Secret herbs"}));
  const std::string nick =
      "<iq type='get' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#info' "
      "node='x-roomuser-item'/></iq>";
  world.nurse.say(
      "<iq type='set' id='r' to='cave@rooms.shop.example'><query "
      "xmlns='jabber:iq:register'><username>Angelica</username></query></iq>");
  EXPECT_TRUE(world.nurse.has({"type='result'"})) << world.nurse.all();
  world.nurse.say(nick);
  EXPECT_TRUE(world.nurse.has({"<identity", "name='Angelica'"}));
  world.tybalt.say(nick);
  EXPECT_FALSE(world.tybalt.has({"<identity"}));
  world.tybalt.say(
      "<iq type='set' id='r' to='cave@rooms.shop.example'><query "
      "xmlns='jabber:iq:register'><username>T</username></query></iq>");
  EXPECT_TRUE(world.tybalt.has({"type='result'"})) << "it waits for an admin";
  world.tybalt.say(nick);
  EXPECT_FALSE(world.tybalt.has({"<identity"}));
  world.romeo.say("<presence to='cave@rooms.shop.example/Angelica'/>");
  EXPECT_TRUE(world.romeo.has({"type='error'", "<conflict"})) << "the nick is reserved";
}

}  // namespace
}  // namespace teahouse::testing::admin_test
