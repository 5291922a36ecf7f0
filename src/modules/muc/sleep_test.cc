// Rooms that nobody is in leave memory, and nothing of them is lost by it.
#include <gtest/gtest.h>

#include "modules/muc/service.h"
#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::sleep_test {
namespace {

const std::string cave = "cave@rooms.shop.example", den = "cave@rooms.forum.example";
const std::string persistent = field("muc#roomconfig_persistentroom", "1");

std::string entry(const std::string& address) {
  return "<presence to='" + address + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>";
}
std::string leave(const std::string& address) { return "<presence type='unavailable' to='" + address + "'/>"; }
std::string speech(const std::string& text) {
  return "<message type='groupchat' id='s' to='" + cave + "'><body>" + text + "</body></message>";
}
std::string ask(const std::string& to, const std::string& query) {
  return "<iq type='get' id='q' to='" + to + "'>" + query + "</iq>";
}
std::string decline(const std::string& to) {
  return "<message to='" + cave + "'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='" + to +
         "'/></x></message>";
}
const char items[] = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
const char info[] = "<query xmlns='http://jabber.org/protocol/disco#info'/>";

// Romeo's persistent room, in which he was, and Tybalt's room of the same name at the other tenant, in which he is.
struct SleepWorld : RoomWorld {
  explicit SleepWorld(const std::string& fields = {}) {
    romeo = &found("romeo@shop.example/a", cave + "/Romeo", persistent + fields);
    tybalt = &found("tybalt@forum.example/a", den + "/Tybalt", persistent);
    juliet = &connect("juliet@shop.example/b");
  }
  bool is_awake(const std::string& room) {
    bool is_awake = false;
    for (const auto& each : homes) {
      is_awake |= muc::find_service(each->modules().find("muc"))->is_awake(*BareJid::parse(room));
    }
    return is_awake;
  }
  void go_to_sleep() {
    romeo->send(leave(cave + "/Romeo"));
    juliet->send(leave(cave + "/Juliet"));
    pass_ms(61'000);
    EXPECT_FALSE(is_awake(cave));
    EXPECT_TRUE(is_awake(den)) << "somebody is in it";
    romeo->forget();
  }
  size_t count_rows() {
    size_t rows = 0;
    for (const TenantId id : {TenantId::server, shop->id, forum->id}) {
      EXPECT_TRUE(await(plane->export_tenant(home, id, [&](const std::string&) { ++rows; })));
    }
    return rows;
  }
  Client *romeo, *juliet, *tybalt;
};

TEST(RoomSleep, LosesNothing) {
  SleepWorld world(field("muc#roomconfig_roomname", "The Cave") + field("muc#roomconfig_allowinvites", "1"));
  Client &romeo = *world.romeo, &juliet = *world.juliet;
  romeo.send("<message type='groupchat' to='" + cave + "'><subject>Bats</subject></message>");
  romeo.send(speech("Who is there?"));
  romeo.send("<iq type='set' id='a' to='" + cave +
             "'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' "
             "jid='nurse@shop.example'><reason>Snores</reason></item><item affiliation='member' "
             "jid='juliet@shop.example'/></query></iq>");
  juliet.send("<iq type='set' id='r' to='" + cave +
              "'><query xmlns='jabber:iq:register'><username>Jule</username></query></iq>");
  world.go_to_sleep();
  juliet.send(entry(cave + "/Jule"));
  EXPECT_TRUE(juliet.has({"code='110'", "affiliation='member'"})) << juliet.all();
  EXPECT_TRUE(juliet.has({"<subject>Bats</subject>"})) << juliet.all();
  EXPECT_TRUE(juliet.has({"<body>Who is there?</body>", "<delay"})) << juliet.all();
  Client& nurse = world.connect("nurse@shop.example/n");
  nurse.say(entry(cave + "/Jule"));
  EXPECT_TRUE(nurse.has({"type='error'", "<forbidden"})) << nurse.all();
  romeo.say(ask(cave, info));
  EXPECT_TRUE(romeo.has({"name='The Cave'", "muc_persistent"})) << romeo.all();
  EXPECT_TRUE(world.tybalt->got.empty()) << world.tybalt->all();
}

TEST(RoomSleep, IsNotDisturbedByLists) {
  SleepWorld world(field("muc#roomconfig_roomname", "The Cave"));
  world.go_to_sleep();
  world.juliet->say(ask("rooms.shop.example", items));
  EXPECT_TRUE(world.juliet->has({"jid='" + cave + "'", "name='The Cave'"})) << world.juliet->all();
  EXPECT_FALSE(world.juliet->has({den}));
  const auto listed = world.await(world.rooms->list(world.home, world.shop, {}, 10));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->rooms.size(), 1u);
  EXPECT_EQ(listed->rooms[0].name, "The Cave");
  EXPECT_EQ(listed->rooms[0].members, std::vector<std::string>{"romeo"});
  EXPECT_EQ(listed->rooms[0].occupants, 0);
  EXPECT_TRUE(world.await(world.rooms->messages(world.home, world.shop, "cave", {})));
  EXPECT_EQ(world.await(world.rooms->find(world.home, world.shop, "hall")).error().kind, ErrorKind::item_not_found);
  EXPECT_FALSE(world.is_awake(cave)) << "all this came from its rows";
  const auto others = world.await(world.rooms->list(world.home, world.forum, {}, 10));
  ASSERT_EQ(others->rooms.size(), 1u);
  EXPECT_EQ(others->rooms[0].occupants, 1) << "those of a room in memory come from there";
  // Each of these is for the room itself.
  EXPECT_TRUE(world.await(world.rooms->set_member(world.home, world.shop, "cave", "juliet", "member")));
  EXPECT_TRUE(world.is_awake(cave));
  EXPECT_EQ(world.await(world.rooms->find(world.home, world.shop, "cave"))->members.size(), 2u);
}

TEST(RoomSleep, EndsWithTheFirstThatIsForTheRoom) {
  for (const std::string& first : {ask(cave, info), entry(cave + "/J"),
                                   "<iq type='set' id='q' to='" + cave + "'><query xmlns='urn:xmpp:mam:2'/></iq>",
                                   ask(cave, "<query xmlns='http://jabber.org/protocol/muc#owner'/>")}) {
    SleepWorld world;
    world.go_to_sleep();
    // They come in the same turn, while the room is still on its way: each is answered, in order.
    world.juliet->give(first);
    world.romeo->give(entry(cave + "/Romeo"));
    world.juliet->give(entry(cave + "/Juliet"));
    world.settle();
    EXPECT_TRUE(world.romeo->has({"code='110'", "affiliation='owner'"})) << first << world.romeo->all();
    EXPECT_TRUE(world.juliet->has({"code='110'"})) << first << world.juliet->all();
    world.romeo->say(speech("hello"));
    EXPECT_TRUE(world.juliet->has({"<body>hello"})) << first << world.juliet->all();
    EXPECT_TRUE(world.tybalt->got.empty());
  }
}

// Else its next occupant would come into a room in which what was said last was not said yet.
TEST(RoomSleep, WaitsForWhatIsUnderWay) {
  SleepWorld world;
  world.plane->hold_commits(true);
  world.romeo->send(speech("a last word"));
  world.romeo->send(leave(cave + "/Romeo"));
  world.pass_ms(200'000);
  EXPECT_TRUE(world.is_awake(cave)) << "its line waits for the disk";
  world.plane->hold_commits(false);
  world.plane->commit();
  world.settle();
  world.pass_ms(61'000);
  EXPECT_FALSE(world.is_awake(cave));
  world.juliet->say(entry(cave + "/Juliet"));
  EXPECT_TRUE(world.juliet->has({"<body>a last word</body>"})) << world.juliet->all();
}

TEST(RoomSleep, SlowModeGoesOn) {
  SleepWorld world(field("muc#roomconfig_slow_mode_duration", "600"));
  world.juliet->send(entry(cave + "/Juliet"));
  world.juliet->send(speech("one"));
  world.go_to_sleep();
  world.juliet->send(entry(cave + "/Juliet"));
  world.juliet->say(speech("two"));
  EXPECT_TRUE(world.juliet->has({"type='error'", "<policy-violation"})) << world.juliet->all();
  // Over a sleep that is longer, with a clock that was set back meanwhile: nobody waits longer than from now on.
  world.juliet->send(leave(cave + "/Juliet"));
  world.pass_ms(400'000);
  EXPECT_FALSE(world.is_awake(cave));
  world.pass_ms(200'000);
  world.juliet->send(entry(cave + "/Juliet"));
  world.juliet->say(speech("three"));
  EXPECT_TRUE(world.juliet->has({"type='groupchat'", "<body>three"})) << world.juliet->all();
}

TEST(RoomSleep, InvitationsAreRemembered) {
  SleepWorld world;
  world.romeo->send("<message to='" + cave +
                    "'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='juliet@shop.example'/><invite "
                    "to='tybalt@shop.example'/><invite to='juliet@shop.example'/></x></message>");
  EXPECT_EQ(world.juliet->count({"<invite"}), 2u) << world.juliet->all();
  world.romeo->send(leave(cave + "/Romeo"));
  world.pass_ms(200'000);  // what comes back of an invitation wakes the room once more
  EXPECT_FALSE(world.is_awake(cave));
  world.juliet->say(decline("nurse@shop.example"));
  EXPECT_TRUE(world.juliet->has({"type='error'", "<item-not-found"})) << "she never invited: " << world.juliet->all();
  world.juliet->say(decline("romeo@shop.example"));
  EXPECT_TRUE(world.romeo->has({"<decline", "from='juliet@shop.example'"})) << world.romeo->all();
  world.juliet->say(decline("romeo@shop.example"));
  EXPECT_TRUE(world.romeo->got.empty()) << "once: " << world.romeo->all();
  world.pass_ms(61'000);
  EXPECT_FALSE(world.is_awake(cave));
  world.replace_account(world.shop, "tybalt");
  Client& next = world.connect("tybalt@shop.example/n");
  next.say(decline("romeo@shop.example"));
  EXPECT_TRUE(next.has({"type='error'", "<item-not-found"})) << "another was invited: " << next.all();
  EXPECT_TRUE(world.romeo->got.empty());
}

TEST(RoomSleep, InvitationsLeaveNothingBehind) {
  SleepWorld world;
  const size_t rows = world.count_rows();
  for (int i = 0; i < 250; ++i) {
    world.romeo->send("<message to='" + cave + "'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='user" +
                      std::to_string(i) + "@elsewhere.example'/></x></message>");
  }
  EXPECT_LE(world.count_rows(), rows + 4 * muc::invites_remembered_max) << "they are bounded";
  EXPECT_TRUE(world.await(world.rooms->remove(world.home, world.shop, "cave")));
  world.settle();
  EXPECT_LT(world.count_rows(), rows);
}

// It would let its people ask the admins again at once.
TEST(RoomSleep, WaitsUntilItsPeopleMayAskAsAtFirst) {
  SleepWorld world;
  world.romeo->send(leave(cave + "/Romeo"));
  world.pass_ms(50'000);
  for (const char* nick : {"J", "Ju", "Jul"}) {
    world.juliet->send("<iq type='set' id='r' to='" + cave + "'><query xmlns='jabber:iq:register'><username>" +
                       std::string(nick) + "</username></query></iq>");
  }
  EXPECT_TRUE(world.juliet->has({"id='r'", "resource-constraint"})) << world.juliet->all();
  world.pass_ms(100'000);
  EXPECT_TRUE(world.is_awake(cave));
  world.pass_ms(30'000);
  EXPECT_FALSE(world.is_awake(cave));
  world.romeo->say(entry(cave + "/Romeo"));
  EXPECT_TRUE(world.romeo->has({"muc#register_roomnick", "<value>Ju</value>"})) << "the request waits still";
}

TEST(RoomSleep, ATenantMayBeSuspendedOrGoMeanwhile) {
  SleepWorld world;
  world.go_to_sleep();
  auto changed = std::make_shared<Tenant>(*world.shop);
  changed->suspended = true;
  for (auto& each : world.homes) each->set_tenant(changed);
  world.settle();
  EXPECT_FALSE(world.is_awake(cave));
  changed = std::make_shared<Tenant>(*changed);
  changed->suspended = false;
  for (auto& each : world.homes) each->set_tenant(changed);
  Client& juliet = world.connect("juliet@shop.example/again");
  juliet.say(entry(cave + "/Juliet"));
  EXPECT_TRUE(juliet.has({"code='110'"})) << juliet.all();
  EXPECT_FALSE(juliet.has({"code='201'"})) << "it is the same room";
  EXPECT_EQ(world.shop->meter->rooms, 1);
  juliet.send(leave(cave + "/Juliet"));
  world.pass_ms(61'000);
  EXPECT_FALSE(world.is_awake(cave));
  // The tenant goes while the room is on its way.
  juliet.give(ask(cave, info));
  for (auto& each : world.homes) each->remove_tenant(changed);
  world.settle();
  world.pass_ms(200'000);
  EXPECT_FALSE(world.is_awake(cave));
  EXPECT_TRUE(world.is_awake(den));
  EXPECT_TRUE(world.tybalt->got.empty()) << world.tybalt->all();
}

TEST(IdleRooms, AreDueInTheirTurn) {
  muc::IdleRooms idle;
  EXPECT_FALSE(idle.wait_ms(0));
  EXPECT_FALSE(idle.take(1000));
  idle.put("a", 100);
  idle.put("b", 50);
  EXPECT_EQ(idle.wait_ms(20), 30);
  idle.put("b", 200);
  EXPECT_EQ(idle.wait_ms(20), 80);
  EXPECT_FALSE(idle.take(99));
  EXPECT_EQ(idle.take(100), "a");
  idle.remove("b");
  idle.remove("nobody");
  EXPECT_FALSE(idle.take(1000));
}

TEST(IdleRooms, LeaveAtOnceWhereThereAreTooMany) {
  muc::IdleRooms idle;
  for (size_t i = 0; i < muc::IdleRooms::rooms_max + 3; ++i)
    idle.put("r" + std::to_string(i), static_cast<int64_t>(i) + 1000);
  EXPECT_EQ(idle.wait_ms(0), 0);
  for (const char* each : {"r0", "r1", "r2"}) EXPECT_EQ(idle.take(0), each);
  EXPECT_FALSE(idle.take(0));
  EXPECT_EQ(idle.wait_ms(0), 1003);
  EXPECT_EQ(idle.size(), muc::IdleRooms::rooms_max);
}

}  // namespace
}  // namespace teahouse::testing::sleep_test
