#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::join_test {
namespace {

constexpr char cave[] = "cave@rooms.shop.example";
const std::string muc_x = "<x xmlns='http://jabber.org/protocol/muc'/>";

std::string presence_to(const std::string& address, const std::string& inside = muc_x) {
  return "<presence to='" + address + "'>" + inside + "</presence>";
}
std::string leave(const std::string& address) { return "<presence type='unavailable' to='" + address + "'/>"; }

TEST(RoomJoin, TheFirstMakesALockedRoom) {
  RoomWorld world;
  Client& romeo = world.enter("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  EXPECT_TRUE(romeo.has({"<presence", "from='cave@rooms.shop.example/Romeo'", "affiliation='owner'", "role='moderator'",
                         "code='110'", "code='201'", "<occupant-id"}))
      << romeo.all();
  EXPECT_TRUE(romeo.has({"<message", "type='groupchat'", "<subject"}));
  EXPECT_EQ(world.shop->meter->rooms, 1);
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"type='error'", "item-not-found"})) << juliet.all();
  EXPECT_EQ(juliet.got.size(), 1U);
  romeo.say(
      "<iq type='set' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='cancel'/></query></iq>");
  EXPECT_TRUE(romeo.has({"<presence", "type='unavailable'", "<destroy"})) << romeo.all();
  EXPECT_TRUE(romeo.has({"<iq", "type='result'"}));
  EXPECT_EQ(world.shop->meter->rooms, 0);
}

TEST(RoomJoin, OrderOfEventsAndWhoHears) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  romeo.send("<message type='groupchat' id='m1' to='cave@rooms.shop.example'><body>Hello</body></message>");
  romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><subject>Herbs</subject></message>");
  Client& stranger = world.connect("nurse@forum.example/x");
  romeo.forget();
  Client& juliet = world.enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");  // of the other tenant
  const size_t others = juliet.place({"<presence", "/Romeo'"}), own = juliet.place({"<presence", "code='110'"});
  const size_t history = juliet.place({"<message", "Hello", "<delay"}), subject = juliet.place({"<subject>Herbs"});
  EXPECT_LT(others, own) << juliet.all();
  EXPECT_LT(own, history) << juliet.all();
  EXPECT_LT(history, subject) << juliet.all();
  EXPECT_LT(subject, juliet.got.size()) << juliet.all();
  EXPECT_FALSE(juliet.has({"code='201'"}));
  EXPECT_FALSE(juliet.has({"romeo@shop.example"})) << "a semi-anonymous room hides addresses";
  EXPECT_TRUE(romeo.has({"<presence", "/Juliet'", "jid='juliet@forum.example/b'", "role='participant'"}));
  EXPECT_FALSE(romeo.has({"code='110'"}));
  EXPECT_TRUE(stranger.got.empty());
}

