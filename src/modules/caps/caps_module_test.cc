#include "modules/caps/caps_module.h"

#include "crypto/encoding.h"
#include "server/testing/session_world.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::caps_module_test {
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
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<DiscoModule>());
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

// XEP-0115 and XEP-0390: what stands in the stream's features fits what the host answers.
TEST_F(CapsModuleTest, NamesWhatItsTenantsHostsSay) {
  class Extra final : public Module {
   public:
    const ModuleInfo& info() const override {
      static const ModuleInfo info{
          .name = "extra", .summary = "For tests.", .host_features = {"urn:extra"}, .is_optional = true};
      return info;
    }
    void attach(ModuleContext& /*context*/) override {}
  };
  home_.modules().add(std::make_unique<Extra>());
  const auto features_of = [&](const char* domain) {
    const HostPtr host = home_.hosts().find(domain);
    std::string text = "<presence xmlns='jabber:client'>";
    xml::Writer writer(text);
    home_.hooks().stream_features.call_at(*host, host, writer);
    return text + "</presence>";
  };
  const auto own_caps_of = [&](const char* domain) {
    const auto document = xml::Document::parse_own(SharedBytes(features_of(domain)));
    return caps::read_caps(*Stanza::read(*document));
  };
  const auto shop = own_caps_of("shop.example"), forum = own_caps_of("forum.example");
  ASSERT_TRUE(shop && forum);
  const auto ask = [&](const char* domain, const std::string& node) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::get,
                             "<query xmlns='http://jabber.org/protocol/disco#info' node='" + node + "'/>");
    iq.id = "node";
    iq.to = *Jid::parse(domain);
    shop_wire_.last.clear();
    home_.router().receive(*shop_, std::move(iq));
    while (shop_wire_.last.empty()) loop_.run_once(10);
    return *xml::Document::parse_own(SharedBytes(shop_wire_.last));
  };
  const auto answer = ask("shop.example", shop->node);
  const auto query = answer.root().child("query", ns::disco_info);
  ASSERT_TRUE(query) << shop_wire_.last;
  EXPECT_EQ(query->attribute("node"), shop->node);
  const auto known = caps::verify(*shop, *query);
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->has("urn:extra"));
  EXPECT_FALSE(caps::verify(*forum, *query)) << "the titles differ";
  EXPECT_EQ(ask("forum.example", shop->node).root().attribute("type"), "error") << "one tenant's is not another's";

  auto changed = std::make_shared<Tenant>(*world_.shop);
  changed->modules_off = {"extra"};
  home_.set_tenant(changed);
  const auto now = own_caps_of("shop.example");
  ASSERT_TRUE(now);
  EXPECT_NE(now->digest, shop->digest);
  EXPECT_EQ(own_caps_of("forum.example")->digest, forum->digest);
}

}  // namespace
}  // namespace teahouse::caps_module_test
