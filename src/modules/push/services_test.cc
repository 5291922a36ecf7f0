// Push services of XMPP. One is a client here, bo's desk: it reads what is published, and answers by hand.
#include "modules/push/services.h"

#include <gmock/gmock.h>

#include "modules/push/push_module.h"
#include "server/testing/session_world.h"

namespace teahouse::services_test {
namespace {

using push::Services;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Wire;

class PushServicesTest : public testing::SessionWorld {
 protected:
  PushServicesTest() {
    plane_.hold_commits(false);
    for (Session* each : {shop_, forum_}) home_.sessions().close(*each);
    home_.modules().add(std::make_unique<RosterModule>());
    auto module = std::make_unique<PushModule>();
    push_ = module.get();
    home_.modules().add(std::move(module));
    EXPECT_TRUE(world_.create(world_.shop, "bo"));
    ann_ = connect("ann@shop.example/phone", shop_wire_);
    bo_ = connect("bo@shop.example/desk", bo_wire_);
    forum_ann_ = connect("ann@forum.example/phone", forum_wire_);
    turn();
  }
  void receive(Session& session, StanzaType type, const std::string& payload, const std::string& id = "q",
               const char* to = nullptr) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = id;
    if (to) iq.to = *Jid::parse(to);
    home_.router().receive(session, std::move(iq));
    settle();
  }
  static std::string enabling(const std::string& jid, const std::string& node, const std::string& secret = "") {
    std::string x;
    if (!secret.empty()) {
      x = "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#"
          "publish-options</value></field><field var='secret'><value>" +
          secret + "</value></field></x>";
    }
    return "<enable xmlns='urn:xmpp:push:0' jid='" + jid + "' node='" + node + "'>" + x + "</enable>";
  }
  void enable(const std::string& node, const std::string& secret = "", const std::string& jid = desk) {
    receive(*ann_, StanzaType::set, enabling(jid, node, secret));
    ASSERT_THAT(shop_wire_.last, HasSubstr("type='result'"));
  }
  void send(const char* from = "cy@shop.example/x", const std::string& body = "sweet words",
            const char* to = "ann@shop.example") {
    Stanza made = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>" + body + "</body>");
    made.id = "m";
    made.from = *Jid::parse(from);
    made.to = *Jid::parse(to);
    home_.router().route(std::move(made), nullptr);
    settle();
  }
  void settle() {
    for (int i = 0; i < 4; ++i) {
      (void)world_.control->execute_now({"SELECT 1", {}});
      turn();
    }
  }
  void leave() { home_.sessions().close(*std::exchange(ann_, nullptr)); }
  void pass_s(int64_t s) {
    for (int64_t i = 0; i < s; ++i) {
      world_.clock.advance_ms(1000);
      turn();
    }
    settle();
  }
  // How much was published at bo's desk, by the ids.
  size_t published() const {
    return static_cast<size_t>(
        std::ranges::count_if(bo_wire_.got, [](const std::string& each) { return each.starts_with("push-"); }));
  }
  void answer(const std::string& condition = "", const std::string& type = "cancel") {
    const std::string id = bo_wire_.got.back();
    ASSERT_TRUE(id.starts_with("push-"));
    const std::string error =
        "<error type='" + type + "'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    receive(*bo_, condition.empty() ? StanzaType::result : StanzaType::error, condition.empty() ? "" : error, id,
            "ann@shop.example");
  }
  size_t rows(const TenantPtr& tenant = nullptr, const std::string& account = "ann@shop.example") {
    return *world_.wait(plane_.map((tenant ? tenant : world_.shop)->id, "push_services").count(world_.home, account));
  }
  Resident& resident() { return *home_.residents().find("ann@shop.example"); }

  static constexpr char desk[] = "bo@shop.example/desk";
  PushModule* push_ = nullptr;
  Wire bo_wire_;
  Session *ann_ = nullptr, *bo_ = nullptr, *forum_ann_ = nullptr;
};

