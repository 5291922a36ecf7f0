#include "modules/push/push_module.h"

#include <gmock/gmock.h>

#include "crypto/encoding.h"
#include "modules/push/pushes_api.h"
#include "server/occupant_id.h"
#include "server/testing/session_world.h"

namespace teahouse::push_module_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Wire;

// Two tenants with "ann" and "bo" at each; pushes go nowhere and are answered by hand. Nobody here can read a push
// (tests/service/pushes.py does): the tests look at where it goes, and under which topic.
class PushModuleTest : public testing::SessionWorld {
 protected:
  struct Asked {
    http::ClientRequest request;
    http::Client::Done done;
  };
  PushModuleTest() {
    plane_.hold_commits(false);
    for (Session* each : {shop_, forum_}) home_.sessions().close(*each);
    home_.modules().add(std::make_unique<RosterModule>());
    auto module = std::make_unique<PushModule>();
    push_ = module.get();
    push_->move_in({sender_, keys_, {}});
    home_.modules().add(std::move(module));
    for (const auto& tenant : {world_.shop, world_.forum}) {
      EXPECT_TRUE(world_.create(tenant, "bo"));
      EXPECT_TRUE(world_.wait(keys_.find_or_make(world_.home, tenant->id)));
    }
    ann_ = connect("ann@shop.example/phone", shop_wire_);
    bo_ = connect("bo@shop.example/desk", bo_wire_);
    forum_ann_ = connect("ann@forum.example/phone", forum_wire_);
    turn();
  }

  static NewPushDevice device(const std::string& path = "one") {
    return {"https://push.example/" + path,
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg", "Phone", true};
  }
  void add(Session& session, const std::string& path = "one") {
    const auto added = push_->add(session.resident(), device(path));
    ASSERT_TRUE(added) << added.error().text;
    turn();
  }
  static Stanza say(const char* from, const char* to, const std::string& payload = "<body>x</body>",
                    StanzaType type = StanzaType::chat) {
    Stanza made = Stanza::make(StanzaKind::message, type, payload);
    made.id = "m";
    made.from = *Jid::parse(from);
    made.to = *Jid::parse(to);
    return made;
  }
  void send(const char* from, const std::string& payload = "<body>x</body>", const char* to = "ann@shop.example",
            StanzaType type = StanzaType::chat) {
    home_.router().route(say(from, to, payload, type), nullptr);
    settle();
  }
  void settle() {
    for (int i = 0; i < 4; ++i) {
      (void)world_.control->execute_now({"SELECT 1", {}});  // names are looked up there
      turn();
    }
  }
  void leave() { home_.sessions().close(*std::exchange(ann_, nullptr)); }
  void lose() {
    ann_->sm_enable("resume");
    home_.sessions().make_resumable(*ann_, 300);
    home_.sessions().lose_stream(*ann_);
    turn();
  }
  void come_back() {
    home_.sessions().resuming(*ann_);
    ann_->attach(&shop_wire_);
    home_.sessions().resumed(*ann_);
    turn();
  }
  void pass_s(int64_t s) {
    for (int64_t i = 0; i < s; ++i) {
      world_.clock.advance_ms(1000);
      turn();
    }
    settle();
  }
  void answer(int status) {
    http::ClientResponse response;
    response.status = status;
    std::exchange(asked_.back().done, nullptr)(response);
    turn();
  }
  std::string topic(size_t at) { return std::string(asked_.at(at).request.headers.value("Topic")); }
  size_t rows(const TenantPtr& tenant, const std::string& account) {
    return *world_.wait(plane_.map(tenant->id, "push").count(world_.home, account));
  }

  std::vector<Asked> asked_;
  webpush::Sender sender_{loop_, world_.clock, [this](http::ClientRequest request, http::Client::Done done) {
                            asked_.push_back({std::move(request), std::move(done)});
                            return http::Exchange();
                          }};
  VapidKeys keys_{*world_.control, world_.clock, std::string(32, 'k')};
  PushModule* push_ = nullptr;
  Wire bo_wire_;
  Session *ann_ = nullptr, *bo_ = nullptr, *forum_ann_ = nullptr;
};

TEST_F(PushModuleTest, WakesOnlyWhoIsAwayAndHasADevice) {
  add(*ann_);
  send("bo@shop.example/desk");
  EXPECT_TRUE(asked_.empty());  // her session took it
  leave();
  send("bo@shop.example/desk");
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].request.url, "https://push.example/one");
  home_.sessions().close(*forum_ann_);
  send("bo@shop.example/desk", "<body>x</body>", "ann@forum.example");  // the other tenant's ann has none
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(PushModuleTest, WhatNobodyReadsWakesNobody) {
  add(*ann_);
  leave();
  send("bo@shop.example/desk", "<composing xmlns='http://jabber.org/protocol/chatstates'/>");
  send("bo@shop.example/desk", "<body/>");
  send("bo@shop.example/desk", "<body>x</body><no-store xmlns='urn:xmpp:hints'/>");
  send("bo@shop.example/desk", "<body>x</body>", "ann@shop.example", StanzaType::headline);
  send("ann@shop.example/elsewhere");  // her own
  EXPECT_TRUE(asked_.empty());
}

