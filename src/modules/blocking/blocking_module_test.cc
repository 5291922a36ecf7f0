#include "modules/blocking/blocking_module.h"

#include "server/testing/session_world.h"

namespace teahouse::blocking_module_test {
namespace {

using testing::Wire;

class BlockingTest : public testing::SessionWorld {
 protected:
  BlockingTest() {
    plane_.hold_commits(false);
    home_.sessions().close(*shop_);  // so that its account is loaded with the module
    home_.sessions().close(*forum_);
    home_.modules().add(std::make_unique<BlockingModule>());
    EXPECT_TRUE(world_.create(world_.shop, "bea"));
    ann_ = connect("bea@shop.example/phone", shop_wire_);
    forum_ = connect("ann@forum.example/phone", forum_wire_);
    turn();
  }
  void ask(Session& session, StanzaType type, const std::string& payload) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = "q";
    home_.router().receive(session, std::move(iq));
    turn();
  }
  void block(const std::string& jid) {
    ask(*ann_, StanzaType::set, "<block xmlns='urn:xmpp:blocking'><item jid='" + jid + "'/></block>");
    EXPECT_NE(shop_wire_.last.find("result"), std::string::npos) << shop_wire_.last;
    shop_wire_.got.clear();
  }
  DeliveryOutcome send(Session* from, const char* to) {
    std::optional<DeliveryOutcome> ended;
    Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
    message.id = "m";
    message.from = from->jid();
    message.to = *Jid::parse(to);
    home_.router().send_as(
        from->resident(), std::move(message),
        std::make_shared<CallbackTicket>([&](DeliveryOutcome outcome) { ended = std::move(outcome); }));
    while (!ended) loop_.run_once(10);
    return *ended;
  }
  Session* ann_ = nullptr;
};

TEST_F(BlockingTest, NeitherHearsOfTheOther) {
  EXPECT_TRUE(send(forum_, "bea@shop.example").has(Ended::delivered));
  block("ann@forum.example");
  shop_wire_.got.clear();
  forum_wire_.got.clear();
  const DeliveryOutcome in = send(forum_, "bea@shop.example");
  EXPECT_FALSE(in.is_kept());
  EXPECT_EQ(in.refusal->kind, ErrorKind::forbidden) << "as its site is told";
  EXPECT_TRUE(shop_wire_.got.empty());
  const DeliveryOutcome out = send(ann_, "ann@forum.example");
  EXPECT_FALSE(out.is_kept());
  EXPECT_EQ(out.refusal->kind, ErrorKind::not_acceptable);
  EXPECT_EQ(forum_wire_.got, std::vector<std::string>{"m"});  // the error of its own message
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
  message.to = *Jid::parse("ann@forum.example");
  home_.router().receive(*ann_, std::move(message));
  turn();
  EXPECT_NE(shop_wire_.last.find("urn:xmpp:blocking:errors"), std::string::npos) << shop_wire_.last;
  EXPECT_EQ(forum_wire_.got.size(), 1U);
}

TEST_F(BlockingTest, IsRememberedAndIsTheTenantsOwn) {
  block("ann@forum.example");
  std::optional<Result<uint64_t>> shop, forum;
  testing::start(plane_.map(world_.shop->id, "blocking").count(loop_, "bea@shop.example"), &shop);
  testing::start(plane_.map(world_.forum->id, "blocking").count(loop_, "bea@shop.example"), &forum);
  turn();
  EXPECT_EQ(**shop, 1U);
  EXPECT_EQ(**forum, 0U);
}

TEST_F(BlockingTest, TellsOnlyThoseWhoHaveTheList) {
  Wire wire;
  connect("bea@shop.example/desk", wire);
  ask(*ann_, StanzaType::get, "<blocklist xmlns='urn:xmpp:blocking'/>");
  shop_wire_.got.clear();
  ask(*ann_, StanzaType::set, "<block xmlns='urn:xmpp:blocking'><item jid='ann@forum.example'/></block>");
  EXPECT_EQ(shop_wire_.got.size(), 2U);  // the answer and the push
  EXPECT_TRUE(wire.got.empty());
}

TEST_F(BlockingTest, HoldsNoMoreThanItsLimit) {
  std::string items;
  for (size_t i = 0; i < Blocklist::items_max; ++i) items += "<item jid='u" + std::to_string(i) + "@x.example'/>";
  ask(*ann_, StanzaType::set, "<block xmlns='urn:xmpp:blocking'>" + items + "</block>");
  EXPECT_NE(shop_wire_.last.find("result"), std::string::npos);
  ask(*ann_, StanzaType::set, "<block xmlns='urn:xmpp:blocking'><item jid='ann@forum.example'/></block>");
  EXPECT_NE(shop_wire_.last.find("resource-constraint"), std::string::npos);
  EXPECT_TRUE(send(forum_, "bea@shop.example").is_kept());
  ask(*ann_, StanzaType::set, "<block xmlns='urn:xmpp:blocking'><item jid='u0@x.example'/></block>");
  EXPECT_NE(shop_wire_.last.find("result"), std::string::npos) << "it is on the list";
}

TEST_F(BlockingTest, EndsWithTheModule) {
  block("ann@forum.example");
  home_.modules().remove("blocking");
  EXPECT_TRUE(send(forum_, "bea@shop.example").is_kept());
}

}  // namespace
}  // namespace teahouse::blocking_module_test