TEST_F(PushServicesTest, PublishesHowMuchWaitsAndNotWhat) {
  enable("node-1", "hush");
  send();
  EXPECT_EQ(published(), 0U);  // her session took it
  leave();
  send();
  ASSERT_EQ(published(), 1U);
  EXPECT_THAT(bo_wire_.last, HasSubstr("from='ann@shop.example'"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<publish node='node-1'><item><notification xmlns='urn:xmpp:push:0'>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='message-count'><value>1</value>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='pending-subscription-count'><value>0</value>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<publish-options><x xmlns='jabber:x:data' type='submit'>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='secret'><value>hush</value>"));
  EXPECT_THAT(bo_wire_.last, Not(HasSubstr("sweet words")));
  EXPECT_THAT(bo_wire_.last, Not(HasSubstr("cy@shop.example")));
  send();  // one at a time, and not so soon
  EXPECT_EQ(published(), 1U);
  answer();
  pass_s(PushModule::again_ms / 1000 + 1);
  ASSERT_EQ(published(), 2U);
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='message-count'><value>2</value>"));
  EXPECT_EQ(push_->list(resident()).at(0).last_result, "accepted");
  home_.sessions().close(*std::exchange(forum_ann_, nullptr));
  send("cy@shop.example/x", "x", "ann@forum.example");  // the other tenant's ann has enabled nothing
  EXPECT_EQ(published(), 2U);
}

TEST_F(PushServicesTest, TellsWhatWasSaidWhereItsUserHasAskedForThat) {
  enable("node-1");
  EXPECT_EQ(push_->list(resident()).at(0).service, desk);
  const auto changed = push_->add(resident(), {"xmpp:bo@shop.example/desk", "", "", "", true});
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->created);
  EXPECT_TRUE(changed->device.shows_text);
  EXPECT_FALSE(push_->add(resident(), {"xmpp:push.example", "", "", "", true}));  // which is not enabled
  EXPECT_FALSE(push_->add(forum_ann_->resident(), {"xmpp:bo@shop.example/desk", "", "", "", true}));
  EXPECT_FALSE(push_->add(resident(), {"xmpp:", "", "", "", true}));
  enable("node-1", "new");  // its app enables it again: what the user has chosen stays
  leave();
  send();
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='last-message-sender'><value>cy@shop.example/x</value>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='last-message-body'><value>sweet words</value>"));
  EXPECT_THAT(bo_wire_.last, HasSubstr("<value>new</value>"));  // of the last request
}

TEST_F(PushServicesTest, OneThatIsRefusedForGoodIsDisabled) {
  for (const char* condition : {"item-not-found", "not-authorized", "forbidden", "gone", "bad-request", "nonsense"}) {
    if (!ann_) ann_ = connect("ann@shop.example/phone", shop_wire_);
    enable("node-1");
    enable("node-2", "", "bo@shop.example/other");  // nobody is there, which is another matter
    leave();
    const size_t before = published();
    send((std::string(condition) + "@cy.example/x").c_str());
    ASSERT_EQ(published(), before + 1);
    answer(condition);
    EXPECT_EQ(rows(), 1U) << condition;
    send((std::string(condition) + "@dee.example/x").c_str());
    EXPECT_EQ(published(), before + 1) << condition;
  }
}

TEST_F(PushServicesTest, OneThatIsAwayIsLeftInPeaceAndStaysEnabled) {
  enable("node-1");
  leave();
  send();
  int64_t pause_s = Services::first_pause_ms / 1000;
  for (size_t tries = 1; tries < 5; ++tries) {  // it is tried again by itself, after pauses that double
    ASSERT_EQ(published(), tries);
    answer("service-unavailable");
    send(("u" + std::to_string(tries) + "@cy.example/x").c_str());
    pass_s(pause_s - 1);
    EXPECT_EQ(published(), tries);
    pass_s(2);
    pause_s *= 2;
  }
  ASSERT_EQ(published(), 5U);
  answer("remote-server-not-found");  // the pause is long now: only a message after it is a reason to try
  EXPECT_EQ(push_->list(resident()).at(0).last_result, "failed");
  pass_s(pause_s + 1);
  EXPECT_EQ(published(), 5U);
  EXPECT_EQ(rows(), 1U);
  send("late@cy.example/x");
  EXPECT_EQ(published(), 6U);
  answer();
  EXPECT_EQ(push_->list(resident()).at(0).last_result, "accepted");
}

TEST_F(PushServicesTest, AServerThatIsNotThereIsAskedSeldom) {
  enable("node-1", "", "push.nowhere.example");
  leave();
  for (int i = 0; i < 200; ++i) {
    send(("u" + std::to_string(i % 15) + "@cy.example/x").c_str());
    pass_s(60);
  }
  EXPECT_EQ(rows(), 1U);
  const auto& metrics = push_->context().metrics();
  int64_t failed = 0;
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (push_->info().metrics.at(i).name == "failed") failed = metrics[i]();
  }
  EXPECT_GT(failed, 3);
  EXPECT_LT(failed, 12);  // of 200 wakes in more than three hours
}

