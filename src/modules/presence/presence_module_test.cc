#include "modules/presence/presence_module.h"

#include "server/testing/session_world.h"

namespace teahouse::presence_module_test {
namespace {

using testing::Wire;

// bea@shop and dan@forum may subscribe; cid@forum is a stranger to both.
class PresenceTest : public testing::SessionWorld {
 protected:
  PresenceTest() {
    plane_.hold_commits(false);
    auto roster = std::make_unique<RosterModule>();
    roster_ = roster.get();
    home_.modules().add(std::move(roster));
    home_.modules().add(std::make_unique<PresenceModule>());
    EXPECT_TRUE(world_.create(world_.shop, "bea"));
    for (const char* user : {"cid", "dan"}) EXPECT_TRUE(world_.create(world_.forum, user));
    bea_ = connect("bea@shop.example/phone", bea_wire_);
    forum_ = connect("dan@forum.example/phone", forum_wire_);
    cid_ = connect("cid@forum.example/phone", cid_wire_);
    for (Session* session : {bea_, forum_, cid_}) session->set_presence(std::nullopt);
    for (Session* session : {bea_, forum_, cid_}) send(*session, StanzaType::none);
    forget();
  }
  void send(Session& session, StanzaType type, const char* to = nullptr) {
    Stanza presence = Stanza::make(StanzaKind::presence, type, {});
    if (to) presence.to = *Jid::parse(to);
    home_.router().receive(session, std::move(presence));
    turn();
  }
  void befriend() {  // dan sees bea
    send(*forum_, StanzaType::subscribe, "bea@shop.example");
    send(*bea_, StanzaType::subscribed, "dan@forum.example");
    forget();
  }
  void forget() {
    for (Wire* wire : {&bea_wire_, &forum_wire_, &cid_wire_}) {
      wire->got.clear();
      wire->last.clear();
    }
  }
  static bool has(const Wire& wire, const std::string& part) { return wire.last.find(part) != std::string::npos; }

  Wire bea_wire_, cid_wire_;
  RosterModule* roster_ = nullptr;
  Session *bea_ = nullptr, *cid_ = nullptr;
};

TEST_F(PresenceTest, IsShownToThoseWhoWereLetSubscribe) {
  send(*bea_, StanzaType::none);
  EXPECT_TRUE(forum_wire_.got.empty());
  send(*forum_, StanzaType::subscribe, "bea@shop.example");
  EXPECT_TRUE(has(bea_wire_, "type='subscribe'") && has(bea_wire_, "from='dan@forum.example'")) << bea_wire_.last;
  send(*bea_, StanzaType::subscribed, "dan@forum.example");
  EXPECT_TRUE(has(forum_wire_, "from='bea@shop.example/phone'")) << forum_wire_.last;
  forget();
  send(*bea_, StanzaType::unavailable);
  EXPECT_TRUE(has(forum_wire_, "type='unavailable'")) << forum_wire_.last;
  EXPECT_TRUE(cid_wire_.got.empty());
  forget();
  send(*forum_, StanzaType::none);
  EXPECT_TRUE(bea_wire_.got.empty()) << "she did not subscribe";
}

TEST_F(PresenceTest, EndsWithTheSessionAndTheSubscription) {
  befriend();
  send(*bea_, StanzaType::unsubscribed, "dan@forum.example");
  EXPECT_TRUE(has(forum_wire_, "type='unavailable'") || has(forum_wire_, "type='unsubscribed'")) << forum_wire_.last;
  forget();
  home_.sessions().close(*bea_);
  turn();
  EXPECT_TRUE(forum_wire_.got.empty());
  bea_ = connect("bea@shop.example/phone", bea_wire_);
  befriend();
  home_.sessions().close(*bea_);
  turn();
  EXPECT_TRUE(has(forum_wire_, "type='unavailable'")) << forum_wire_.last;
  EXPECT_TRUE(cid_wire_.got.empty());
}

TEST_F(PresenceTest, AStrangersProbeTellsNothing) {
  Stanza probe = Stanza::make(StanzaKind::presence, StanzaType::probe, {});
  probe.from = cid_->jid();
  for (const char* to : {"bea@shop.example", "nobody@shop.example"}) {
    Stanza each = probe;
    each.to = *Jid::parse(to);
    home_.router().route(std::move(each));
    for (int i = 0; i < 100 && cid_wire_.got.empty(); ++i) loop_.run_once(10);
    EXPECT_TRUE(cid_wire_.got.empty() || has(cid_wire_, "type='unsubscribed'")) << to << cid_wire_.last;
    EXPECT_FALSE(has(cid_wire_, "/phone"));
  }
  EXPECT_TRUE(bea_wire_.got.empty());
}

TEST_F(PresenceTest, KeepsSoManyRequestsOfAnotherTenantAndHasRoomForItsOwn) {
  send(*bea_, StanzaType::unavailable);
  const auto ask = [&](const std::string& from) {
    Stanza request = Stanza::make(StanzaKind::presence, StanzaType::subscribe, {});
    request.from = *Jid::parse(from);
    request.to = *Jid::parse("bea@shop.example");
    home_.router().route(std::move(request));
  };
  for (size_t i = 0; i < PresenceModule::requests_of_another_max + 10; ++i) {
    ask("u" + std::to_string(i) + "@forum.example");
  }
  for (size_t i = 0; i < PresenceModule::requests_max + 10; ++i) ask("u" + std::to_string(i) + "@shop.example");
  Roster& roster = roster_->of(bea_->resident());
  const size_t most = PresenceModule::requests_max + PresenceModule::requests_of_another_max;
  for (int i = 0; i < 100 && roster.items().size() < most; ++i) loop_.run_once(10);
  turn();
  forget();
  send(*bea_, StanzaType::none);
  size_t requests = 0;
  for (const auto& [jid, item] : roster.items()) requests += item.subscription.pending_in;
  EXPECT_EQ(requests, most);
  EXPECT_EQ(roster.requests().find("forum.example")->second, PresenceModule::requests_of_another_max);
  EXPECT_EQ(bea_wire_.got.size(), requests + 1) << "each is shown, and her own presence";
  EXPECT_FALSE(roster.full());
  EXPECT_TRUE(forum_wire_.got.empty() && cid_wire_.got.empty());
}

// Section 4.6.3.
TEST_F(PresenceTest, ThatWasDirectedEndsForThoseThatHadIt) {
  send(*bea_, StanzaType::none, "cid@forum.example");
  EXPECT_TRUE(has(cid_wire_, "from='bea@shop.example/phone'")) << cid_wire_.last;
  forget();
  home_.sessions().close(*bea_);
  turn();
  EXPECT_TRUE(has(cid_wire_, "type='unavailable'")) << cid_wire_.last;
  EXPECT_TRUE(forum_wire_.got.empty());
}

}  // namespace
}  // namespace teahouse::presence_module_test