TEST_F(PushModuleTest, AMentionInARoomWakesTheOccupantThatItNames) {
  add(*ann_);
  const int64_t incarnation = ann_->resident().incarnation();
  lose();
  const auto mention = [&](const TenantPtr& tenant, const std::string& whom) {
    const BareJid room = *BareJid::parse("hall@rooms." + tenant->domain());
    const std::string id = make_occupant_id(*tenant, room, whom, incarnation);
    send((room.str() + "/Bo").c_str(), "<body>x</body><mention xmlns='urn:xmpp:mentions:0' occupantid='" + id + "'/>",
         "ann@shop.example/phone", StanzaType::groupchat);
    pass_s(12);
    return asked_.size();
  };
  EXPECT_EQ(mention(world_.shop, "bo@shop.example"), 0U);
  EXPECT_EQ(mention(world_.forum, "ann@shop.example"), 0U) << "another tenant's secret is not the module's to know";
  EXPECT_EQ(mention(world_.shop, "ann@shop.example"), 1U);
}

std::string jingle(const std::string& verb, const std::string& id = "c1") {
  return "<" + verb + " xmlns='urn:xmpp:jingle-message:0' id='" + id + "'/><store xmlns='urn:xmpp:hints'/>";
}

TEST_F(PushModuleTest, ACallWakesAtOnceAndIsSettledOnce) {
  add(*ann_);
  lose();  // its client may come back, but the caller won't wait so long
  send("bo@shop.example/desk", jingle("propose"));
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].request.headers.value("Urgency"), "high");
  EXPECT_EQ(asked_[0].request.headers.value("TTL"), "60");
  send("bo@shop.example/desk");  // what the caller says is another conversation, and waits
  answer(201);
  EXPECT_EQ(asked_.size(), 1U);
  pass_s(11);
  ASSERT_EQ(asked_.size(), 2U);
  EXPECT_NE(topic(0), topic(1));
  answer(201);
  send("bo@shop.example/desk", jingle("retract", "c0"));  // of another call
  send("bo@shop.example/desk", jingle("propose", "c2"));
  send("cy@shop.example/desk", jingle("retract", "c2"));  // somebody else's word
  ASSERT_EQ(asked_.size(), 3U);
  answer(201);
}

