#include "server/session.h"

#include <gtest/gtest.h>

#include <array>

#include "server/testing/session_world.h"

namespace teahouse {
namespace {

constexpr const char* request = "<r xmlns='urn:xmpp:sm:3'/>";

using SessionTest = testing::SessionWorld;
using testing::Wire;

TEST_F(SessionTest, NothingPassesAStanzaThatWaitsForItsCommit) {
  shop_->deliver(message("first"), write());
  shop_->deliver(message("second"));
  turn();
  EXPECT_TRUE(shop_wire_.got.empty());
  plane_.commit();
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"first", "second"}));
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, AnswersPassWhatWaitsForADiskThatFails) {
  shop_->deliver(message("waiting"), write());
  shop_->deliver(message("earlier"));
  turn();
  EXPECT_TRUE(shop_wire_.got.empty());
  plane_.fail();
  shop_->deliver(message("answer"));
  shop_->deliver(message("also waiting"), plane_.appended());
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"earlier", "answer"}));
  plane_.hold_commits(false);
  plane_.recover();
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"earlier", "answer", "waiting", "also waiting"}));
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, AcknowledgesNothingThatIsNotOnDisk) {
  shop_->sm_enable("id");
  ReceiptPtr first = shop_->receive();
  ReceiptPtr second = shop_->receive();
  shop_->sm_request();
  second.reset();  // handled before the first: it still waits for it
  turn();
  EXPECT_EQ(shop_->sm_handled(), 0U);
  await(first, write());
  first.reset();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 0U);
  EXPECT_TRUE(shop_wire_.got.empty());
  plane_.commit();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 2U);
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"<a xmlns='urn:xmpp:sm:3' h='2'/>"}));
  EXPECT_TRUE(forum_wire_.got.empty());
}

// More comes all the time, so that there is never a moment at which all is on disk.
TEST_F(SessionTest, AnswersARequestOnceWhatCameBeforeItIsOnDisk) {
  shop_->sm_enable("id");
  forum_->sm_enable("id2");
  std::vector<std::string> expected;
  ReceiptPtr receipt = shop_->receive();
  for (int i = 1; i <= 3; ++i) {
    shop_->sm_request();
    await(receipt, write());
    receipt = shop_->receive();
    turn();
    EXPECT_EQ(shop_wire_.got, expected);
    plane_.commit();
    turn();
    expected.push_back("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(i) + "'/>");
    EXPECT_EQ(shop_wire_.got, expected);
  }
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, OneAnswerIsForAllWhoseRequestsCameBefore) {
  shop_->sm_enable("id");
  const Lsn lsn = write();
  for (int i = 1; i <= 3; ++i) {
    const ReceiptPtr receipt = shop_->receive();
    await(receipt, lsn);
    shop_->sm_request();
    shop_->sm_request();
  }
  turn();
  EXPECT_TRUE(shop_wire_.got.empty());
  plane_.commit();
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"<a xmlns='urn:xmpp:sm:3' h='3'/>"}));
}

// XEP-0198 section 4: an answer is withheld for a time only.
TEST_F(SessionTest, ARequestIsAnsweredWhileTheDiskStandsStill) {
  shop_->sm_enable("id");
  forum_->sm_enable("id2");
  ReceiptPtr receipt = shop_->receive();
  await(receipt, write());
  receipt.reset();
  shop_->sm_request();
  turn();
  EXPECT_TRUE(shop_wire_.got.empty());
  world_.clock.advance_ms(Session::answer_timeout_ms);
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"<a xmlns='urn:xmpp:sm:3' h='0'/>"}));
  world_.clock.advance_ms(10 * Session::answer_timeout_ms);
  turn();
  EXPECT_EQ(shop_wire_.got.size(), 1U);  // it was asked for one
  plane_.commit();
  turn();
  EXPECT_EQ(shop_wire_.got.back(), "<a xmlns='urn:xmpp:sm:3' h='1'/>");
  EXPECT_EQ(shop_wire_.got.size(), 2U);
  EXPECT_TRUE(forum_wire_.got.empty());
}

