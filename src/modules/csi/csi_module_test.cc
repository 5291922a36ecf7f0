#include "modules/csi/csi_module.h"

#include "modules/csi/urgency.h"
#include "server/testing/session_world.h"

namespace teahouse::csi_module_test {
namespace {

using Urgency = Session::Urgency;

Urgency judge(StanzaKind kind, StanzaType type, const std::string& payload) {
  return judge_urgency(Stanza::make(kind, type, payload));
}
Urgency judge_message(const std::string& payload) { return judge(StanzaKind::message, StanzaType::chat, payload); }
std::string copy_of(const std::string& payload) {
  return "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>" +
         payload + "</message></forwarded></received>";
}

TEST(JudgeUrgency, OfPresence) {
  const auto presence = [](StanzaType type, const std::string& payload = {}) {
    return judge(StanzaKind::presence, type, payload);
  };
  EXPECT_EQ(presence(StanzaType::none), Urgency::latest);
  EXPECT_EQ(presence(StanzaType::unavailable), Urgency::latest);
  EXPECT_EQ(presence(StanzaType::subscribe), Urgency::now);
  EXPECT_EQ(presence(StanzaType::error), Urgency::now);
  const std::string x = "<x xmlns='http://jabber.org/protocol/muc#user'>";
  EXPECT_EQ(presence(StanzaType::none, x + "<item/></x>"), Urgency::can_wait);
  EXPECT_EQ(presence(StanzaType::none, x + "<item/><status code='110'/></x>"), Urgency::now);
}

TEST(JudgeUrgency, OfWhatARoomOfOursAdds) {
  Stanza joined = Stanza::make(StanzaKind::presence, StanzaType::none, {});
  joined.stamp("<x xmlns='http://jabber.org/protocol/muc#user'><item role='participant'/></x>");
  EXPECT_EQ(judge_urgency(joined), Urgency::can_wait);
  Stanza own = Stanza::make(StanzaKind::presence, StanzaType::unavailable, {});
  own.stamp("<x xmlns='http://jabber.org/protocol/muc#user'><item/><status code='307'/><status code='110'/></x>");
  EXPECT_EQ(judge_urgency(own), Urgency::now);
}

TEST(JudgeUrgency, OfMessages) {
  const std::string composing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
  EXPECT_EQ(judge_message(composing), Urgency::can_wait);
  EXPECT_EQ(judge_message(composing + "<thread>1</thread><no-store xmlns='urn:xmpp:hints'/>"), Urgency::can_wait);
  EXPECT_EQ(judge_message(composing + "<body>x</body>"), Urgency::now);
  EXPECT_EQ(judge_message(composing + "<origin-id xmlns='urn:xmpp:sid:0' id='1'/>"), Urgency::can_wait);
  const std::string event = "<event xmlns='http://jabber.org/protocol/pubsub#event'/>";
  EXPECT_EQ(judge(StanzaKind::message, StanzaType::headline, event), Urgency::can_wait);
  EXPECT_EQ(judge_message(event), Urgency::now) << "it may be kept for later";
  EXPECT_EQ(judge_message("<received xmlns='urn:xmpp:receipts' id='1'/>"), Urgency::now);
  EXPECT_EQ(judge_message(composing + "<store xmlns='urn:xmpp:hints'/>"), Urgency::now);
  EXPECT_EQ(judge_message("<subject>x</subject>"), Urgency::now);
  EXPECT_EQ(judge_message("<encrypted xmlns='eu.siacs.conversations.axolotl'/>"), Urgency::now);
  EXPECT_EQ(judge_message(""), Urgency::now);
  EXPECT_EQ(judge_message(copy_of(composing + "<stanza-id xmlns='urn:xmpp:sid:0' id='1' by='a@b'/>")),
            Urgency::can_wait);
  EXPECT_EQ(judge_message(copy_of(composing + "<body>x</body>")), Urgency::now);
  EXPECT_EQ(judge_message(copy_of("")), Urgency::now);
  EXPECT_EQ(judge(StanzaKind::message, StanzaType::error, composing), Urgency::now);
  EXPECT_EQ(judge(StanzaKind::iq, StanzaType::result, ""), Urgency::now);
}

class HoldBackTest : public testing::SessionWorld {
 protected:
  static Stanza presence(const std::string& from) {
    Stanza made = Stanza::make(StanzaKind::presence, StanzaType::none, {});
    made.from = *FullJid::parse(from);
    made.id = from;
    return made;
  }
  using Ids = std::vector<std::string>;
};

TEST_F(HoldBackTest, WhatWaitsLeavesInItsOrderBeforeWhatCannot) {
  shop_->hold_back(judge_urgency);
  shop_->deliver(presence("bo@shop.example/desk"));
  shop_->deliver(presence("cy@shop.example/desk"));
  Stanza last = presence("bo@shop.example/desk");
  last.id = "last";
  shop_->deliver(last);
  forum_->deliver(presence("bo@forum.example/desk"));
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_EQ(forum_wire_.got, Ids{"bo@forum.example/desk"});
  shop_->deliver(message("m"), write());  // waits for the disk, and nothing before it does
  EXPECT_EQ(shop_wire_.got, (Ids{"cy@shop.example/desk", "last"}));
  plane_.hold_commits(false);
  while (shop_wire_.got.size() < 3) loop_.run_once(10);
  EXPECT_EQ(shop_wire_.got.back(), "m");
}

TEST_F(HoldBackTest, NoMoreThanSoManyWait) {
  shop_->hold_back(judge_urgency);
  for (size_t i = 0; i <= Session::held_back_max; ++i) {
    EXPECT_TRUE(shop_wire_.got.empty());
    shop_->deliver(presence("u" + std::to_string(i) + "@shop.example/desk"));
  }
  EXPECT_EQ(shop_wire_.got.size(), Session::held_back_max + 1);
  shop_->deliver(presence("bo@shop.example/desk"));
  EXPECT_EQ(shop_wire_.got.size(), Session::held_back_max + 1) << "the next ones wait again";
  shop_->hold_back(nullptr);
  EXPECT_EQ(shop_wire_.got.size(), Session::held_back_max + 2);
  EXPECT_EQ(shop_->held_bytes(), 0U);
}

TEST_F(HoldBackTest, NoMoreThanSoManyBytesWait) {
  shop_->hold_back([](const Stanza&) { return Urgency::can_wait; });
  const std::string large = "<event>" + std::string(Session::held_back_bytes_max / 4, 'x') + "</event>";
  size_t sent = 0;
  while (shop_wire_.got.empty()) {
    shop_->deliver(Stanza::make(StanzaKind::message, StanzaType::headline, large));
    ASSERT_LT(++sent, 8U);
  }
  EXPECT_EQ(shop_wire_.got.size(), sent);
  EXPECT_FALSE(shop_wire_.closed);
}

TEST_F(HoldBackTest, EndsWithTheStream) {
  shop_->sm_enable("id");
  shop_->hold_back(judge_urgency);
  shop_->deliver(presence("bo@shop.example/desk"));
  shop_->lose_stream(1);
  shop_->deliver(presence("cy@shop.example/desk"));
  shop_->attach(&shop_wire_);
  shop_->sm_resend();
  shop_->deliver(presence("di@shop.example/desk"));
  EXPECT_EQ(std::count(shop_wire_.got.begin(), shop_wire_.got.end(), "bo@shop.example/desk"), 1);
  EXPECT_EQ(std::count(shop_wire_.got.begin(), shop_wire_.got.end(), "cy@shop.example/desk"), 1);
  EXPECT_EQ(shop_wire_.got.back(), "di@shop.example/desk");
}

}  // namespace
}  // namespace teahouse::csi_module_test
