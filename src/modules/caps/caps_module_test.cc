#include "modules/caps/caps_module.h"

#include "crypto/encoding.h"
#include "server/testing/session_world.h"

namespace teahouse {
namespace {

using testing::Wire;

// The name of a client that has one feature.
caps::CapsName name_of(const std::string& feature) {
  const std::string digest = crypto::sha1("client/pc//A<" + feature + "<");
  return {caps::CapsName::Method::verification_string, crypto::Hash::sha1, digest, "n#" + crypto::to_base64(digest)};
}

class CapsModuleTest : public testing::SessionWorld {
 protected:
  CapsModuleTest() {
    plane_.hold_commits(false);
    auto module = std::make_unique<CapsModule>();
    caps_ = module.get();
    home_.modules().add(std::move(module));
  }
  void learn(Session* asker, const Session& client, const std::string& feature) {
    begin(asker, client.jid(), feature);
    turn();
  }
  void begin(Session* asker, const Jid& client, const std::string& feature) {
    caps_->learn(asker->resident(), client, name_of(feature), [this](const caps::FeaturesPtr& features) {
      ++ended_;
      if (features) known_ = features;
    });
  }
  // As many clients of ann's in the shop are asked for it as are asked at once, and stay silent.
  void keep_busy(const std::string& feature) {
    for (size_t i = 0; i < CapsModule::asked_at_once; ++i) {
      const std::string address = "ann@shop.example/silent-" + std::to_string(i) + "-" + feature;
      learn(shop_, *connect(address, silent_), feature);
    }
  }
  // Answers the last question that the client got.
  void answer(Session& client, const Wire& wire, const std::string& to, const std::string& feature) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::result,
                             "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' "
                             "type='pc' name='A'/><feature var='" +
                                 feature + "'/></query>");
    iq.id = wire.got.back();
    iq.to = *Jid::parse(to);
    home_.router().receive(client, std::move(iq));
    turn();
  }

  CapsModule* caps_ = nullptr;
  int ended_ = 0;
  caps::FeaturesPtr known_;
  Wire silent_;
};

TEST_F(CapsModuleTest, AsksOnceForAHashAndKeepsItForAllTenants) {
  learn(shop_, *shop_, "urn:x");
  ASSERT_EQ(shop_wire_.got.size(), 1U);
  EXPECT_NE(shop_wire_.last.find(name_of("urn:x").node), std::string::npos) << shop_wire_.last;
  learn(shop_, *shop_, "urn:x");  // meanwhile
  EXPECT_EQ(shop_wire_.got.size(), 1U);
  answer(*shop_, shop_wire_, "ann@shop.example", "urn:x");
  EXPECT_EQ(ended_, 1) << "an asker learns of a client once";
  ASSERT_TRUE(known_);
  EXPECT_TRUE(known_->has("urn:x"));
  learn(forum_, *forum_, "urn:x");
  EXPECT_EQ(ended_, 2);
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(CapsModuleTest, BelievesNoLiarAndAsksTheNext) {
  learn(shop_, *shop_, "urn:x");
  learn(forum_, *forum_, "urn:x");
  answer(*shop_, shop_wire_, "ann@shop.example", "urn:lie");
  EXPECT_EQ(ended_, 1);
  EXPECT_FALSE(known_);
  answer(*forum_, forum_wire_, "ann@forum.example", "urn:x");
  EXPECT_EQ(ended_, 2);
  EXPECT_TRUE(known_);
}

TEST_F(CapsModuleTest, TakesNoAnswerOfAnother) {
  learn(shop_, *shop_, "urn:x");
  answer(*forum_, shop_wire_, "ann@shop.example", "urn:x");
  EXPECT_EQ(ended_, 0);
  EXPECT_FALSE(known_);
}

TEST_F(CapsModuleTest, GivesUpAClientThatDoesNotAnswer) {
  learn(shop_, *shop_, "urn:x");
  for (int i = 0; i < 6; ++i) {
    world_.clock.advance_ms(CapsModule::sweep_ms);
    turn();
  }
  EXPECT_EQ(ended_, 1);
  EXPECT_FALSE(known_);
}

TEST_F(CapsModuleTest, AClientThatShowsOneThingAfterTheOtherWaitsOnce) {
  keep_busy("urn:x");
  keep_busy("urn:y");
  for (size_t i = 0; i <= CapsModule::waiting_max; ++i) begin(shop_, shop_->jid(), i % 2 == 0 ? "urn:x" : "urn:y");
  EXPECT_EQ(ended_, 0);
  EXPECT_TRUE(shop_wire_.got.empty()) << "it is not its turn";
  learn(forum_, *forum_, "urn:z");
  answer(*forum_, forum_wire_, "ann@forum.example", "urn:z");
  EXPECT_TRUE(known_);
  EXPECT_EQ(ended_, 1);
}

TEST_F(CapsModuleTest, ACrowdOfSilentClientsMakesRoomForOthers) {
  ASSERT_TRUE(world_.create(world_.shop, "bo"));
  Wire bo_wire;
  Session* bo = connect("bo@shop.example/desk", bo_wire);
  keep_busy("urn:x");
  learn(forum_, *forum_, "urn:of-forum");
  for (size_t i = 0; i <= CapsModule::waiting_max; ++i) {
    begin(shop_, *Jid::parse("ann@shop.example/" + std::to_string(i)), "urn:x");
  }
  const int given_up = ended_;
  EXPECT_GT(given_up, 0) << "ann's own";
  EXPECT_EQ(forum_wire_.got.size(), 1U);
  learn(bo, *bo, "urn:of-bo");
  ASSERT_EQ(bo_wire.got.size(), 1U) << "another of the same tenant is asked";
  EXPECT_EQ(ended_, given_up + 1) << "one of ann's made room";
  answer(*bo, bo_wire, "bo@shop.example", "urn:of-bo");
  ASSERT_TRUE(known_);
  EXPECT_TRUE(known_->has("urn:of-bo"));
  known_ = nullptr;
  answer(*forum_, forum_wire_, "ann@forum.example", "urn:of-forum");
  ASSERT_TRUE(known_) << "it has waited all the while";
  EXPECT_TRUE(known_->has("urn:of-forum"));
  EXPECT_EQ(ended_, given_up + 3);
}

TEST_F(CapsModuleTest, AQuestionWhoseAskerWantsSomethingElseEndsInPeace) {
  learn(shop_, *shop_, "urn:x");
  learn(shop_, *shop_, "urn:y");
  ASSERT_EQ(shop_wire_.got.size(), 2U);
  for (int i = 0; i < 6; ++i) {
    world_.clock.advance_ms(CapsModule::sweep_ms);
    turn();
  }
  EXPECT_EQ(ended_, 1) << "of what it shows now";
  learn(shop_, *shop_, "urn:x");
  answer(*shop_, shop_wire_, "ann@shop.example", "urn:x");
  EXPECT_EQ(ended_, 2);
  EXPECT_TRUE(known_);
}

TEST_F(CapsModuleTest, RemembersNoMoreThanItMay) {
  for (size_t i = 0; i <= CapsModule::known_max; ++i) {
    learn(shop_, *shop_, "urn:" + std::to_string(i));
    answer(*shop_, shop_wire_, "ann@shop.example", "urn:" + std::to_string(i));
  }
  const size_t asked = shop_wire_.got.size();
  learn(shop_, *shop_, "urn:1");  // still there
  EXPECT_EQ(shop_wire_.got.size(), asked);
  learn(shop_, *shop_, "urn:0");
  EXPECT_EQ(shop_wire_.got.size(), asked + 1);
}

}  // namespace
}  // namespace teahouse