TEST(RoomJoin, RefusalsEachWithItsError) {
  RoomWorld world;
  Client& romeo =
      world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_roomsecret", "pass"));
  Client& juliet = world.connect("juliet@shop.example/b");
  juliet.say(presence_to("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"type='error'", "not-authorized", "<x xmlns='http://jabber.org/protocol/muc'"}));
  juliet.say(presence_to("cave@rooms.shop.example/Juliet",
                         "<x xmlns='http://jabber.org/protocol/muc'><password>wrong</password></x>"));
  EXPECT_TRUE(juliet.has({"type='error'", "not-authorized"}));
  const std::string with_password = "<x xmlns='http://jabber.org/protocol/muc'><password>pass</password></x>";
  juliet.say(presence_to("cave@rooms.shop.example/Romeo", with_password));
  EXPECT_TRUE(juliet.has({"type='error'", "<conflict"})) << juliet.all();
  juliet.say(presence_to("cave@rooms.shop.example", with_password));
  EXPECT_TRUE(juliet.has({"type='error'", "jid-malformed"}));
  std::string nick;
  for (int i = 0; i < 101; ++i) nick += "\xC3\xA9";
  juliet.say(presence_to("cave@rooms.shop.example/" + nick, with_password));
  EXPECT_TRUE(juliet.has({"type='error'", "not-acceptable"}));
  juliet.say(presence_to("cave@rooms.shop.example/Juliet", "<show>away</show>"));
  EXPECT_TRUE(juliet.has({"type='unavailable'", "code='110'", "code='307'", "code='333'"})) << "not groupchat 1.0";
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
  juliet.say(presence_to("cave@rooms.shop.example/Juliet", with_password));
  EXPECT_TRUE(juliet.has({"code='110'"}));
  EXPECT_FALSE(romeo.has({"pass"})) << "the password was reflected";
}

TEST(RoomJoin, MembersOnlyAndBanned) {
  RoomWorld world;
  Client& romeo =
      world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_membersonly", "1"));
  Client& juliet = world.connect("juliet@shop.example/b");
  juliet.say(presence_to("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"type='error'", "registration-required"}));
  romeo.say(
      "<iq type='set' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item affiliation='member' jid='juliet@shop.example'/>"
      "<item affiliation='outcast' jid='tybalt@shop.example'><reason>Duels</reason></item></query></iq>");
  EXPECT_TRUE(romeo.has({"<iq", "type='result'"})) << romeo.all();
  EXPECT_TRUE(juliet.has({"<message", "<invite", "from='romeo@shop.example'"})) << "new members are told";
  juliet.say(presence_to("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"code='110'", "affiliation='member'"}));
  Client& tybalt = world.enter("tybalt@shop.example/t", "cave@rooms.shop.example/Tybalt");
  EXPECT_TRUE(tybalt.has({"type='error'", "forbidden"}));
  EXPECT_EQ(tybalt.got.size(), 1U);
  // Membership taken away: out, status 321, and only once.
  romeo.say(
      "<iq type='set' id='2' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item affiliation='none' jid='juliet@shop.example'/></query></iq>");
  EXPECT_TRUE(juliet.has({"type='unavailable'", "code='321'", "code='110'"}));
  EXPECT_EQ(juliet.got.size(), 1U) << juliet.all();
  EXPECT_TRUE(romeo.has({"type='unavailable'", "/Juliet'", "code='321'"}));
}

TEST(RoomJoin, LimitsOfPlanAndRoom) {
  RoomWorld world;
  Plan small{"small", {}};
  small.limits.rooms = 1;
  small.limits.room_members = 2;
  ASSERT_TRUE(world.wait(world.tenants.set_plan(world.home, small)));
  const auto changed = world.wait(world.tenants.change(world.home, "shop", {{"plan", "small"}}));
  ASSERT_TRUE(changed);
  for (auto& home : world.homes) home->set_tenant(*changed);
  world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo", field("muc#roomconfig_maxusers", "1"));
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"type='error'", "service-unavailable"})) << juliet.all();
  juliet.say(presence_to("den@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"type='error'", "resource-constraint"})) << juliet.all();
  EXPECT_EQ(world.shop->meter->rooms, 1);
  Client& other = world.enter("juliet@forum.example/b", "den@rooms.shop.example/Juliet");
  EXPECT_TRUE(other.has({"type='error'", "not-allowed"})) << "another tenant's user makes no rooms here";
  world.clients[0]->say(
      "<iq type='set' id='2' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>" +
      field("muc#roomconfig_maxusers", "none") + "</x></query></iq>");
  juliet.say(presence_to("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"code='110'"}));
  other.say(presence_to("cave@rooms.shop.example/Other"));
  EXPECT_TRUE(other.has({"type='error'", "resource-constraint"})) << other.all();
}

TEST(RoomJoin, SeveralSessionsShareANick) {
  RoomWorld world;
  Client& first = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  Client& second = world.enter("romeo@shop.example/b", "cave@rooms.shop.example/Romeo");
  EXPECT_TRUE(second.has({"code='110'"})) << second.all();
  EXPECT_TRUE(second.has({"/Juliet'"}));
  juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>Both?</body></message>");
  EXPECT_EQ(first.count({"Both?"}), 1U);
  EXPECT_EQ(second.count({"Both?"}), 1U);
  second.say(presence_to("cave@rooms.shop.example/Montague", ""));  // the nick changes for both
  for (Client* client : {&first, &second}) {
    EXPECT_TRUE(client->has({"type='unavailable'", "code='303'", "code='110'", "nick='Montague'"})) << client->all();
    EXPECT_TRUE(client->has({"from='cave@rooms.shop.example/Montague'", "code='110'"}));
  }
  EXPECT_TRUE(juliet.has({"type='unavailable'", "code='303'", "nick='Montague'"}));
  second.say(leave("cave@rooms.shop.example/Montague"));
  EXPECT_TRUE(second.has({"type='unavailable'", "code='110'"}));
  EXPECT_FALSE(juliet.has({"type='unavailable'"})) << "the other session is still there";
  juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>One?</body></message>");
  EXPECT_EQ(first.count({"One?"}), 1U);
  EXPECT_EQ(second.count({"One?"}), 0U);
  first.say(leave("cave@rooms.shop.example/Montague"));
  EXPECT_TRUE(juliet.has({"type='unavailable'", "/Montague'"}));
}

TEST(RoomJoin, PresenceIsPassedOnWithoutForgeries) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  juliet.say(
      presence_to("cave@rooms.shop.example/Juliet",
                  "<show>away</show><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' "
                  "role='moderator'/><status code='666'/></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>"
                  "<c xmlns='http://jabber.org/protocol/caps' node='n'/>"));
  EXPECT_TRUE(romeo.has({"/Juliet'", "<show>away", "role='participant'", "caps"})) << romeo.all();
  EXPECT_FALSE(romeo.has({"666"}));
  EXPECT_FALSE(romeo.has({"forged"}));
  EXPECT_FALSE(romeo.has({"affiliation='owner'"}));
}

TEST(RoomJoin, RolesThatAreNotBroadcastAreSeenByNobody) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo",
                              field("muc#roomconfig_moderatedroom", "1") +
                                  "<field var='muc#roomconfig_presencebroadcast'><value>moderator</value>"
                                  "<value>participant</value></field>");
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"code='110'", "role='visitor'"}));
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
  const auto give = [&](const std::string& role) {
    romeo.say(
        "<iq type='set' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
        "<item nick='Juliet' role='" +
        role + "'/></query></iq>");
  };
  give("participant");
  EXPECT_TRUE(romeo.has({"<presence", "/Juliet'", "role='participant'"}));
  give("visitor");
  EXPECT_TRUE(romeo.has({"<presence", "/Juliet'", "type='unavailable'"}));
  EXPECT_TRUE(juliet.has({"<presence", "role='visitor'", "code='110'"}));
  EXPECT_FALSE(juliet.has({"type='unavailable'"}));
  juliet.say(leave("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
}

TEST(RoomJoin, ADestroyedRoomAndItsSuccessorDoNotMix) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.enter("juliet@shop.example/b", "cave@rooms.shop.example/Juliet");
  world.plane->hold_commits(true);
  romeo.say(
      "<iq type='set' id='1' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<destroy/></query></iq>");
  juliet.send(presence_to("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.got.empty()) << juliet.all();
  world.plane->hold_commits(false);
  world.plane->commit();
  world.settle();
  EXPECT_LT(juliet.place({"<destroy"}), juliet.place({"code='201'"})) << juliet.all();
  EXPECT_LT(juliet.place({"code='201'"}), juliet.got.size());
  EXPECT_EQ(world.shop->meter->rooms, 1);
}

TEST(RoomJoin, GoneSessionsAreRemoved) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  juliet.home->sessions().close(*juliet.session);  // no presence module here: the room hears of it by a bounce
  romeo.say("<message type='groupchat' to='cave@rooms.shop.example'><body>Art thou there?</body></message>");
  EXPECT_EQ(romeo.count({"Art thou there?"}), 1U);
  EXPECT_EQ(romeo.count({"type='unavailable'", "/Juliet'", "code='333'"}), 1U) << romeo.all();
  EXPECT_TRUE(juliet.got.empty());
}

TEST(RoomJoin, TemporaryRoomsEndAndPersistentOnesStay) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><body>Ashes</body></message>");
  romeo.say(leave("cave@rooms.shop.example/Romeo"));
  EXPECT_EQ(world.shop->meter->rooms, 0);
  romeo.say(presence_to("cave@rooms.shop.example/Romeo"));
  EXPECT_TRUE(romeo.has({"code='201'"})) << "it was made anew";
  EXPECT_FALSE(romeo.has({"Ashes"}));
  romeo.send(leave("cave@rooms.shop.example/Romeo"));
  Client& juliet = world.found("juliet@shop.example/a", "hall@rooms.shop.example/Juliet",
                               field("muc#roomconfig_persistentroom", "1"));
  juliet.send("<message type='groupchat' to='hall@rooms.shop.example'><body>Stone</body></message>");
  juliet.say(leave("hall@rooms.shop.example/Juliet"));
  world.pass_ms(200'000);  // long enough to be forgotten
  juliet.say(presence_to("hall@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"code='110'", "affiliation='owner'"})) << juliet.all();
  EXPECT_FALSE(juliet.has({"code='201'"}));
  EXPECT_TRUE(juliet.has({"Stone", "<delay", "<stanza-id", "<occupant-id"})) << juliet.all();
  EXPECT_EQ(world.shop->meter->rooms, 1);
}

TEST(RoomJoin, HistoryAsMuchAsAskedFor) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  for (int i = 0; i < 30; ++i) {
    world.clock.advance_ms(1000);
    romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><body>m" + std::to_string(i) +
               ".</body></message>");
  }
  Client& juliet = world.connect("juliet@shop.example/b");
  const auto ask = [&](const std::string& attributes) {
    juliet.say(presence_to("cave@rooms.shop.example/Juliet",
                           "<x xmlns='http://jabber.org/protocol/muc'><history" + attributes + "/></x>"));
    const size_t count = juliet.count({"<message", "<delay", "<body>m"});
    const std::string text = juliet.all();
    EXPECT_TRUE(count == 0 || juliet.has({"m29."})) << "the newest ones";
    EXPECT_TRUE(juliet.got.back().find("<subject") != std::string::npos) << "the subject comes last";
    juliet.send(leave("cave@rooms.shop.example/Juliet"));
    return count;
  };
  EXPECT_EQ(ask(""), 20U);
  EXPECT_EQ(ask(" maxstanzas='3'"), 3U);
  EXPECT_EQ(ask(" maxstanzas='1000'"), 30U);
  EXPECT_EQ(ask(" maxchars='0'"), 0U);
  EXPECT_EQ(ask(" maxstanzas='0'"), 0U);
  EXPECT_EQ(ask(" seconds='5'"), 6U);
  EXPECT_EQ(ask(" since='1970-01-01T00:00:00Z'"), 30U);
  EXPECT_LT(ask(" maxchars='1500'"), 8U);
  EXPECT_EQ(ask(" maxstanzas='junk' since='never'"), 30U);
}

}  // namespace
}  // namespace teahouse::testing::join_test
