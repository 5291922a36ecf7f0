#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::versioning_test {
namespace {

constexpr char mav[] = "<mav xmlns='urn:xmpp:muc:affiliations:1'";

std::string entry(const std::string& nick, const std::string& since) {
  return "<presence id='e' to='cave@rooms.shop.example/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'>" + mav +
         since + "/></x></presence>";
}

std::string admin(const std::string& item) {
  return "<iq type='set' id='m' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>" +
         item + "</query></iq>";
}

std::string until_of(const Client& client) {
  const std::string all = client.all();
  const size_t at = all.rfind("until='");
  return at == all.npos ? std::string() : all.substr(at + 7, all.find('\'', at + 7) - at - 7);
}

// A members-only room that hides nobody, where members may read the lists of people.
struct Versioned : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo",
                        field("muc#roomconfig_membersonly", "1") + field("muc#roomconfig_whois", "anyone"));
  Client& juliet = make_member("juliet@forum.example");
  Client& nurse = make_member("nurse@forum.example");

  Client& make_member(const std::string& jid) {
    romeo.send(admin("<item affiliation='member' jid='" + jid + "'/>"));
    return connect(jid + "/b");
  }
  void leave(Client& client, const std::string& nick) {
    client.send("<presence type='unavailable' to='cave@rooms.shop.example/" + nick + "'/>");
  }
};

TEST(RoomVersions, ComeBeforePresenceAndThenAreKnown) {
  Versioned world;
  world.juliet.say(entry("Juliet", ""));
  EXPECT_EQ(world.juliet.place({"<message", mav, "romeo@shop.example", "nurse@forum.example"}), 0U)
      << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({mav, "since="})) << "the whole list";
  const std::string until = until_of(world.juliet);
  EXPECT_TRUE(world.juliet.has({"<presence", "code='110'", mav, "until='" + until + "'"})) << world.juliet.all();
  EXPECT_FALSE(world.romeo.has({mav})) << "it is nobody else's";
  world.leave(world.juliet, "Juliet");
  world.juliet.say(entry("Juliet", " since='" + until + "'"));
  EXPECT_FALSE(world.juliet.has({"<message", mav})) << world.juliet.all();
  EXPECT_TRUE(world.juliet.has({"<presence", "code='110'", mav, "until='" + until + "'"}));
  world.leave(world.juliet, "Juliet");
  world.romeo.say(admin("<item affiliation='none' jid='nurse@forum.example'/>"));
  world.juliet.say(entry("Juliet", " since='" + until + "'"));
  EXPECT_TRUE(
      world.juliet.has({"<message", mav, "since='" + until + "'", "jid='nurse@forum.example' affiliation='none'"}))
      << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"<message", mav, "romeo@"})) << "he has not changed";
}

TEST(RoomVersions, StepWithEachChange) {
  Versioned world;
  world.juliet.say(entry("Juliet", ""));
  std::string version = until_of(world.juliet);
  world.romeo.say(admin("<item affiliation='member' jid='tybalt@shop.example'/>"));  // not here
  EXPECT_EQ(world.juliet.count({"<message", mav, "since='" + version + "'",
                                "jid='tybalt@shop.example' role='none' affiliation='member'"}),
            1U)
      << world.juliet.all();
  version = until_of(world.juliet);
  world.romeo.say(admin("<item affiliation='admin' jid='juliet@forum.example'/>"));  // here
  EXPECT_EQ(world.juliet.count({mav}), 1U) << world.juliet.all();
  EXPECT_TRUE(world.juliet.has({"<presence", mav, "affiliation='admin'"})) << world.juliet.all();
  EXPECT_FALSE(world.romeo.has({mav})) << "he has not asked";
  EXPECT_TRUE(world.nurse.got.empty());
}

TEST(RoomVersions, TellMembersOfNoBan) {
  Versioned world;
  world.juliet.say(entry("Juliet", ""));
  const std::string version = until_of(world.juliet);
  world.romeo.say(admin("<item affiliation='outcast' jid='tybalt@shop.example'/>"));
  EXPECT_TRUE(world.juliet.got.empty()) << world.juliet.all();
  world.romeo.say(admin("<item affiliation='outcast' jid='nurse@forum.example'/>"));
  EXPECT_TRUE(
      world.juliet.has({"<message", mav, "since='" + version + "'", "jid='nurse@forum.example'", "affiliation='none'"}))
      << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"outcast"}));
  world.leave(world.juliet, "Juliet");
  world.juliet.say(entry("Juliet", ""));
  EXPECT_FALSE(world.juliet.has({"<message", mav, "tybalt"})) << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"<message", mav, "nurse"}));
  world.leave(world.romeo, "Romeo");
  world.romeo.say(entry("Romeo", " since='" + version + "'"));
  EXPECT_TRUE(world.romeo.has({"<message", mav, "jid='tybalt@shop.example' affiliation='outcast'"}))
      << "owners see all, and know no version of a member's: " << world.romeo.all();
}

TEST(RoomVersions, AreRefusedWhereTheListsAreHidden) {
  RoomWorld world;
  Client& romeo = world.found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");
  Client& juliet = world.connect("juliet@forum.example/b");
  juliet.say(entry("Juliet", ""));
  EXPECT_TRUE(juliet.has({"<message", "type='error'", "<forbidden"})) << juliet.all();
  EXPECT_TRUE(juliet.has({"<presence", "code='110'"})) << "the room is entered all the same";
  EXPECT_FALSE(juliet.has({"mav"}));
  romeo.say(admin("<item affiliation='member' jid='nurse@forum.example'/>"));
  EXPECT_TRUE(juliet.got.empty()) << juliet.all();
}

TEST(RoomVersions, OfALongListComeInParts) {
  Versioned world;
  std::string items;
  for (int i = 0; i < 199; ++i) {
    items += "<item affiliation='member' jid='" + std::string(300, 'x') + std::to_string(i) + "@shop.example'/>";
  }
  world.romeo.say(admin(items));
  ASSERT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  world.juliet.say(entry("Juliet", ""));
  const size_t parts = world.juliet.count({"<message", mav});
  EXPECT_GE(parts, 4U);
  EXPECT_EQ(world.juliet.count({"<message", mav, "since='part-"}), parts - 1);
  const std::string all = world.juliet.all();
  const size_t part = all.find("until='part-") + 7;
  const std::string stopped = all.substr(part, all.find('\'', part) - part);
  world.leave(world.juliet, "Juliet");
  world.juliet.say(entry("Juliet", " since='" + stopped + "'"));
  EXPECT_EQ(world.juliet.count({"<message", mav}), parts) << "one who stopped there gets the whole again";
}

TEST(RoomVersions, EndWithAnAccountThatTheyName) {
  Versioned world;
  world.juliet.say(entry("Juliet", ""));
  const std::string version = until_of(world.juliet);
  world.romeo.say(admin("<item affiliation='none' jid='nurse@forum.example'/>"));
  world.replace_account(world.forum, "nurse");
  world.leave(world.juliet, "Juliet");
  world.juliet.say(entry("Juliet", " since='" + version + "'"));
  EXPECT_TRUE(world.juliet.has({"<message", mav, "romeo@shop.example"})) << "the whole list: " << world.juliet.all();
  EXPECT_FALSE(world.juliet.has({"<message", mav, "nurse"}));
}

}  // namespace
}  // namespace teahouse::testing::versioning_test
