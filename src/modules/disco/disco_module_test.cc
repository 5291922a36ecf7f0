#include "modules/disco/disco_module.h"

#include "server/testing/session_world.h"

namespace teahouse::disco_module_test {
namespace {

// Offers something to users of the shop alone.
class Offers final : public Module {
 public:
  const ModuleInfo& info() const override {
    static const ModuleInfo info{.name = "offers",
                                 .summary = "For tests.",
                                 .host_features = {"of-all", {"of-some", is_some}},
                                 .host_identities = {{"gateway", "test"}}};
    return info;
  }
  void attach(ModuleContext& /*context*/) override {}
  static bool is_some(const Tenant& tenant) { return tenant.name == "shop"; }
};

class EntityTest : public testing::SessionWorld {
 protected:
  EntityTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<DiscoModule>());
    home_.modules().add(std::make_unique<Offers>());
    RosterItem friendly{*BareJid::parse("ann@forum.example")};
    friendly.listed = friendly.subscription.from = true;
    plane_.map(world_.shop->id, "roster").store("bea@shop.example", friendly.jid.str(), friendly.encode());
    EXPECT_TRUE(world_.create(world_.shop, "bea"));  // whom the forum's ann sees, and cid does not
    EXPECT_TRUE(world_.create(world_.forum, "cid"));
    shop_ = connect("bea@shop.example/phone", shop_wire_);
    cid_ = connect("cid@forum.example/phone", cid_wire_);
    turn();
  }
  // The answer to a get.
  std::string ask(Session& session, testing::Wire& wire, const char* to, const std::string& payload) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::get, payload);
    iq.id = "q";
    iq.to = *Jid::parse(to);
    wire.last.clear();
    home_.router().receive(session, std::move(iq));
    while (wire.last.empty()) loop_.run_once(10);
    return wire.last;
  }
  std::string info(Session& session, testing::Wire& wire, const char* to, const std::string& node = {}) {
    return ask(
        session, wire, to,
        "<query xmlns='http://jabber.org/protocol/disco#info'" + (node.empty() ? "" : " node='" + node + "'") + "/>");
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  testing::Wire cid_wire_;
  Session* cid_ = nullptr;
};

TEST_F(EntityTest, AHostTellsWhatItsTenantHas) {
  const std::string shop = info(*shop_, shop_wire_, "shop.example"), forum = info(*cid_, cid_wire_, "forum.example");
  for (const std::string& answer : {shop, forum}) {
    EXPECT_TRUE(has(answer, "category='server'") && has(answer, "category='gateway'")) << answer;
    EXPECT_TRUE(has(answer, "var='urn:xmpp:ping'") && has(answer, "var='of-all'")) << answer;
  }
  EXPECT_TRUE(has(shop, "var='of-some'")) << shop;
  EXPECT_FALSE(has(forum, "var='of-some'")) << forum;
  EXPECT_TRUE(has(info(*shop_, shop_wire_, "shop.example", "x"), "item-not-found"));
}

TEST_F(EntityTest, AnAccountTellsThoseWhoSeeItsPresence) {
  EXPECT_TRUE(has(info(*forum_, forum_wire_, "bea@shop.example"), "type='registered'"));
  EXPECT_TRUE(has(info(*shop_, shop_wire_, "bea@shop.example"), "type='registered'"));
  const std::string stranger = info(*cid_, cid_wire_, "bea@shop.example"),
                    nobody = info(*cid_, cid_wire_, "none@shop.example");
  EXPECT_TRUE(has(stranger, "service-unavailable") && !has(stranger, "registered")) << stranger;
  EXPECT_TRUE(has(nobody, "service-unavailable")) << nobody;
}

TEST_F(EntityTest, AnswersPingsVersionAndTime) {
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, "shop.example", "<ping xmlns='urn:xmpp:ping'/>"), "type='result'"));
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, "bea@shop.example", "<ping xmlns='urn:xmpp:ping'/>"), "type='result'"));
  EXPECT_TRUE(has(ask(*cid_, cid_wire_, "bea@shop.example", "<ping xmlns='urn:xmpp:ping'/>"), "service-unavailable"));
  EXPECT_TRUE(
      has(ask(*shop_, shop_wire_, "shop.example", "<query xmlns='jabber:iq:version'/>"), "<name>Teahouse</name>"));
  EXPECT_TRUE(has(ask(*shop_, shop_wire_, "shop.example", "<time xmlns='urn:xmpp:time'/>"), "<tzo>"));
}

}  // namespace
}  // namespace teahouse::disco_module_test