TEST_F(PushModuleTest, ACallThatIsTakenBackOrTakenWakesNobody) {
  add(*ann_);
  leave();
  send("bo@shop.example/desk", jingle("propose", "c1"));
  ASSERT_EQ(asked_.size(), 1U);
  answer(201);
  send("bo@shop.example/desk", jingle("propose", "c2"));  // so soon the same caller has to wait
  send("bo@shop.example/desk", jingle("retract", "c2"));
  pass_s(30);
  EXPECT_EQ(asked_.size(), 1U);
  send("bo@shop.example/desk", jingle("propose", "c3"));
  ASSERT_EQ(asked_.size(), 2U);
  answer(201);
  send("bo@shop.example/desk", jingle("propose", "c4"));
  home_.residents().with(*BareJid::parse("ann@shop.example"), [this](Result<Resident*> ann) {
    home_.router().send_as(**ann, say("ann@shop.example", "bo@shop.example", jingle("reject", "c4")), nullptr);
  });
  settle();
  pass_s(30);
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(PushModuleTest, WhatIsNoCallRingsNowhere) {
  add(*ann_);
  leave();
  send("bo@shop.example/desk", jingle("ringing"));
  send("bo@shop.example/desk", jingle("propose", ""));
  send("bo@shop.example/desk", jingle("propose", std::string(257, 'x')));
  send("ann@shop.example/elsewhere", jingle("propose"));  // her own
  send("bo@shop.example/desk", jingle("propose"), "ann@shop.example", StanzaType::headline);
  send("bo@shop.example/desk", jingle("propose"), "ann@forum.example");  // the other tenant's ann has no device
  EXPECT_TRUE(asked_.empty());
}

TEST_F(PushModuleTest, MoreOfAConversationIsToldLaterAndTogether) {
  add(*ann_);
  leave();
  for (int i = 0; i < 5; ++i) send("bo@shop.example/desk");
  send("cy@shop.example/desk");
  ASSERT_EQ(asked_.size(), 1U);
  answer(201);
  ASSERT_EQ(asked_.size(), 2U);  // one at a time to an endpoint
  EXPECT_NE(topic(0), topic(1));
  answer(201);
  pass_s(PushModule::again_ms / 1000 + 1);
  ASSERT_EQ(asked_.size(), 3U);
  EXPECT_EQ(topic(2), topic(0));
  answer(201);
  pass_s(60);
  EXPECT_EQ(asked_.size(), 3U);
}

TEST_F(PushModuleTest, AnAccountStaysInMemoryUntilItsPushHasLeft) {
  const auto may_leave = [this](const char* account) {
    return home_.residents().find(account)->may_leave(world_.clock.monotonic_ms());
  };
  add(*ann_);
  leave();
  EXPECT_TRUE(may_leave("ann@shop.example"));
  send("bo@shop.example/desk");
  send("bo@shop.example/desk");  // this one waits
  EXPECT_FALSE(may_leave("ann@shop.example"));
  home_.sessions().close(*std::exchange(forum_ann_, nullptr));
  send("bo@shop.example/desk", "<body>x</body>", "ann@forum.example");  // she has no device
  EXPECT_TRUE(may_leave("ann@forum.example"));
  answer(201);
  pass_s(PushModule::again_ms / 1000);
  EXPECT_FALSE(may_leave("ann@shop.example"));
  pass_s(PushModule::commit_ms_max / 1000);
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_TRUE(may_leave("ann@shop.example"));
}

TEST_F(PushModuleTest, ALostSessionIsGivenTimeToComeBack) {
  add(*ann_);
  lose();
  send("bo@shop.example/desk");
  pass_s(8);
  EXPECT_TRUE(asked_.empty());
  come_back();
  pass_s(30);
  EXPECT_TRUE(asked_.empty());
  lose();
  send("bo@shop.example/desk");
  pass_s(12);
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(PushModuleTest, EndsWhenTheAccountIsThereAgain) {
  add(*ann_);
  leave();
  send("bo@shop.example/desk");
  ASSERT_EQ(asked_.size(), 1U);
  answer(500);
  EXPECT_EQ(sender_.waiting(), 1U);
  ann_ = connect("ann@shop.example/phone", shop_wire_);
  home_.hooks().session_available(*ann_, true);
  EXPECT_EQ(sender_.waiting(), 0U);
  pass_s(600);
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(PushModuleTest, EndsWhenItIsReadOrAnsweredElsewhere) {
  add(*ann_);
  ann_->set_presence(std::nullopt);  // connected, and not there for what is said
  for (const char* payload : {"<displayed xmlns='urn:xmpp:chat-markers:0' id='m'/>", "<body>yes</body>"}) {
    send("bo@shop.example/desk");
    answer(500);
    ASSERT_EQ(sender_.waiting(), 1U);
    home_.router().receive(*ann_, say("ann@shop.example/phone", "cy@shop.example", payload));
    settle();
    EXPECT_EQ(sender_.waiting(), 1U);  // of another conversation
    home_.router().receive(*ann_, say("ann@shop.example/phone", "bo@shop.example", payload));
    settle();
    EXPECT_EQ(sender_.waiting(), 0U);
  }
}

TEST_F(PushModuleTest, WhatIsGoneIsRemoved) {
  add(*ann_, "one");
  add(*ann_, "two");
  add(*forum_ann_, "one");
  leave();
  send("bo@shop.example/desk");
  ASSERT_EQ(asked_.size(), 2U);
  answer(410);
  EXPECT_EQ(rows(world_.shop, "ann@shop.example"), 1U);
  EXPECT_EQ(rows(world_.forum, "ann@forum.example"), 1U);
  send("cy@shop.example/desk");
  EXPECT_EQ(asked_.size(), 2U);  // the first is under way to the other, and so nothing more goes there
}

TEST_F(PushModuleTest, HasALimitAndKnowsADeviceAgain) {
  for (size_t i = 0; i < PushModule::devices_max; ++i) add(*ann_, std::to_string(i));
  const auto more = push_->add(ann_->resident(), device("more"));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, ErrorKind::resource_constraint);
  const auto again = push_->add(ann_->resident(), device("3"));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->created);
  EXPECT_EQ(push_->list(ann_->resident()).size(), PushModule::devices_max);
  EXPECT_FALSE(push_->remove(ann_->resident(), "nonsense"));
  EXPECT_TRUE(push_->remove(ann_->resident(), again->device.id));
  EXPECT_EQ(rows(world_.shop, "ann@shop.example"), PushModule::devices_max - 1);
  EXPECT_TRUE(push_->add(ann_->resident(), device("more")));
}

TEST_F(PushModuleTest, TellsWhatCameOfATest) {
  std::optional<std::vector<PushTest>> results;
  const auto begin = [&] {
    results.reset();
    return push_->test(ann_->resident(), [&](auto tested) { results = std::move(tested); });
  };
  EXPECT_EQ(begin().error().kind, ErrorKind::item_not_found);
  add(*ann_, "one");
  ASSERT_TRUE(begin());
  answer(403);
  ASSERT_TRUE(results);
  EXPECT_EQ((*results)[0].result, "refused");
  EXPECT_EQ((*results)[0].status, 403);
  EXPECT_EQ((*results)[0].service, "push.example");
  EXPECT_EQ(push_->list(ann_->resident())[0].last_status, 403);
  for (int i = 1; i < PushModule::tests_per_min; ++i) {
    ASSERT_TRUE(begin());
    answer(201);
  }
  EXPECT_EQ(begin().error().kind, ErrorKind::resource_constraint);
}

TEST_F(PushModuleTest, RequestsAreTheAccountsOwn) {
  const auto ask = [&](Session& session, StanzaType type, const std::string& payload, const char* to = nullptr) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = "q";
    if (to) iq.to = *Jid::parse(to);
    home_.router().receive(session, std::move(iq));
    settle();
  };
  const std::string subscribe = "<subscribe xmlns='urn:teahouse:push:0' endpoint='https://push.example/x' p256dh='" +
                                device().p256dh + "' auth='" + device().auth + "' name='Fox &amp; Co'/>";
  ask(*ann_, StanzaType::set, subscribe);
  EXPECT_THAT(shop_wire_.last, HasSubstr("<subscribed"));
  ask(*ann_, StanzaType::get, "<push xmlns='urn:teahouse:push:0'/>");
  EXPECT_THAT(shop_wire_.last, HasSubstr("name='Fox &amp; Co' service='push.example' text='false'"));
  EXPECT_THAT(shop_wire_.last, HasSubstr(crypto::to_base64url(keys_.find(world_.shop->id)->point())));
  EXPECT_THAT(shop_wire_.last, Not(HasSubstr("push.example/x")));  // who has it can push
  ask(*bo_, StanzaType::set, subscribe, "ann@shop.example");
  EXPECT_THAT(bo_wire_.last, HasSubstr("forbidden"));
  ask(*bo_, StanzaType::get, "<push xmlns='urn:teahouse:push:0'/>", "ann@shop.example");
  EXPECT_THAT(bo_wire_.last, HasSubstr("forbidden"));
  for (const char* hostile :
       {"<subscribe xmlns='urn:teahouse:push:0'/>",
        "<subscribe xmlns='urn:teahouse:push:0' endpoint='http://push.example/x'/>",
        "<subscribe xmlns='urn:teahouse:push:0' endpoint='https://127.0.0.1/' p256dh='' auth=''/>"}) {
    ask(*ann_, StanzaType::set, hostile);
    EXPECT_THAT(shop_wire_.last, HasSubstr("bad-request"));
  }
}

TEST_F(PushModuleTest, AnAccountsDevicesComeBackAndGoWithIt) {
  add(*ann_);
  leave();
  auto removal = std::make_shared<Removal>([](bool) {});
  home_.residents().remove_account(home_.hosts().find("shop.example"), *BareJid::parse("ann@shop.example"), removal);
  turn();
  EXPECT_EQ(rows(world_.shop, "ann@shop.example"), 0U);
}

}  // namespace
}  // namespace teahouse::push_module_test
