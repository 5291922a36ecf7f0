// Rooms while the disk fails: what is new is refused, and what can't be read is an error.
#include <gtest/gtest.h>

#include "modules/muc/config.h"
#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::failing_disk_test {
namespace {

const std::string hall = "hall@rooms.shop.example";

std::string entry(const std::string& address) {
  return "<presence to='" + address + "'><x xmlns='http://jabber.org/protocol/muc'/></presence>";
}
std::string speech(const std::string& room, const std::string& text) {
  return "<message type='groupchat' id='" + text + "' to='" + room + "'><body>" + text + "</body></message>";
}
const std::vector<std::string> refusal = {"type='error'", "resource-constraint", "type='wait'"};

TEST(RoomsOnAFailingDisk, RefuseWhatIsNewUntilItIsWell) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", hall + "/Romeo");
  Client& juliet = world.enter("juliet@shop.example/a", hall + "/Juliet");
  Client& tybalt = world.found("tybalt@forum.example/a", "hall@rooms.forum.example/Tybalt");
  Client& nurse = world.connect("nurse@shop.example/a");
  romeo.say(speech(hall, "before"));
  ASSERT_TRUE(juliet.has({"<body>before</body>"})) << juliet.all();

  world.plane->fail();
  romeo.say(speech(hall, "during"));
  EXPECT_TRUE(romeo.has(refusal)) << romeo.all();
  EXPECT_TRUE(juliet.got.empty()) << juliet.all();
  tybalt.say(speech("hall@rooms.forum.example", "during"));
  EXPECT_TRUE(tybalt.has(refusal)) << tybalt.all();
  nurse.say(entry("verona@rooms.shop.example/Nurse"));
  EXPECT_TRUE(nurse.has(refusal)) << "it may be there: " << nurse.all();
  EXPECT_FALSE(nurse.has({"code='201'"}));

  world.plane->recover();
  world.settle();
  romeo.say(speech(hall, "after"));
  EXPECT_TRUE(juliet.has({"<body>after</body>"})) << juliet.all();
  EXPECT_EQ(juliet.count({"<body>during</body>"}), 0U);
  nurse.say(entry("verona@rooms.shop.example/Nurse"));
  EXPECT_TRUE(nurse.has({"code='201'"})) << nurse.all();
}

// A room holds so much that waits for a slow disk, of all its occupants together; an occupant may always leave.
TEST(RoomsOnASlowDisk, HoldNoMorePresenceThanTheirLimit) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", hall + "/Romeo");
  Client& juliet = world.enter("juliet@shop.example/a", hall + "/Juliet");
  Client& tybalt = world.found("tybalt@forum.example/a", "hall@rooms.forum.example/Tybalt");
  Client& nurse = world.connect("nurse@shop.example/a");
  const std::string shown = "<presence to='" + hall + "/Romeo'><show>dnd</show></presence>";
  world.plane->hold_commits(true);
  romeo.say(speech(hall, "first"));
  for (size_t i = 0; i <= muc::waiting_max / 2; ++i) romeo.give(shown);
  romeo.say(shown);
  EXPECT_TRUE(romeo.has({"<presence", "type='error'", "type='wait'", "resource-constraint"})) << romeo.all();
  const size_t refused = 1000;
  for (size_t i = 0; i < refused; ++i) romeo.give(shown);
  world.settle();
  EXPECT_GE(romeo.count({"<presence", "resource-constraint"}), refused) << "errors do not wait in the line either";
  nurse.say(entry(hall + "/Nurse"));
  EXPECT_TRUE(nurse.has({"<presence", "type='error'", "resource-constraint", "muc'"})) << nurse.all();
  nurse.say("<presence to='" + hall + "/Nurse'/>");
  EXPECT_TRUE(nurse.has(refusal)) << nurse.all();
  juliet.say("<message to='" + hall + "/Romeo' type='chat' id='private'><body>psst</body></message>");
  EXPECT_TRUE(juliet.has(refusal)) << juliet.all();
  juliet.say("<presence to='" + hall + "/Juliet' type='unavailable'/>");
  EXPECT_FALSE(juliet.has(refusal)) << juliet.all();
  tybalt.say("<iq type='get' id='ping' to='hall@rooms.forum.example'><ping xmlns='urn:xmpp:ping'/></iq>");
  EXPECT_TRUE(tybalt.has({"type='result'"})) << "another room: " << tybalt.all();

  world.plane->hold_commits(false);
  world.plane->commit();
  world.settle();
  EXPECT_LE(romeo.count({"<show>dnd</show>"}), muc::waiting_max / 2 + 2);
  EXPECT_TRUE(romeo.has({"type='unavailable'", "/Juliet'"}));
  EXPECT_EQ(juliet.count({"<body>psst</body>"}) + romeo.count({"<body>psst</body>"}), 0u);
  nurse.say(entry(hall + "/Nurse"));
  EXPECT_TRUE(nurse.has({"code='110'"})) << nurse.all();
}

TEST(RoomsOnAFailingDisk, SayOfNothingThatItIsEmpty) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", hall + "/Romeo");
  Client& nurse = world.connect("nurse@shop.example/a");
  romeo.say(speech(hall, "before"));
  world.plane->fail();
  nurse.say(entry(hall + "/Nurse"));
  EXPECT_TRUE(nurse.has({"<message", "from='" + hall + "'", "type='error'", "resource-constraint"})) << nurse.all();
  romeo.say("<iq type='set' id='q' to='" + hall + "'><query xmlns='urn:xmpp:mam:2'/></iq>");
  EXPECT_TRUE(romeo.has({"<iq", "id='q'", "type='error'", "resource-constraint"})) << romeo.all();
  romeo.say(
      "<iq type='get' id='i' to='rooms.shop.example'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  EXPECT_TRUE(romeo.has({"<iq", "id='i'", "type='error'", "resource-constraint"})) << romeo.all();
  const auto listed = world.await(world.rooms->list(world.home, world.shop, "", 10));
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind, ErrorKind::storage_failing);
  const auto found = world.await(world.rooms->find(world.home, world.shop, "verona"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::storage_failing);
  world.plane->recover();
  EXPECT_EQ(world.await(world.rooms->find(world.home, world.shop, "verona")).error().kind, ErrorKind::item_not_found);
}

// A ban or a password must not be lifted by damage.
TEST(RoomsOnAFailingDisk, StayShutWhenARowOfTheirsIsDamaged) {
  RoomWorld world;
  const auto rows = world.plane->map(world.shop->id, "rooms");
  rows.store("list", "one@rooms.shop.example", "{\"members_only\": tr");
  rows.store("list", "two@rooms.shop.example", "{}");
  rows.store("two@rooms.shop.example", "a:romeo@shop.example", "?");
  Client& romeo = world.connect("romeo@shop.example/a");
  for (const char* room : {"one", "two"}) {
    romeo.say(entry(std::string(room) + "@rooms.shop.example/Romeo"));
    EXPECT_TRUE(romeo.has({"<presence", "type='error'", "internal-server-error"})) << room << romeo.all();
    EXPECT_FALSE(romeo.has({"code='110'"})) << room;
  }
}

}  // namespace
}  // namespace teahouse::testing::failing_disk_test