TEST_F(PushServicesTest, OneThatRefusesForNowTooOftenIsDisabled) {
  enable("node-1");
  leave();
  for (int i = 1; i <= Services::later_max; ++i) {
    send(("u" + std::to_string(i % 15) + "@cy.example/x").c_str());
    ASSERT_EQ(published(), static_cast<size_t>(i));
    EXPECT_EQ(rows(), 1U);
    answer("resource-constraint", "wait");
    world_.clock.advance_ms(Services::pause_max_ms);
    turn();
  }
  EXPECT_EQ(rows(), 0U);
}

TEST_F(PushServicesTest, WithoutAnAnswerItIsTriedAgain) {
  enable("node-1");
  leave();
  send();
  pass_s(Services::answer_ms / 1000 - 1);
  send("dee@cy.example/x");
  EXPECT_EQ(published(), 1U);
  pass_s((Services::first_pause_ms + Services::answer_ms) / 1000);
  EXPECT_EQ(published(), 2U);
  EXPECT_THAT(bo_wire_.last, HasSubstr("<field var='message-count'><value>2</value>"));
}

TEST_F(PushServicesTest, ALateAnswerOrAnothersIsNobodys) {
  enable("node-1");
  leave();
  send();
  const std::string id = bo_wire_.got.back();
  const std::string error =
      "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  receive(*forum_ann_, StanzaType::error, error, id, "ann@shop.example");  // not the service's
  EXPECT_EQ(rows(), 1U);
  receive(*bo_, StanzaType::error, error, "push-nonsense", "ann@shop.example");
  EXPECT_EQ(rows(), 1U);
  answer();
  receive(*bo_, StanzaType::error, error, id, "ann@shop.example");
  EXPECT_EQ(rows(), 1U);
}

TEST_F(PushServicesTest, IsDisabledByNodeOrAltogether) {
  for (const char* node : {"a", "b", "c"}) enable(node);
  enable("a", "", "push.nowhere.example");
  ASSERT_EQ(rows(), 4U);
  receive(*ann_, StanzaType::set, "<disable xmlns='urn:xmpp:push:0' jid='bo@shop.example/desk' node='b'/>");
  EXPECT_THAT(shop_wire_.last, HasSubstr("type='result'"));
  EXPECT_EQ(rows(), 3U);
  receive(*ann_, StanzaType::set, "<disable xmlns='urn:xmpp:push:0' jid='bo@shop.example/desk' node='b'/>");
  EXPECT_THAT(shop_wire_.last, HasSubstr("type='result'"));  // it is disabled
  receive(*ann_, StanzaType::set, "<disable xmlns='urn:xmpp:push:0' jid='bo@shop.example/desk'/>");
  EXPECT_EQ(rows(), 1U);
  leave();
  send();
  EXPECT_EQ(published(), 0U);
}

