#include "modules/last_activity/last_activity_module.h"

#include "server/testing/session_world.h"

namespace teahouse::last_activity_module_test {
namespace {

// bea@shop is seen by ann@forum, and not by cid@forum.
class LastActivityTest : public testing::SessionWorld {
 protected:
  LastActivityTest() {
    plane_.hold_commits(false);
    home_.sessions().close(*forum_);
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<LastActivityModule>());
    for (const auto& [tenant, name] : {std::pair(world_.shop, "bea"), std::pair(world_.forum, "cid")}) {
      EXPECT_TRUE(world_.create(tenant, name));
    }
    RosterItem ann{*BareJid::parse("ann@forum.example")};
    ann.listed = ann.subscription.from = true;
    plane_.map(world_.shop->id, "roster").store("bea@shop.example", ann.jid.str(), ann.encode());
    forum_ = connect("ann@forum.example/phone", forum_wire_);
    cid_ = connect("cid@forum.example/phone", cid_wire_);
    turn();
  }
  std::string ask(Session& session, testing::Wire& wire, const char* to) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::get, "<query xmlns='jabber:iq:last'/>");
    iq.id = "l";
    iq.to = *Jid::parse(to);
    wire.last.clear();
    home_.router().receive(session, std::move(iq));
    while (wire.last.empty()) loop_.run_once(10);
    return wire.last;
  }
  // It sends presence, as no module does here what that asks for.
  Session& appear(testing::Wire& wire) {
    Session& bea = *connect("bea@shop.example/phone", wire);
    home_.router().receive(bea, Stanza::make(StanzaKind::presence, StanzaType::none, {}));
    return bea;
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

  testing::Wire cid_wire_, bea_wire_;
  Session* cid_ = nullptr;
};

TEST_F(LastActivityTest, TellsThoseWhoSeeThePresenceSinceWhenAnAccountIsAway) {
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, "bea@shop.example"), "item-not-found"));
  Session* bea = &appear(bea_wire_);
  EXPECT_TRUE(has(ask(*forum_, forum_wire_, "bea@shop.example"), "seconds='0'"));
  Stanza gone = Stanza::make(StanzaKind::presence, StanzaType::unavailable, "<status>Heading Home</status>");
  home_.router().receive(*bea, std::move(gone));
  home_.sessions().close(*bea);
  world_.clock.advance_ms(903'000);
  const std::string away = ask(*forum_, forum_wire_, "bea@shop.example");
  EXPECT_TRUE(has(away, "seconds='903'") && has(away, "Heading Home")) << away;
  const std::string stranger = ask(*cid_, cid_wire_, "bea@shop.example");
  EXPECT_TRUE(has(stranger, "forbidden") && !has(stranger, "seconds")) << stranger;
  EXPECT_TRUE(has(ask(*cid_, cid_wire_, "nobody@shop.example"), "forbidden"));
  EXPECT_TRUE(has(ask(*cid_, cid_wire_, "shop.example"), "seconds='903'"));
}

TEST_F(LastActivityTest, IsKeptUntilTheAccountIsRemoved) {
  home_.sessions().close(appear(bea_wire_));
  std::optional<Result<uint64_t>> before, after, other;
  testing::start(plane_.map(world_.shop->id, "last").count(loop_, "bea@shop.example"), &before);
  testing::start(plane_.map(world_.forum->id, "last").count(loop_, "bea@shop.example"), &other);
  turn();
  EXPECT_EQ(**before, 1U);
  EXPECT_EQ(**other, 0U);
  home_.residents().remove_account(home_.hosts().find("shop.example"), *BareJid::parse("bea@shop.example"),
                                   std::make_shared<Removal>([](bool) {}));
  turn();
  testing::start(plane_.map(world_.shop->id, "last").count(loop_, "bea@shop.example"), &after);
  turn();
  EXPECT_EQ(**after, 0U);
}

}  // namespace
}  // namespace teahouse::last_activity_module_test
