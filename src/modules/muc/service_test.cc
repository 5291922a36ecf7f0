#include "modules/muc/service.h"

#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::service_test {
namespace {

std::string entry(const std::string& address) {
  return "<presence to='" + address + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>";
}
std::string owner(const std::string& room, const std::string& inside) {
  return "<iq type='set' id='q' to='" + room + "'><query xmlns='http://jabber.org/protocol/muc#owner'>" + inside +
         "</query></iq>";
}
const char submit[] = "<x xmlns='jabber:x:data' type='submit'/>";

struct SharedWorld : RoomWorld {
  explicit SharedWorld(int64_t rooms_per_account) {
    Plan plan{"shared", {}};
    plan.limits.rooms = 5;
    plan.limits.rooms_per_account = rooms_per_account;
    EXPECT_TRUE(wait(tenants.set_plan(home, plan)));
    const auto changed = wait(tenants.change(home, "shop", {{"plan", "shared"}}));
    EXPECT_TRUE(changed);
    for (auto& each : homes) each->set_tenant(*changed);
  }
  bool may_make(Client& client, const std::string& room) {
    client.say(entry(room + "@rooms.shop.example/Nick"));
    if (client.has({"code='201'"})) return true;
    EXPECT_TRUE(client.has({"type='error'", "resource-constraint", "(2)"})) << client.all();
    return false;
  }
};

TEST(RoomService, OneAccountTakesNoMoreThanItsShareOfThePlansRooms) {
  SharedWorld world(2);
  Client& romeo = world.connect("romeo@shop.example/a");
  Client& tablet = world.connect("romeo@shop.example/b");
  Client& juliet = world.connect("juliet@shop.example/a");
  EXPECT_TRUE(world.may_make(romeo, "one"));
  romeo.send(owner("one@rooms.shop.example", submit));
  EXPECT_TRUE(world.may_make(tablet, "two"));
  EXPECT_FALSE(world.may_make(romeo, "three")) << "of all sessions together, configured or not";
  EXPECT_FALSE(world.may_make(tablet, "three"));
  EXPECT_EQ(world.shop->meter->rooms, 2);
  EXPECT_TRUE(world.may_make(juliet, "three")) << "others have their own share";
  EXPECT_TRUE(juliet.got.size() > 1 && romeo.got.empty());
  Client& namesake = world.connect("romeo@forum.example/a");
  namesake.say(entry("one@rooms.forum.example/Nick"));
  EXPECT_TRUE(namesake.has({"code='201'"})) << "and so has the other tenant";
  // The site makes rooms for its users beyond it.
  RoomChange change;
  change.owner = "romeo";
  EXPECT_TRUE(world.await(world.rooms->put(world.home, world.shop, "news", change)));
  // A room that ends makes space for another.
  tablet.say(owner("two@rooms.shop.example", "<x xmlns='jabber:x:data' type='cancel'/>"));
  EXPECT_TRUE(world.may_make(tablet, "four"));
  romeo.say(owner("one@rooms.shop.example", "<destroy/>"));
  EXPECT_TRUE(world.may_make(tablet, "five"));
  EXPECT_FALSE(world.may_make(tablet, "six"));
}

// Else somebody could make all rooms and give each to an address that nobody has.
TEST(RoomService, ARoomThatIsGivenAwayStaysPartOfTheShare) {
  for (const char* gift :
       {"<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='owner' jid='nobody@shop.example'/>"
        "<item affiliation='member' jid='romeo@shop.example'/></query>",
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field "
        "var='muc#roomconfig_roomowners'><value>nobody@shop.example</value></field></x></query>"}) {
    SharedWorld world(2);
    Client& romeo = world.found("romeo@shop.example/a", "one@rooms.shop.example/Romeo");
    EXPECT_TRUE(world.may_make(romeo, "two"));
    romeo.say("<iq type='set' id='g' to='one@rooms.shop.example'>" + std::string(gift) + "</iq>");
    EXPECT_TRUE(romeo.has({"<iq", "type='result'", "id='g'"})) << romeo.all();
    EXPECT_FALSE(world.may_make(romeo, "three"));
    romeo.say(owner("two@rooms.shop.example", "<destroy/>"));
    EXPECT_TRUE(world.may_make(romeo, "three"));
    EXPECT_FALSE(world.may_make(romeo, "four"));
  }
}

const char admin[] =
    "<iq type='set' id='a' to='one@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>";

struct GivenAway : SharedWorld {
  GivenAway() : SharedWorld(2) {
    romeo.say(std::string(admin) + "<item affiliation='owner' jid='juliet@shop.example'/>" +
              "<item affiliation='owner' jid='nurse@forum.example'/><item affiliation='none' "
              "jid='romeo@shop.example'/></query></iq>");
    EXPECT_TRUE(romeo.has({"type='result'", "id='a'"})) << romeo.all();
    EXPECT_TRUE(may_make(romeo, "two"));
    EXPECT_FALSE(may_make(romeo, "three")) << "nobody has taken it over yet";
  }
  void change_something(Client& client) {
    client.say(std::string(admin) + "<item affiliation='member' jid='tybalt@shop.example'/></query></iq>");
    EXPECT_TRUE(client.has({"type='result'", "id='a'"})) << client.all();
  }
  Client& romeo =
      found("romeo@shop.example/a", "one@rooms.shop.example/Romeo", field("muc#roomconfig_persistentroom", "1"));
  Client& juliet = connect("juliet@shop.example/b");
  Client& nurse = connect("nurse@forum.example/c");
};

TEST(RoomService, ARoomCountsForItsNewOwnerOnceTheyMakeItTheirs) {
  GivenAway world;
  world.change_something(world.nurse);
  EXPECT_FALSE(world.may_make(world.romeo, "three")) << "another tenant's user has no share here";
  world.change_something(world.juliet);
  EXPECT_TRUE(world.may_make(world.romeo, "three"));
  EXPECT_FALSE(world.may_make(world.romeo, "four"));
  EXPECT_TRUE(world.may_make(world.juliet, "five"));
  EXPECT_FALSE(world.may_make(world.juliet, "six")) << "she has one and the given one";
  world.juliet.say(owner("one@rooms.shop.example", "<destroy/>"));
  EXPECT_TRUE(world.may_make(world.juliet, "seven"));
}

// Else a room more than the share would come with each gift.
TEST(RoomService, ARoomIsNotTakenOverBeyondTheShare) {
  GivenAway world;
  EXPECT_TRUE(world.may_make(world.juliet, "five"));
  EXPECT_TRUE(world.may_make(world.juliet, "six"));
  world.change_something(world.juliet);
  EXPECT_FALSE(world.may_make(world.romeo, "three"));
  world.juliet.say(owner("five@rooms.shop.example", "<x xmlns='jabber:x:data' type='cancel'/>"));
  world.juliet.say(owner("one@rooms.shop.example", submit));
  EXPECT_TRUE(world.may_make(world.romeo, "three"));
}

TEST(RoomService, ARoomThatTheSiteGivesToOthersCountsForNobody) {
  GivenAway world;
  EXPECT_TRUE(world.await(world.rooms->set_member(world.home, world.shop, "one", "nurse", "member")));
  EXPECT_TRUE(world.may_make(world.romeo, "three"));
  world.change_something(world.juliet);
  EXPECT_TRUE(world.may_make(world.juliet, "five"));
  world.juliet.say(owner("five@rooms.shop.example", submit));
  ASSERT_TRUE(world.await(world.rooms->set_member(world.home, world.shop, "five", "nurse", "member")));
  EXPECT_TRUE(world.may_make(world.juliet, "six"));
  EXPECT_FALSE(world.may_make(world.juliet, "seven")) << "what she owns stays hers";
}

TEST(RoomService, TheNextOwnerOfANameHasAWholeShare) {
  GivenAway world;  // in which romeo is on no list any more
  world.romeo.say("<presence type='unavailable' to='two@rooms.shop.example/Nick'/>");
  world.replace_account(world.shop, "romeo");
  EXPECT_EQ(world.shop->meter->rooms, 1) << "the given room stays";
  Client& next = world.connect("romeo@shop.example/a");
  EXPECT_TRUE(world.may_make(next, "two"));
  EXPECT_TRUE(world.may_make(next, "three"));
  EXPECT_FALSE(world.may_make(next, "four"));
  EXPECT_EQ(world.shop->meter->rooms, 3);
}

TEST(RoomService, WhoMakesARoomForSomebodyElseMayStayInIt) {
  SharedWorld world(2);
  Client& romeo = world.enter("romeo@shop.example/a", "one@rooms.shop.example/Romeo");
  romeo.say(owner("one@rooms.shop.example", "<x xmlns='jabber:x:data' type='submit'>" +
                                                field("muc#roomconfig_roomowners", "juliet@shop.example") + "</x>"));
  EXPECT_TRUE(romeo.has({"<presence", "affiliation='none'", "role='participant'", "code='110'"})) << romeo.all();
  EXPECT_FALSE(romeo.has({"type='unavailable'"})) << romeo.all();
  Client& juliet = world.enter("juliet@shop.example/b", "one@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"affiliation='owner'", "code='110'"})) << juliet.all();
  romeo.say("<message type='groupchat' to='one@rooms.shop.example'><body>Yours</body></message>");
  EXPECT_TRUE(juliet.has({"Yours"}));
  // By the lists of a room that nobody has configured yet.
  Client& tybalt = world.enter("tybalt@shop.example/a", "two@rooms.shop.example/Tybalt");
  tybalt.say(
      "<iq type='set' id='g' to='two@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>"
      "<item affiliation='owner' jid='juliet@shop.example'/><item affiliation='member' "
      "jid='tybalt@shop.example'/></query></iq>");
  EXPECT_TRUE(tybalt.has({"affiliation='member'", "code='110'"})) << tybalt.all();
  EXPECT_FALSE(tybalt.has({"type='unavailable'"})) << tybalt.all();
  EXPECT_FALSE(romeo.has({"two@"}));
  juliet.say(owner("two@rooms.shop.example", submit));
  EXPECT_TRUE(juliet.has({"type='result'"})) << juliet.all();
}

// But not where none but members may be.
TEST(RoomService, WhoMakesAMembersOnlyRoomForOthersLeavesIt) {
  SharedWorld world(2);
  Client& romeo = world.enter("romeo@shop.example/a", "one@rooms.shop.example/Romeo");
  romeo.say(owner("one@rooms.shop.example", "<x xmlns='jabber:x:data' type='submit'>" +
                                                field("muc#roomconfig_membersonly", "1") +
                                                field("muc#roomconfig_persistentroom", "1") +
                                                field("muc#roomconfig_roomowners", "juliet@shop.example") + "</x>"));
  EXPECT_TRUE(romeo.has({"type='unavailable'", "code='322'"})) << romeo.all();
  EXPECT_TRUE(romeo.has({"<iq", "type='result'"})) << romeo.all();
  Client& juliet = world.enter("juliet@shop.example/b", "one@rooms.shop.example/Juliet");
  EXPECT_TRUE(juliet.has({"affiliation='owner'", "code='110'"})) << juliet.all();
}

TEST(RoomService, AGuestHasAShareToo) {
  SharedWorld world(2);
  AccountChange details;
  details.expires_ms = world.clock.wall_ms() + 3'600'000;
  ASSERT_TRUE(world.create(world.shop, "guest-1", {}, details));
  Client& guest = world.connect("guest-1@shop.example/a");
  for (const char* room : {"one", "two"}) {
    guest.say(entry(std::string(room) + "@rooms.shop.example/Guest"));
    EXPECT_TRUE(guest.has({"code='110'"})) << guest.all();
  }
  EXPECT_FALSE(world.may_make(guest, "three"));
  guest.say(entry("lobby@rooms.shop.example/Guest"));
  EXPECT_TRUE(guest.has({"code='110'"})) << "the lobby is nobody's";
}

TEST(RoomService, ANewRoomWaitsForItsConfigurationForAWhile) {
  SharedWorld world(2);
  Client& romeo = world.enter("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.found("juliet@shop.example/b", "hall@rooms.shop.example/Juliet");
  world.pass_ms(14 * 60'000);
  EXPECT_FALSE(romeo.has({"type='unavailable'"})) << romeo.all();
  world.pass_ms(2 * 60'000);
  EXPECT_TRUE(romeo.has({"type='unavailable'", "code='110'", "<destroy", "not configured in 15 minutes"}))
      << romeo.all();
  EXPECT_FALSE(juliet.has({"type='unavailable'"})) << juliet.all();
  EXPECT_EQ(world.shop->meter->rooms, 1);
  juliet.say(entry("cave@rooms.shop.example/Juliet"));
  EXPECT_TRUE(juliet.has({"code='201'"})) << "the name is free: " << juliet.all();
  EXPECT_TRUE(romeo.got.empty());
}

// It has two reasons to end at one sweep: it was left, and it was not configured.
TEST(RoomService, ANewRoomThatASuspensionEmptiedEndsOnce) {
  SharedWorld world(2);
  world.enter("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  world.enter("romeo@shop.example/a", "hall@rooms.shop.example/Romeo");
  Client& other = world.found("romeo@forum.example/a", "cave@rooms.forum.example/Romeo");
  world.pass_ms(9 * 60'000 + 50'000);
  auto suspended = std::make_shared<Tenant>(*world.shop);
  suspended->suspended = true;
  for (auto& each : world.homes) each->set_tenant(suspended);
  world.pass_ms(6 * 60'000);
  EXPECT_EQ(world.shop->meter->rooms, 0);
  EXPECT_EQ(world.forum->meter->rooms, 1);
  EXPECT_FALSE(other.has({"type='unavailable'"})) << other.all();
}

TEST(RoomService, KeepsTheRoomsOfATenantsHostsApart) {
  RoomWorld world;
  auto changed = std::make_shared<Tenant>(*world.shop);
  changed->hosts.push_back({"chat.example", HostKind::rooms});
  for (auto& each : world.homes) each->set_tenant(changed);
  Client& romeo = world.found("romeo@shop.example/a", "den@rooms.shop.example/Romeo");
  Client& juliet = world.found("juliet@shop.example/a", "den@chat.example/Juliet");
  const Client& bystander = world.found("romeo@forum.example/a", "den@rooms.forum.example/Romeo");
  juliet.say("<message type='groupchat' to='den@chat.example'><body>here</body></message>");
  EXPECT_TRUE(juliet.has({"from='den@chat.example/Juliet'", "here"})) << juliet.all();
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
  EXPECT_TRUE(bystander.got.empty()) << bystander.all();
  for (const std::string host : {"chat.example", "rooms.shop.example"}) {
    romeo.say("<iq type='get' id='1' to='" + host + "'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
    EXPECT_TRUE(romeo.has({"jid='den@" + host + "'"})) << romeo.all();
    EXPECT_EQ(romeo.all().find("<item "), romeo.all().rfind("<item ")) << romeo.all();
  }
  EXPECT_EQ(world.shop->meter->rooms, 2);
  const auto listed = world.await(world.rooms->list(world.home, changed, {}, 10));
  ASSERT_EQ(listed->rooms.size(), 1U) << "the site names rooms by their localpart alone";
  EXPECT_EQ(listed->rooms[0].jid, "den@rooms.shop.example");

  for (auto& each : world.homes) each->remove_tenant(changed);
  for (const auto& each : world.homes) {
    EXPECT_EQ(each->hosts().find("chat.example"), nullptr);
    EXPECT_NE(each->hosts().find("rooms.forum.example"), nullptr);
  }
}

TEST(RoomService, TheyEnterAsTheServerStopsAndHearThatTheyAreOut) {
  RoomWorld world;
  const Client& romeo = world.found("romeo@shop.example/a", "den@rooms.shop.example/Romeo");
  const Client& bystander = world.found("romeo@forum.example/a", "den@rooms.forum.example/Romeo");
  Client& juliet = world.connect("juliet@shop.example/a");
  for (auto& each : world.homes) each->hooks().stopping();
  world.settle();
  for (const Client* each : {&romeo, &bystander}) {
    EXPECT_TRUE(each->has({"type='unavailable'", "code='332'"})) << each->all();
  }
  juliet.say(entry("den@rooms.shop.example/Juliet"));
  const size_t out = juliet.place({"from='den@rooms.shop.example/Juliet'", "type='unavailable'", "code='332'"});
  EXPECT_LT(out, juliet.got.size()) << juliet.all();
  EXPECT_LT(juliet.place({"from='den@rooms.shop.example/Juliet'", "code='110'"}), out) << juliet.all();
  EXPECT_TRUE(romeo.got.empty()) << romeo.all();
  EXPECT_TRUE(bystander.got.empty()) << bystander.all();
}

}  // namespace
}  // namespace teahouse::testing::service_test