TEST_F(PushServicesTest, TheServiceItselfMayEndIt) {
  enable("a");
  enable("b");
  const auto tell = [this](Session& session, const std::string& jid, const std::string& affiliation) {
    Stanza made = Stanza::make(StanzaKind::message, StanzaType::none,
                               "<pubsub xmlns='http://jabber.org/protocol/pubsub' node='a'><affiliation jid='" + jid +
                                   "' affiliation='" + affiliation + "'/></pubsub>");
    made.to = *Jid::parse("ann@shop.example");
    home_.router().receive(session, std::move(made));
    settle();
  };
  tell(*forum_ann_, "ann@shop.example", "none");  // who is not the service
  tell(*bo_, "ann@forum.example", "none");        // of another
  tell(*bo_, "ann@shop.example", "publish-only");
  EXPECT_EQ(rows(), 2U);
  const size_t seen = shop_wire_.got.size();
  tell(*bo_, "ann@shop.example", "none");
  EXPECT_EQ(rows(), 1U);
  EXPECT_EQ(shop_wire_.got.size(), seen);  // her client is told nothing
}

TEST_F(PushServicesTest, AnotherOneTakesThePlaceOfTheOldest) {
  for (size_t i = 0; i < Services::services_max; ++i) {
    enable("n" + std::to_string(i));
    world_.clock.advance_ms(1000);
  }
  world_.clock.advance_ms(Services::fresh_ms);
  enable("n0");  // so that it is the newest
  enable("more");
  EXPECT_EQ(rows(), Services::services_max);
  leave();
  send();
  const auto all = push_->list(resident());
  EXPECT_EQ(all.size(), Services::services_max);
  EXPECT_EQ(published(), Services::services_max);
}

TEST_F(PushServicesTest, RefusesWhatIsNoService) {
  const std::string long_node(1025, 'n'), long_secret(4097, 's');
  for (const std::string& payload :
       {std::string("<enable xmlns='urn:xmpp:push:0'/>"), std::string("<enable xmlns='urn:xmpp:push:0' jid=''/>"),
        std::string("<disable xmlns='urn:xmpp:push:0'/>"), enabling("ann@shop.example", "n"),
        enabling("ann@shop.example/phone", "n"), enabling("push.example", long_node),
        enabling("push.example", "n", long_secret),
        std::string("<enable xmlns='urn:xmpp:push:0' jid='push.example'><x xmlns='jabber:x:data' type='submit'/>"
                    "</enable>"),
        std::string("<enable xmlns='urn:xmpp:push:0' jid='push.example'><x xmlns='jabber:x:data'/></enable>")}) {
    receive(*ann_, StanzaType::set, payload);
    EXPECT_THAT(shop_wire_.last, HasSubstr("<bad-request")) << payload;
  }
  receive(*ann_, StanzaType::set, "<enable xmlns='urn:xmpp:push:0' jid='@'/>");
  EXPECT_THAT(shop_wire_.last, HasSubstr("<jid-malformed"));
  receive(*bo_, StanzaType::set, enabling("push.example", "n"), "q", "ann@shop.example");
  EXPECT_THAT(bo_wire_.last, HasSubstr("<forbidden"));
  EXPECT_EQ(rows(), 0U);
}

TEST_F(PushServicesTest, GoesWithItsAccountAndFromItsOwnTenantAlone) {
  enable("node-1");
  receive(*forum_ann_, StanzaType::set, enabling(desk, "node-1"));
  leave();
  auto removal = std::make_shared<Removal>([](bool) {});
  home_.residents().remove_account(home_.hosts().find("shop.example"), *BareJid::parse("ann@shop.example"), removal);
  turn();
  EXPECT_EQ(rows(), 0U);
  EXPECT_EQ(rows(world_.forum, "ann@forum.example"), 1U);
}

}  // namespace
}  // namespace teahouse::services_test
