#include "server/session.h"

#include <gtest/gtest.h>

#include <array>

#include "server/testing/session_world.h"

namespace teahouse::session_test {
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
  TicketPtr first = shop_->receive();
  TicketPtr second = shop_->receive();
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
  TicketPtr ticket = shop_->receive();
  for (int i = 1; i <= 3; ++i) {
    shop_->sm_request();
    await(ticket, write());
    ticket = shop_->receive();
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
    const TicketPtr ticket = shop_->receive();
    await(ticket, lsn);
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
  TicketPtr ticket = shop_->receive();
  await(ticket, write());
  ticket.reset();
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
  TicketPtr ticket = shop_->receive();
  await(ticket, write());
  ticket.reset();
  shop_->sm_request();
  shop_->attach(nullptr);
  world_.clock.advance_ms(Session::answer_timeout_ms);
  turn();
  plane_.commit();
  turn();
  Wire next_wire;
  shop_->attach(&next_wire);
  TicketPtr unasked = shop_->receive();
  unasked.reset();
  world_.clock.advance_ms(Session::answer_timeout_ms);
  turn();
  EXPECT_EQ(shop_->sm_handled(), 2U);
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_TRUE(next_wire.got.empty());
  shop_->attach(&shop_wire_);
}

TEST_F(SessionTest, ReceiptsFromBeforeCountingBeganDoNotCount) {
  TicketPtr early = shop_->receive();
  shop_->sm_enable("id");
  TicketPtr first = shop_->receive();
  early.reset();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 0U);
  first.reset();
  turn();
  EXPECT_EQ(shop_->sm_handled(), 1U);
}

TEST_F(SessionTest, TellsAllWhoWaitUntilAllIsHandled) {
  std::vector<std::string> told;
  TicketPtr ticket = shop_->receive();
  await(ticket, write());
  ticket.reset();
  shop_->when_all_handled([&] {
    told.emplace_back("first");
    home_.sessions().close(*shop_);  // nobody looks at it after that
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
  const TicketPtr ticket = shop_->receive();
  shop_->when_all_handled([&] { told = true; });
  turn();
  EXPECT_FALSE(told);
  home_.sessions().close(*shop_);
  turn();
  EXPECT_TRUE(told);
}

TEST_F(SessionTest, AMessageReachesItsTenantsAccountOnly) {
  home_.router().route(message("m1"));
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
    Session* session = *home_.sessions().bind(shop_->resident(), "desk");
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
    Session* session = *home_.sessions().bind(shop_->resident(), "desk");
    EXPECT_EQ(session->jid().resourcepart(), "desk");
    session->attach(&wire);
    world_.clock.advance_ms(20'000);
  }
}

}  // namespace
}  // namespace teahouse::session_test