// The stream that asked is gone when the answer is there: the next one hears it in <resumed/>.
TEST_F(SessionTest, AnAnswerIsForTheStreamThatAskedAlone) {
  shop_->sm_enable("id");
  ReceiptPtr receipt = shop_->receive();
  await(receipt, write());
  receipt.reset();
  shop_->sm_request();
  shop_->attach(nullptr);
  world_.clock.advance_ms(Session::answer_timeout_ms);
  turn();
  plane_.commit();
  turn();
  Wire next_wire;
  shop_->attach(&next_wire);
  ReceiptPtr unasked = shop_->receive();
  unasked.reset();
  world_.clock.advance_ms(Session::answer_timeout_ms);
  turn();
  EXPECT_EQ(shop_->sm_handled(), 2U);
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_TRUE(next_wire.got.empty());
  shop_->attach(&shop_wire_);
}

TEST_F(SessionTest, ReceiptsFromBeforeCountingBeganDoNotCount) {
  ReceiptPtr early = shop_->receive();
  shop_->sm_enable("id");
  ReceiptPtr first = shop_->receive();
  early.reset();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 0U);
  first.reset();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 1U);
}

TEST_F(SessionTest, TellsAllWhoWaitUntilAllIsHandled) {
  std::vector<std::string> told;
  ReceiptPtr receipt = shop_->receive();
  await(receipt, write());
  receipt.reset();
  shop_->when_all_handled([&] {
    told.emplace_back("first");
    home_.close_session(*shop_);  // nobody looks at it after that
  });
  shop_->when_all_handled([&] { told.emplace_back("second"); });
  forum_->when_all_handled([&] { told.emplace_back("forum"); });
  turn();
  EXPECT_EQ(told, (std::vector<std::string>{"forum"}));
  plane_.commit();
  turn();
  turn();
  EXPECT_EQ(told, (std::vector<std::string>{"forum", "first", "second"}));
}

TEST_F(SessionTest, WhoWaitsForASessionThatEndsIsTold) {
  bool told = false;
  const ReceiptPtr receipt = shop_->receive();
  shop_->when_all_handled([&] { told = true; });
  turn();
  EXPECT_FALSE(told);
  home_.close_session(*shop_);
  turn();
  EXPECT_TRUE(told);
}

TEST_F(SessionTest, SendsAgainWhatWasNotAcknowledged) {
  shop_->sm_enable("id");
  for (const char* id : {"one", "two", "three"}) shop_->deliver(message(id));
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"one", request, "two", "three"}));
  EXPECT_EQ(shop_->sm_acknowledge(4), Session::Acknowledged::too_high);
  EXPECT_EQ(shop_->sm_acknowledge(1), Session::Acknowledged::accepted);
  shop_wire_.got.clear();
  shop_->sm_resend();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"two", request, "three"}));
  EXPECT_EQ(shop_->sm_acknowledge(0), Session::Acknowledged::too_low);
  EXPECT_EQ(shop_->sm_acknowledge(3), Session::Acknowledged::accepted);
  EXPECT_EQ(shop_->sm_unacknowledged(), 0U);
}

TEST_F(SessionTest, WhatIsSentAgainIsNotMoreThanTheStreamTakes) {
  shop_->sm_enable("id");
  for (const char* id : {"one", "two"}) shop_->deliver(message(id));
  shop_wire_.got.clear();
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  shop_->deliver(message("three"));
  shop_->sm_resend();
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_EQ(shop_->sm_acknowledge(1), Session::Acknowledged::too_high);  // none of them is sent yet
  shop_wire_.queued = 0;
  shop_->on_drained();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"one", request, "two", "three"}));
  EXPECT_EQ(shop_->sm_acknowledge(3), Session::Acknowledged::accepted);
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, AReaderThatStopsReadingIsClosedAndNobodyElse) {
  shop_->attach(nullptr);
  const size_t enough = Session::held_bytes_max / message("m").held_bytes();
  for (size_t i = 0; i < enough; ++i) shop_->deliver(message("m"));
  const uint64_t number = shop_->number();
  turn();
  EXPECT_NE(home_.find_session(number), nullptr);
  for (size_t i = 0; i < 3; ++i) shop_->deliver(message("m"));
  turn();
  EXPECT_EQ(home_.find_session(number), nullptr);
  EXPECT_NE(home_.find_session(forum_->number()), nullptr);
}

