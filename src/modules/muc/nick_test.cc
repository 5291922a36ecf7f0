#include "modules/muc/nick.h"

#include <gtest/gtest.h>

#include "modules/muc/testing/room_world.h"

namespace teahouse::testing::nick_test {
namespace {

std::string presence(const std::string& nick, const std::string& id, const std::string& inside = {}) {
  return "<presence id='" + id + "' to='cave@rooms.shop.example/" + nick + "'>" + inside + "</presence>";
}
std::string entry(const std::string& nick, const std::string& id = "e") {
  return presence(nick, id, "<x xmlns='http://jabber.org/protocol/muc'/>");
}
std::string admin(const std::string& items, const std::string& type = "set") {
  return "<iq type='" + type +
         "' id='q' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#admin'>" + items +
         "</query></iq>";
}

struct Cave : RoomWorld {
  Client& romeo = found("romeo@shop.example/a", "cave@rooms.shop.example/Romeo");  // owner
  Client& juliet = enter("juliet@forum.example/b", "cave@rooms.shop.example/Juliet");
  Client& nurse = connect("nurse@shop.example/n");  // not in the room

  std::string reserved_nick_of(const std::string& user, const std::string& affiliation) {
    romeo.say(admin("<item affiliation='" + affiliation + "'/>", "get"));
    const std::string text = romeo.all(), item = "jid='" + user + "'";
    const size_t at = text.find(item) + item.size(), end = text.find('>', at);
    return text.substr(at, end - at);
  }
};

TEST(Nick, IsComparedAsPeopleReadIt) {
  using muc::Nick;
  EXPECT_EQ(*Nick::parse("Romeo"), *Nick::parse("romeo "));
  EXPECT_EQ(*Nick::parse("Jose\u0301"), *Nick::parse("JOS\u00C9"));
  EXPECT_EQ(Nick::parse("Jose\u0301")->str(), "Jos\u00E9") << "prepared as an address is";
  EXPECT_FALSE(*Nick::parse("Romeo") == *Nick::parse("Rome"));
  for (const std::string text : {"", " ", "\u00A0", "\u00AD", "a\tb"}) {
    EXPECT_EQ(Nick::parse(text).error().kind, ErrorKind::not_acceptable) << text;
  }
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "\u00E9";
  EXPECT_TRUE(Nick::parse(longest));
  EXPECT_FALSE(Nick::parse(longest + "e"));
}

TEST(RoomNicks, ThatReadAsOneAreOnePersons) {
  Cave world;
  for (const char* like : {"romeo", "ROMEO", "Romeo ", "Romeo\u00A0", "\uFF32omeo"}) {
    world.nurse.say(entry(like));
    EXPECT_TRUE(world.nurse.has({"type='error'", "<conflict"})) << like << world.nurse.all();
    world.juliet.say(presence(like, "n"));
    EXPECT_TRUE(world.juliet.has({"type='error'", "<conflict"})) << like << world.juliet.all();
    EXPECT_TRUE(world.romeo.got.empty()) << world.romeo.all();
    // Private messages and questions find the one who is meant.
    world.juliet.say("<message type='chat' to='cave@rooms.shop.example/" + std::string(like) +
                     "'><body>Art thou there?</body></message>");
    EXPECT_EQ(world.romeo.count({"Art thou there?", "/Juliet'"}), 1U) << like << world.juliet.all();
  }
  world.juliet.say("<iq type='get' id='p' to='cave@rooms.shop.example/JULIET'><ping xmlns='urn:xmpp:ping'/></iq>");
  EXPECT_TRUE(world.juliet.has({"<iq", "type='result'", "id='p'"}));
}

TEST(RoomNicks, AreReservedInAllTheirSpellings) {
  Cave world;
  world.romeo.say(admin("<item affiliation='member' jid='tybalt@shop.example' nick='Jose\u0301'/>"));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_EQ(world.reserved_nick_of("tybalt@shop.example", "member"), " nick='Jos\u00E9'/");
  for (const char* like : {"Jos\u00E9", "Jose\u0301", "JOS\u00C9", "jos\u00E9 "}) {
    world.nurse.say(entry(like));
    EXPECT_TRUE(world.nurse.has({"type='error'", "<conflict"})) << like << world.nurse.all();
    world.romeo.say(admin("<item affiliation='member' jid='juliet@forum.example' nick='" + std::string(like) + "'/>"));
    EXPECT_TRUE(world.romeo.has({"type='error'", "<conflict"})) << like << world.romeo.all();
  }
  world.romeo.say(
      "<iq type='set' id='r' to='cave@rooms.shop.example'><query "
      "xmlns='jabber:iq:register'><username>JOSE\u0301</username></query></iq>");
  EXPECT_TRUE(world.romeo.has({"type='error'", "<conflict"})) << world.romeo.all();
  world.romeo.say(
      admin("<item affiliation='member' jid='nurse@shop.example' nick='Peter'/>"
            "<item affiliation='member' jid='juliet@forum.example' nick='PETER'/>"));
  EXPECT_TRUE(world.romeo.has({"type='error'", "<conflict"})) << "one for two";
  Client& tybalt = world.enter("tybalt@shop.example/t", "cave@rooms.shop.example/jos\u00E9");
  EXPECT_TRUE(tybalt.has({"code='110'", "from='cave@rooms.shop.example/jos\u00E9'"})) << tybalt.all();
}

TEST(RoomNicks, BesideAddressesArePreparedAsAddressesAre) {
  Cave world;
  world.romeo.say(
      "<iq type='set' id='m' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'>" +
      field("muc#roomconfig_moderatedroom", "1") + "</x></query></iq>");
  world.nurse.say(entry("Ame\u0301lie"));
  EXPECT_TRUE(world.nurse.has({"from='cave@rooms.shop.example/Am\u00E9lie'", "role='visitor'", "code='110'"}));
  world.romeo.say("<message to='cave@rooms.shop.example'><x xmlns='jabber:x:data' type='submit'>" +
                  field("FORM_TYPE", "http://jabber.org/protocol/muc#request") + field("muc#roomnick", "Ame\u0301lie") +
                  field("muc#request_allow", "1") + "</x></message>");
  EXPECT_TRUE(world.nurse.has({"role='participant'", "code='110'"})) << world.romeo.all();
  world.romeo.say(admin("<item nick='Ame\u0301lie' role='none'/>"));
  EXPECT_TRUE(world.nurse.has({"type='unavailable'", "code='307'", "code='110'"})) << world.romeo.all();
  EXPECT_EQ(world.juliet.count({"<presence", "code='307'"}), 1U);
}

// XEP-0045 section 9.5, since 1.35.4.
TEST(RoomNicks, AreReservedUntilAnEmptyOneSaysOtherwise) {
  Cave world;
  world.romeo.say(admin("<item affiliation='member' jid='nurse@shop.example' nick='Angelica'/>"));
  world.romeo.say(admin("<item affiliation='admin' jid='nurse@shop.example'/>"));
  EXPECT_EQ(world.reserved_nick_of("nurse@shop.example", "admin"), " nick='Angelica'/");
  world.romeo.say(
      "<iq type='set' id='m' to='cave@rooms.shop.example'><query xmlns='http://jabber.org/protocol/muc#owner'>"
      "<x xmlns='jabber:x:data' type='submit'><field var='muc#roomconfig_roomowners'><value>"
      "romeo@shop.example</value><value>nurse@shop.example</value></field></x></query></iq>");
  EXPECT_EQ(world.reserved_nick_of("nurse@shop.example", "owner"), " nick='Angelica'/")
      << "the form says nothing of it";
  EXPECT_TRUE(world.await(world.rooms->set_member(world.home, world.shop, "cave", "nurse", "member")));
  EXPECT_EQ(world.reserved_nick_of("nurse@shop.example", "member"), " nick='Angelica'/") << "nor does the API";
  world.romeo.say(admin("<item affiliation='member' jid='nurse@shop.example' nick=''/>"));
  EXPECT_TRUE(world.romeo.has({"<iq", "type='result'"}));
  EXPECT_EQ(world.reserved_nick_of("nurse@shop.example", "member"), "/");
  world.juliet.say(presence("Angelica", "n"));
  EXPECT_TRUE(world.juliet.has({"from='cave@rooms.shop.example/Angelica'", "code='110'"})) << world.juliet.all();
}

// Section 17.3, rule 3.
TEST(RoomNicks, WhoEntersByAnotherOneIsToldEverything) {
  Cave world;
  world.romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><body>Hist!</body></message>");
  world.romeo.send("<message type='groupchat' to='cave@rooms.shop.example'><subject>Herbs</subject></message>");
  Client& other = world.enter("juliet@forum.example/other", "cave@rooms.shop.example/Juliet");
  world.juliet.say(entry("Jule", "e2"));
  const size_t old = world.juliet.place({"type='unavailable'", "/Juliet'", "code='303'", "nick='Jule'", "code='110'"});
  const size_t others = world.juliet.place({"<presence", "/Romeo'"});
  const size_t own = world.juliet.place({"from='cave@rooms.shop.example/Jule'", "code='110'", "id='e2'"});
  const size_t history = world.juliet.place({"<message", "Hist!", "<delay"});
  const size_t subject = world.juliet.place({"<subject>Herbs"});
  EXPECT_TRUE(old < others && others < own && own < history && history < subject && subject < world.juliet.got.size())
      << world.juliet.all();
  EXPECT_EQ(world.juliet.count({"from='cave@rooms.shop.example/Jule'"}), 1U);
  // For everybody else it is a change of nick.
  for (Client* each : {&world.romeo, &other}) {
    EXPECT_EQ(each->got.size(), 2U) << each->all();
    EXPECT_LT(each->place({"type='unavailable'", "/Juliet'", "code='303'", "nick='Jule'"}),
              each->place({"from='cave@rooms.shop.example/Jule'"}));
    EXPECT_FALSE(each->has({"id='e2'"}));
  }
  EXPECT_TRUE(world.nurse.got.empty());
}

TEST(RoomNicks, OfOnesOwnOtherSessionAreFree) {
  Cave world;
  Client& phone = world.enter("juliet@forum.example/phone", "cave@rooms.shop.example/Phone");
  EXPECT_TRUE(phone.has({"code='110'"}));
  phone.say(entry("juliet", "e2"));
  EXPECT_TRUE(phone.has({"type='unavailable'", "/Phone'", "code='303'", "nick='Juliet'", "code='110'"})) << phone.all();
  EXPECT_TRUE(phone.has({"<presence", "/Romeo'"}));
  EXPECT_TRUE(phone.has({"from='cave@rooms.shop.example/Juliet'", "id='e2'", "code='110'", "code='210'"}))
      << phone.all();
  EXPECT_TRUE(phone.has({"<subject"}));
  EXPECT_TRUE(world.romeo.has({"type='unavailable'", "/Phone'", "code='303'"}));
  EXPECT_TRUE(world.romeo.has({"from='cave@rooms.shop.example/Juliet'"}));
  world.romeo.say("<message type='groupchat' to='cave@rooms.shop.example'><body>Both?</body></message>");
  EXPECT_EQ(world.juliet.count({"Both?"}), 1U);
  EXPECT_EQ(phone.count({"Both?"}), 1U);
  // And out of a shared one, and back by a plain change: the other session keeps it.
  Client& tablet = world.enter("juliet@forum.example/tablet", "cave@rooms.shop.example/Tablet");
  Client& laptop = world.enter("juliet@forum.example/laptop", "cave@rooms.shop.example/Tablet");
  laptop.say(presence("Juliet", "n3"));
  EXPECT_TRUE(laptop.has({"type='unavailable'", "/Tablet'", "code='303'", "code='110'"})) << laptop.all();
  EXPECT_EQ(laptop.count({"from='cave@rooms.shop.example/Juliet'", "code='110'", "id='n3'"}), 1U) << laptop.all();
  EXPECT_EQ(laptop.got.size(), 2U) << "a change of nick is no entry";
  EXPECT_FALSE(world.romeo.has({"type='unavailable'"})) << world.romeo.all();
  tablet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>I stay</body></message>");
  EXPECT_EQ(world.romeo.count({"/Tablet'", "I stay"}), 1U);
}

TEST(RoomNicks, MayBeSpeltAnew) {
  Cave world;
  world.juliet.say(presence("JULIET", "n"));
  EXPECT_TRUE(world.juliet.has({"from='cave@rooms.shop.example/JULIET'", "code='110'", "id='n'"}))
      << world.juliet.all();
  EXPECT_TRUE(world.romeo.has({"type='unavailable'", "/Juliet'", "code='303'", "nick='JULIET'"}));
  world.juliet.say("<message type='groupchat' to='cave@rooms.shop.example'><body>Tall</body></message>");
  EXPECT_EQ(world.romeo.count({"/JULIET'", "Tall"}), 1U);
}

TEST(RoomPresence, OnlyTheAnswerCarriesTheId) {
  Cave world;
  Client& phone = world.enter("juliet@forum.example/phone", "cave@rooms.shop.example/Juliet");
  EXPECT_TRUE(phone.has({"code='110'"}));
  const auto answered = [&](const std::string& sent, const std::string& id) {
    world.juliet.say(sent);
    EXPECT_EQ(world.juliet.count({"<presence", "code='110'", "id='" + id + "'"}), 1U) << world.juliet.all();
    EXPECT_FALSE(phone.has({"id='" + id + "'"})) << phone.all();
    EXPECT_FALSE(world.romeo.has({"id='" + id + "'"})) << world.romeo.all();
  };
  const auto no_id = [](const Client& client) {
    return client.has({"<presence", "code='110'"}) && !client.has({" id='asked-"});
  };
  answered(entry("Juliet", "asked-1"), "asked-1");
  answered(presence("Juliet", "asked-2", "<show>away</show>"), "asked-2");
  answered(presence("Jule", "asked-3"), "asked-3");
  phone.say(presence("Jule", "asked-4"));
  EXPECT_TRUE(no_id(world.juliet)) << world.juliet.all();
  world.romeo.say(admin("<item nick='Jule' role='visitor'/>"));
  EXPECT_TRUE(no_id(world.juliet) && no_id(phone)) << phone.all();
  answered("<presence id='asked-5' type='unavailable' to='cave@rooms.shop.example/Jule'/>", "asked-5");
  world.romeo.say(admin("<item nick='Jule' role='none'/>"));
  EXPECT_TRUE(no_id(phone)) << phone.all();
  EXPECT_TRUE(world.juliet.got.empty());
}

}  // namespace
}  // namespace teahouse::testing::nick_test
