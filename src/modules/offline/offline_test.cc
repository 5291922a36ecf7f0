#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "modules/offline/testing/offline_world.h"

namespace teahouse::offline_test {
namespace {

using Ids = std::vector<std::string>;

using OfflineTest = testing::OfflineWorld;
using Client = testing::OfflineClient;

TEST_F(OfflineTest, HoldsWhatWaitsForASessionToBeResumedOverACrash) {
  Client& phone = connect("ann@shop.example/phone");
  Client& other = connect("ann@forum.example/phone");
  Client& bo = connect("bo@shop.example/phone");
  for (Client* client : {&other, &bo}) lose(*client);
  send({"acknowledged", "sent"});
  acknowledge(phone, 1);
  lose(phone);
  send({"late", "later"});
  restart();
  Client& next = connect("ann@shop.example/phone");
  EXPECT_EQ(next.got, (Ids{"sent", "late", "later"}));
  acknowledge_all(next);
  EXPECT_EQ(anns_rows(), 0U);
  EXPECT_EQ(connect("ann@forum.example/phone").got, Ids{});
  EXPECT_EQ(connect("bo@shop.example/phone").got, Ids{});
  restart();
  EXPECT_EQ(connect("ann@shop.example/phone").got, Ids{});
}

TEST_F(OfflineTest, WhatIsHeldBearsTheTimeAtWhichItCame) {
  Client& phone = connect("ann@shop.example/phone");
  send({"sent"});
  const std::string came = format_time(world_.clock.wall_ms());
  world_.clock.advance_ms(60'000);
  lose(phone);
  world_.clock.advance_ms(60'000);
  restart();
  const std::string last = connect("ann@shop.example/phone").last;
  EXPECT_NE(last.find("<delay xmlns='urn:xmpp:delay' from='shop.example' stamp='" + came + "'/>"), std::string::npos)
      << last;
  EXPECT_EQ(last.find("<delay"), last.rfind("<delay")) << last;
}

TEST_F(OfflineTest, NothingIsHeldWhileASessionThatWasGivenItHasAStream) {
  Client& phone = connect("ann@shop.example/phone");
  Client& tablet = connect("ann@shop.example/tablet");
  send({"both"});
  lose(phone);
  send({"late"});
  EXPECT_EQ(anns_rows(), 0U);
  acknowledge(tablet, 1);
  lose(tablet);
  EXPECT_EQ(anns_rows(), 1U);  // nobody has acknowledged the second
  restart();
  EXPECT_EQ(connect("ann@shop.example/desk").got, Ids{"late"});
}

// The one with a stream ends, and the one that waits is the last that has it.
TEST_F(OfflineTest, IsHeldOnceTheLastStreamHasClosed) {
  Client& phone = connect("ann@shop.example/phone");
  Client& tablet = connect("ann@shop.example/tablet");
  lose(phone);
  send({"m1"});
  close(tablet);
  EXPECT_EQ(anns_rows(), 1U);
  restart();
  EXPECT_EQ(connect("ann@shop.example/desk").got, Ids{"m1"});
}

TEST_F(OfflineTest, IsDroppedWhenAcknowledged) {
  Client& phone = connect("ann@shop.example/phone");
  send({"one"});
  lose(phone);
  send({"two"});
  EXPECT_EQ(anns_rows(), 2U);
  resume(phone);
  EXPECT_EQ(anns_rows(), 2U);  // it may be lost again
  acknowledge(phone, 1);
  EXPECT_EQ(anns_rows(), 1U);
  lose(phone);
  EXPECT_EQ(anns_rows(), 1U);
  resume(phone);
  acknowledge(phone, 1);
  EXPECT_EQ(anns_rows(), 0U);
  EXPECT_EQ(connect("ann@shop.example/tablet").got, Ids{});
}

TEST_F(OfflineTest, WhatIsHeldIsForNobodyElseUntilItsSessionEnds) {
  Client& phone = connect("ann@shop.example/phone");
  lose(phone);
  send({"held"});
  Client& tablet = connect("ann@shop.example/tablet");
  EXPECT_EQ(tablet.got, Ids{});
  close(phone);
  EXPECT_EQ(tablet.got, Ids{"held"});
  acknowledge_all(tablet);
  EXPECT_EQ(anns_rows(), 0U);
  close(tablet);
  EXPECT_EQ(connect("ann@shop.example/desk").got, Ids{});
}

TEST_F(OfflineTest, WhatIsHeldIsForWhoComesWhenItsSessionHasEnded) {
  Client& phone = connect("ann@shop.example/phone");
  send({"one"});
  lose(phone);
  send({"two"});
  close(phone);
  EXPECT_EQ(anns_rows(), 2U);
  Client& desk = connect("ann@shop.example/desk");
  EXPECT_EQ(desk.got, (Ids{"one", "two"}));
  acknowledge_all(desk);
  EXPECT_EQ(anns_rows(), 0U);
}

TEST_F(OfflineTest, ASenderIsToldWhenItIsHeldOnDisk) {
  Client& phone = connect("ann@shop.example/phone");
  lose(phone);
  // Not in the archive: what is waited for is the row of the queue.
  const std::string kept = "<body>x</body><no-permanent-store xmlns='urn:xmpp:hints'/>";
  const Lsn before = plane_.appended();
  EXPECT_GT(send(message("held", kept)), before);
  EXPECT_EQ(anns_rows(), 1U);
  EXPECT_EQ(send(message("not held", "<body>x</body><no-store xmlns='urn:xmpp:hints'/>")), Lsn::none);
  EXPECT_EQ(anns_rows(), 1U);
}

// Also what no archive keeps. Its sender is told.
TEST_F(OfflineTest, NothingIsKeptOnAFullDisk) {
  Client& bo = connect("bo@shop.example/desk");
  plane_.health().raise(store::DiskHealth::little_space);
  home().router().receive(*bo.session, message("kept", "<body>x</body><no-permanent-store xmlns='urn:xmpp:hints'/>"));
  home().router().receive(*bo.session, message("archived"));
  turn();
  EXPECT_EQ(bo.got, (Ids{"kept", "archived"}));
  EXPECT_NE(bo.last.find("<resource-constraint"), std::string::npos) << bo.last;
  EXPECT_EQ(anns_rows(), 0U);
  acknowledge_all(bo);
}

TEST_F(OfflineTest, HoldsWhatIsWorthKeepingOnly) {
  Client& phone = connect("ann@shop.example/phone");
  send(message("typing", "<composing xmlns='http://jabber.org/protocol/chatstates'/>"));
  lose(phone);
  send(message("unkept", "<body>x</body><no-store xmlns='urn:xmpp:hints'/>"));
  Stanza headline = message("headline");
  headline.type = StanzaType::headline;
  send(std::move(headline));
  EXPECT_EQ(anns_rows(), 0U);
  resume(phone);
  EXPECT_EQ(phone.got, (Ids{"typing", "typing", "unkept", "headline"}));
}

TEST_F(OfflineTest, WhatIsHeldCountsToTheLimit) {
  limit_messages(2);
  Client& phone = connect("ann@shop.example/phone");
  Client& bo = connect("bo@shop.example/desk");
  lose(phone);
  send({"one", "two", "three"});
  EXPECT_EQ(anns_rows(), 2U);
  EXPECT_EQ(bo.got, Ids{});  // nothing is refused while the session may be resumed
  close(phone);
  EXPECT_EQ(anns_rows(), 2U);
  EXPECT_EQ(bo.got, Ids{"three"});  // its error
  EXPECT_EQ(connect("ann@shop.example/desk").got, (Ids{"one", "two"}));
  acknowledge_all(bo);
}

TEST_F(OfflineTest, AnAccountsRemovalRemovesWhatIsHeld) {
  Client& phone = connect("ann@shop.example/phone");
  lose(phone);
  send({"held"});
  EXPECT_EQ(anns_rows(), 1U);
  home().residents().remove_account(home().hosts().find("shop.example"), *BareJid::parse("ann@shop.example"),
                                    std::make_shared<Removal>([](bool) {}));
  turn();
  EXPECT_EQ(anns_rows(), 0U);
  Client& next = connect("ann@shop.example/phone");  // of the next of that name
  EXPECT_EQ(next.got, Ids{});
  close(next);
  send({"kept"});
  EXPECT_EQ(connect("ann@shop.example/phone").got, Ids{"kept"});
}

// A room passes it on to each session behind a nick, as one message.
TEST_F(OfflineTest, WhatARoomPassesOnIsHeldOnce) {
  Client& phone = connect("ann@shop.example/phone");
  Client& tablet = connect("ann@shop.example/tablet");
  for (Client* client : {&phone, &tablet}) lose(*client);
  const auto ticket = std::make_shared<CallbackTicket>([](const DeliveryOutcome&) {});
  for (const char* resource : {"phone", "tablet"}) {
    Stanza passed_on = message("private");
    passed_on.to = *FullJid::parse(std::string("ann@shop.example/") + resource);
    passed_on.stamp("<occupant-id xmlns='urn:xmpp:occupant-id:0' id='bo'/>");
    home().router().route(std::move(passed_on), ticket);
  }
  turn();
  EXPECT_EQ(anns_rows(), 1U);
  close(phone);
  close(tablet);
  Client& desk = connect("ann@shop.example/desk");
  EXPECT_EQ(desk.got, Ids{"private"});
  acknowledge_all(desk);
  EXPECT_EQ(anns_rows(), 0U);
}

// More than a portion is held by the one who was handed it; the rest is for another.
TEST_F(OfflineTest, TheNextSessionIsHandedWhatNoOtherHolds) {
  const std::string large = "<body>" + std::string(200'000, 'x') + "</body>";
  Ids all;
  for (int i = 100; i < 140; ++i) {  // 8 MB
    all.push_back(std::to_string(i));
    send(message(all.back(), large));
  }
  Client& phone = connect("ann@shop.example/phone");
  turn(100);
  const size_t handed = phone.got.size();
  ASSERT_GT(handed * 200'000, 2U << 20);
  ASSERT_LT(handed, all.size());
  EXPECT_EQ(anns_rows(), all.size());
  lose(phone);
  Client& tablet = connect("ann@shop.example/tablet");
  for (int i = 0; i < 100 && tablet.session->sm_unacknowledged() > 0; ++i) {
    acknowledge_all(tablet);
    turn();
  }
  EXPECT_EQ(phone.got, Ids(all.begin(), all.begin() + static_cast<ptrdiff_t>(handed)));
  EXPECT_EQ(tablet.got, Ids(all.begin() + static_cast<ptrdiff_t>(handed), all.end()));
  EXPECT_EQ(anns_rows(), handed);
  close(phone);
  turn(100);
  EXPECT_EQ(tablet.got.size(), all.size());
}

// A client without stream management takes at once what comes back from the one before, while the queue is read for it.
TEST_F(OfflineTest, NothingIsHandedTwiceToTheNextSessionWithoutStreamManagement) {
  const std::string large = "<body>" + std::string(200'000, 'x') + "</body>";
  Ids all;
  for (int i = 100; i < 140; ++i) {  // 8 MB
    all.push_back(std::to_string(i));
    send(message(all.back(), large));
  }
  Client& phone = connect("ann@shop.example/phone");
  turn(100);
  ASSERT_LT(phone.got.size(), all.size());
  Client& desk = connect("ann@shop.example/desk", false);
  close(phone);
  turn(200);
  std::sort(desk.got.begin(), desk.got.end());
  EXPECT_EQ(desk.got, all);
  EXPECT_EQ(anns_rows(), 0U);
}

// The account leaves memory while what its session had waits for its turn.
TEST_F(OfflineTest, NobodyIsHandedTwiceWhatAForgottenAccountHad) {
  Client& phone = connect("ann@shop.example/phone");
  lose(phone);
  Ids all;
  for (int i = 1000; i < 1200; ++i) all.push_back(std::to_string(i));
  send(all);
  // With hers they are one more than stay in memory, once her session is closed.
  auto unlimited = std::make_shared<Tenant>(*world_.forum);
  unlimited->plan.limits.accounts = -1;
  for (size_t i = 0; i < Residents::idle_max; ++i) {
    const std::string user = "u" + std::to_string(i);
    ASSERT_TRUE(world_.create(unlimited, user));
    home().residents().with(*BareJid::parse(user + "@forum.example"), [](Result<Resident*>) {});
  }
  while (home().residents().size() <= Residents::idle_max) servers_.back()->loop.run_once(10);
  home().sessions().close(*phone.session);
  servers_.back()->loop.run_once(0);
  ASSERT_EQ(home().residents().find("ann@shop.example"), nullptr);
  Client& desk = connect("ann@shop.example/desk");
  turn(100);
  std::sort(desk.got.begin(), desk.got.end());
  EXPECT_EQ(desk.got, all);
  acknowledge_all(desk);
  EXPECT_EQ(anns_rows(), 0U);
}

TEST_F(OfflineTest, WhatWasHandedOverWaitsUntilItIsAcknowledged) {
  send({"one", "two"});
  EXPECT_EQ(anns_rows(), 2U);
  Client& phone = connect("ann@shop.example/phone");
  EXPECT_EQ(phone.got, (Ids{"one", "two"}));
  acknowledge(phone, 1);
  EXPECT_EQ(connect("ann@shop.example/tablet").got, Ids{});
  restart();
  EXPECT_EQ(connect("ann@shop.example/phone").got, Ids{"two"});
}

}  // namespace
}  // namespace teahouse::offline_test