TEST_F(SessionTest, WhatAFullStreamIsNotGivenFollowsWhenItIsRead) {
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  shop_->deliver(message("one"));
  shop_->deliver(message("two"));
  shop_wire_.queued = 0;
  shop_->deliver(message("three"));  // passes none of those that wait
  EXPECT_TRUE(shop_wire_.got.empty());
  shop_->on_drained();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, AFullStreamIsNotGivenWhatIsCommitted) {
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  shop_->deliver(message("one"), write());
  plane_.commit();
  turn();
  EXPECT_TRUE(shop_wire_.got.empty());
  shop_wire_.queued = 0;
  shop_->deliver(message("two"), write());
  shop_->on_drained();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"one"}));
  plane_.commit();
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"one", "two"}));
}

TEST_F(SessionTest, WhatAFullStreamWasNotGivenGoesToAnotherResource) {
  Wire tablet_wire;
  const uint64_t number = shop_->number();
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  const size_t enough = Session::held_bytes_max / message("m").held_bytes() + 1;
  for (size_t i = 0; i < enough; ++i) shop_->deliver(message("m"));
  shop_wire_.queued = 0;
  shop_->deliver(message("last"));
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  turn();
  EXPECT_EQ(home_.find_session(number), nullptr);
  EXPECT_EQ(shop_wire_.ended, "resource-constraint");
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_LT(tablet_wire.got.size(), enough);  // others have their turns between
  for (size_t i = 0; i < enough && tablet_wire.got.size() <= enough; ++i) turn();
  EXPECT_EQ(tablet_wire.got.size(), enough + 1);
  EXPECT_EQ(tablet_wire.got.back(), "last");
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.close_session(*tablet);
}

