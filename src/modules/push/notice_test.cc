#include "modules/push/notice.h"

#include <gtest/gtest.h>

namespace teahouse::push::notice_test {
namespace {

constexpr char ann[] = "ann@shop.example";

Stanza say(const char* from, const std::string& body, StanzaType type = StanzaType::chat,
           const std::string& more = "") {
  Stanza made = Stanza::make(StanzaKind::message, type, "<body>" + body + "</body>" + more);
  made.from = *Jid::parse(from);
  made.to = *Jid::parse("ann@shop.example/phone");
  return made;
}

TEST(Notice, IsOfTheOtherSide) {
  const auto notice = find_message(say("bo@shop.example/desk", "x"), ann, false);
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->conversation, "bo@shop.example");
  const auto whispered = find_message(say("hall@rooms.shop.example/Bo", "x"), ann, true);
  ASSERT_TRUE(whispered);
  EXPECT_EQ(whispered->conversation, "hall@rooms.shop.example/Bo");
  EXPECT_EQ(whispered->nick, "Bo");
}

TEST(Notice, HasTheBeginningOfALongText) {
  std::string text;
  for (size_t i = 0; i < shown_bytes_max; ++i) text += "\xE8\x8C\xB6";  // 茶
  const auto notice = find_message(say("bo@shop.example/desk", text), ann, false);
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->text.size(), shown_bytes_max / 3 * 3);
}

TEST(Notice, IsOfARoomOnlyWhereTheAccountIsNamed) {
  const auto mention = [](const std::string& body, const char* nick, const std::string& more = "") {
    return find_mention(say("hall@rooms.shop.example/Bo", body, StanzaType::groupchat, more), ann, nick);
  };
  EXPECT_TRUE(mention("ANNE, come", "Anne"));
  EXPECT_TRUE(mention("where is @anne?", "Anne"));
  EXPECT_TRUE(
      mention("\xE5\xB0\x8F\xE8\x8C\xB6\xE4\xBD\xA0\xE5\xA5\xBD", "\xE5\xB0\x8F\xE8\x8C\xB6"));  // no spaces in Chinese
  EXPECT_FALSE(mention("annex, Joanne and anne_2", "Anne"));
  EXPECT_FALSE(mention("x", ""));
  EXPECT_FALSE(mention("I am Bo", "Bo"));  // by the account itself
  const std::string reference = "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:";
  EXPECT_TRUE(mention("x", "", reference + "ann@shop.example'/>"));
  EXPECT_FALSE(mention("x", "", reference + "ann@forum.example'/>"));
}

TEST(Notice, IsOfARoomThatIsMentionedAsAWhole) {
  const auto mention = [](const std::string& rest) {
    return find_mention(
        say("hall@rooms.shop.example/Bo", "all", StanzaType::groupchat, "<mention xmlns='urn:xmpp:mentions:0'" + rest),
        ann, "Anne");
  };
  EXPECT_TRUE(mention(" mentions='urn:xmpp:mentions:0#channel'/>"));
  EXPECT_TRUE(mention(" mentions='urn:xmpp:mentions:0#channel' uri='xmpp:hall@rooms.shop.example'/>"));
  EXPECT_FALSE(mention(" mentions='urn:xmpp:mentions:0#channel' uri='xmpp:cave@rooms.shop.example'/>"));
  EXPECT_FALSE(mention(" mentions='urn:xmpp:mentions:0#channel'><noping/></mention>"));
  EXPECT_FALSE(mention(" mentions='urn:xmpp:mentions:0#moderators'/>"));
  EXPECT_FALSE(mention("/>"));
}

TEST(Notice, IsOfAnOccupantWhoIsMentioned) {
  const auto mention = [](const std::string& body, const std::string& rest, const char* id = "own") {
    return find_mention(
        say("hall@rooms.shop.example/Bo", body, StanzaType::groupchat, "<mention xmlns='urn:xmpp:mentions:0'" + rest),
        ann, "Anne", id);
  };
  EXPECT_TRUE(mention("you", " occupantid='own'/>"));
  EXPECT_FALSE(mention("you", " occupantid='other'/>"));
  EXPECT_FALSE(mention("you", " occupantid=''/>", "")) << "an id that is not known is nobody's";
  EXPECT_TRUE(mention("Anne", " occupantid='other'/>"));
  EXPECT_FALSE(mention("I meant Anne", " occupantid='own'><noping/></mention>")) << "it spares her";
  EXPECT_TRUE(mention("Anne", " occupantid='other'><noping/></mention>"));
}

TEST(Notice, TopicsAreOfADeviceAndAConversation) {
  Device one, two;
  one.subscription.keys.auth = std::string(16, 'a');
  two.subscription.keys.auth = std::string(16, 'b');
  EXPECT_EQ(make_topic(one, "bo@shop.example"), make_topic(one, "bo@shop.example"));
  EXPECT_NE(make_topic(one, "bo@shop.example"), make_topic(one, "cy@shop.example"));
  EXPECT_NE(make_topic(one, "bo@shop.example"), make_topic(two, "bo@shop.example"));
  EXPECT_LE(make_topic(one, "bo@shop.example").size(), 32U);
}

TEST(Notice, FitsIntoAPush) {
  Shown shown{"message", std::string(32, 't'), INT64_MAX, std::string(3071, '"'), "Shop", "Bo", "x"};
  const std::string without_with = make_json(shown);
  EXPECT_LE(without_with.size(), webpush::text_bytes_max);
  EXPECT_NE(without_with.find("\"text\":\"x\""), without_with.npos);
  shown.text = std::string(shown_bytes_max, '\x01');
  shown.name = std::string(200, '\x01');
  EXPECT_LE(make_json(shown).size(), webpush::text_bytes_max);
}

TEST(Device, IsReadAsItWasWritten) {
  const NewPushDevice wanted{"https://push.example/a?b=1&c='2'",
                             "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                             "BTBZMqHH6r4Tts7J_aSIgg", "Fox & \"Co\"", true};
  const auto made = make_device(wanted, 7);
  ASSERT_TRUE(made) << made.error().text;
  const auto read = read_device(made->id, write_device(*made));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->subscription.endpoint, wanted.endpoint);
  EXPECT_EQ(read->subscription.keys.point, made->subscription.keys.point);
  EXPECT_EQ(read->subscription.keys.auth, made->subscription.keys.auth);
  EXPECT_EQ(read->name, wanted.name);
  EXPECT_TRUE(read->shows_text);
  EXPECT_EQ(read->created_ms, 7);
  EXPECT_FALSE(read_device("x", "<device/>"));
  EXPECT_FALSE(read_device("x", "nonsense"));
}

}  // namespace
}  // namespace teahouse::push::notice_test
