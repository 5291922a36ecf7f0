// A session's queues: stanzas that its client has not read, not acknowledged, or was away for.
#include "server/session.h"

#include <gtest/gtest.h>

#include "server/testing/session_world.h"

namespace teahouse::session_queue_test {
namespace {

constexpr const char* request = "<r xmlns='urn:xmpp:sm:3'/>";

using SessionQueue = testing::SessionWorld;
using testing::Wire;

TEST_F(SessionQueue, SendsAgainWhatWasNotAcknowledged) {
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

TEST_F(SessionQueue, WhatIsSentAgainIsNotMoreThanTheStreamTakes) {
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

TEST_F(SessionQueue, AReaderThatStopsReadingIsClosedAndNobodyElse) {
  shop_->attach(nullptr);
  const size_t enough = Session::held_bytes_max / message("m").held_bytes();
  for (size_t i = 0; i < enough; ++i) shop_->deliver(message("m"));
  const uint64_t number = shop_->number();
  turn();
  EXPECT_NE(home_.sessions().find(number), nullptr);
  for (size_t i = 0; i < 3; ++i) shop_->deliver(message("m"));
  turn();
  EXPECT_EQ(home_.sessions().find(number), nullptr);
  EXPECT_NE(home_.sessions().find(forum_->number()), nullptr);
}

TEST_F(SessionQueue, WhatAFullStreamIsNotGivenFollowsWhenItIsRead) {
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

TEST_F(SessionQueue, AFullStreamIsNotGivenWhatIsCommitted) {
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

TEST_F(SessionQueue, WhatAFullStreamWasNotGivenGoesToAnotherResource) {
  Wire tablet_wire;
  const uint64_t number = shop_->number();
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  const size_t enough = Session::held_bytes_max / message("m").held_bytes() + 1;
  for (size_t i = 0; i < enough; ++i) shop_->deliver(message("m"));
  shop_wire_.queued = 0;
  shop_->deliver(message("last"));
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  turn();
  EXPECT_EQ(home_.sessions().find(number), nullptr);
  EXPECT_EQ(shop_wire_.ended, "resource-constraint");
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_LT(tablet_wire.got.size(), enough);  // others have their turns between
  for (size_t i = 0; i < enough && tablet_wire.got.size() <= enough; ++i) turn();
  EXPECT_EQ(tablet_wire.got.size(), enough + 1);
  EXPECT_EQ(tablet_wire.got.back(), "last");
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.sessions().close(*tablet);
}

TEST_F(SessionQueue, WhatGoesOnBearsTheTimeAtWhichItCame) {
  const std::string came = format_time(world_.clock.wall_ms());
  shop_->sm_enable("id");
  shop_->deliver(message("sent"));
  shop_wire_.queued = Session::out_queue_bytes_max + 1;
  shop_->deliver(message("waiting"));
  world_.clock.advance_ms(60'000);
  Wire tablet_wire, desk_wire;
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  tablet->sm_enable("id2");
  home_.sessions().close(*shop_);
  turn();
  EXPECT_EQ(tablet_wire.got, (std::vector<std::string>{"sent", request, "waiting"}));
  const std::string delay = "<delay xmlns='urn:xmpp:delay' from='shop.example' stamp='" + came + "'/>";
  EXPECT_NE(tablet_wire.last.find(delay), std::string::npos) << tablet_wire.last;
  world_.clock.advance_ms(60'000);  // nor does it change when it goes on once more
  Session* desk = connect("ann@shop.example/desk", desk_wire);
  home_.sessions().close(*tablet);
  turn();
  EXPECT_EQ(desk_wire.got, (std::vector<std::string>{"sent", "waiting"}));
  EXPECT_NE(desk_wire.last.find(delay), std::string::npos) << desk_wire.last;
  EXPECT_EQ(desk_wire.last.find("<delay"), desk_wire.last.rfind("<delay")) << desk_wire.last;
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.sessions().close(*desk);
}

TEST_F(SessionQueue, WhatOneSessionHasTakenIsNotLostWithTheOthers) {
  Wire tablet_wire, desk_wire;
  Session* tablet = connect("ann@shop.example/tablet", tablet_wire);
  for (Session* session : {shop_, tablet}) session->sm_enable(session->jid().str());
  home_.router().route(message("m1"));
  EXPECT_EQ(tablet->sm_acknowledge(1), Session::Acknowledged::accepted);
  home_.sessions().close(*shop_);
  home_.sessions().close(*tablet);
  turn();
  Session* desk = connect("ann@shop.example/desk", desk_wire);
  turn();
  EXPECT_TRUE(desk_wire.got.empty());
  EXPECT_TRUE(forum_wire_.got.empty());
  home_.sessions().close(*desk);
}

TEST_F(SessionQueue, OneThatReadsAndNeverAcknowledgesIsClosed) {
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
  EXPECT_NE(home_.sessions().find(number), nullptr);
  const auto asked = std::count(shop_wire_.got.begin(), shop_wire_.got.end(), "<r xmlns='urn:xmpp:sm:3'/>");
  EXPECT_GE(static_cast<size_t>(asked) * 400'000, Session::held_bytes_max);  // by bytes, not by stanzas alone
  for (int i = 0; i < 10; ++i) {
    deliver(*shop_);
    deliver(*forum_);
    ASSERT_EQ(forum_->sm_acknowledge(forum_->sm_sent()), Session::Acknowledged::accepted);
  }
  turn();
  EXPECT_EQ(home_.sessions().find(number), nullptr);
  EXPECT_NE(home_.sessions().find(forum_->number()), nullptr);
}
}  // namespace
}  // namespace teahouse::session_queue_test