TEST_F(SessionTest, WhatGoesOnBearsTheTimeAtWhichItCame) {
  const std::string came = format_time(world_.clock.wall_ms());
  shop_->sm_enable("id");
  shop_->deliver(message("sent"));
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  shop_->deliver(message("waiting"));
  world_.clock.advance_ms(60'000);
  Wire tablet_wire, desk_wire;
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  tablet->sm_enable("id2");
  home_.close_session(*shop_);
  turn();
  EXPECT_EQ(tablet_wire.got, (std::vector<std::string>{"sent", request, "waiting"}));
  const std::string delay = "<delay xmlns='urn:xmpp:delay' from='shop.example' stamp='" + came + "'/>";
  EXPECT_NE(tablet_wire.last.find(delay), std::string::npos) << tablet_wire.last;
  world_.clock.advance_ms(60'000);  // nor does it change when it goes on once more
  Session* desk = connect("ann@shop.example/desk", desk_wire);
  home_.close_session(*tablet);
  turn();
  EXPECT_EQ(desk_wire.got, (std::vector<std::string>{"sent", "waiting"}));
  EXPECT_NE(desk_wire.last.find(delay), std::string::npos) << desk_wire.last;
  EXPECT_EQ(desk_wire.last.find("<delay"), desk_wire.last.rfind("<delay")) << desk_wire.last;
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.close_session(*desk);
}

TEST_F(SessionTest, WhatOneSessionHasTakenIsNotLostWithTheOthers) {
  Wire tablet_wire, desk_wire;
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  for (Session* session : {shop_, tablet}) session->sm_enable(session->jid().str());
  home_.route(message("m1"));
  EXPECT_EQ(tablet->sm_acknowledge(1), Session::Acknowledged::accepted);
  home_.close_session(*shop_);
  home_.close_session(*tablet);
  turn();
  Session* desk = connect("ann@shop.example/desk", desk_wire);
  turn();
  EXPECT_TRUE(desk_wire.got.empty());
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.close_session(*desk);
}

TEST_F(SessionTest, OneThatReadsAndNeverAcknowledgesIsClosed) {
  shop_->sm_enable("id");
  forum_->sm_enable("id2");
  const std::string large = "<body>" + std::string(100'000, 'x') + "</body>";
  const auto deliver = [&](Session& session) {
    Stanza stanza = Stanza::make(StanzaKind::message, StanzaType::chat, large);
    stanza.id = "large";
    session.deliver(std::move(stanza));
  };
  const uint64_t number = shop_->number();
  for (size_t i = 0; i < Session::held_bytes_max / (large.size() + 4096); ++i) {
    deliver(*shop_);
    deliver(*forum_);
    ASSERT_EQ(forum_->sm_acknowledge(forum_->sm_sent()), Session::Acknowledged::accepted);
  }
  turn();
  EXPECT_NE(home_.find_session(number), nullptr);
  const auto asked = std::count(shop_wire_.got.begin(), shop_wire_.got.end(), "<r xmlns='urn:xmpp:sm:3'/>");
  EXPECT_GE(static_cast<size_t>(asked) * 400'000, Session::held_bytes_max);  // by bytes, not by stanzas alone
  for (int i = 0; i < 10; ++i) {
    deliver(*shop_);
    deliver(*forum_);
    ASSERT_EQ(forum_->sm_acknowledge(forum_->sm_sent()), Session::Acknowledged::accepted);
  }
  turn();
  EXPECT_EQ(home_.find_session(number), nullptr);
  EXPECT_NE(home_.find_session(forum_->number()), nullptr);
}

TEST_F(SessionTest, AMessageReachesItsTenantsAccountOnly) {
  home_.route(message("m1"));
  turn();
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"m1"}));
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(SessionTest, ASuspendedTenantsSessionsEndAndTheOthersStay) {
  auto suspended = std::make_shared<Tenant>(*world_.shop);
  suspended->suspended = true;
  home_.set_tenant(suspended);
  EXPECT_TRUE(shop_wire_.closed);
  EXPECT_EQ(shop_wire_.ended, "account-disabled");
  EXPECT_FALSE(forum_wire_.closed);
}

// Three times in a minute the newer session of a name throws out the older one; then it is called otherwise.
TEST_F(SessionTest, TwoProgramsOfOneNamePart) {
  const auto bind = [this](Wire& wire) {
    Session* session = *home_.bind(shop_->resident(), "desk");
    session->attach(&wire);
    return session;
  };
  std::array<Wire, 6> wires;
  Session* last = nullptr;
  for (size_t i = 0; i < 4; ++i) {
    last = bind(wires[i]);
    EXPECT_EQ(last->jid().resourcepart(), "desk") << i;
  }
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(wires[i].ended, "conflict") << i;
  EXPECT_NE(bind(wires[4])->jid().resourcepart(), "desk");
  EXPECT_EQ(wires[3].ended, "");
  // One that is gone, or may be, makes room all the same.
  wires[3].silent_since = 1;
  EXPECT_EQ(bind(wires[5])->jid().resourcepart(), "desk");
  EXPECT_EQ(wires[3].ended, "conflict");
  EXPECT_FALSE(forum_wire_.closed);
}

TEST_F(SessionTest, AMinuteLaterANameIsTakenOverAgain) {
  std::array<Wire, 5> wires;
  for (Wire& wire : wires) {
    Session* session = *home_.bind(shop_->resident(), "desk");
    EXPECT_EQ(session->jid().resourcepart(), "desk");
    session->attach(&wire);
    world_.clock.advance_ms(20'000);
  }
}

}  // namespace
}  // namespace teahouse
