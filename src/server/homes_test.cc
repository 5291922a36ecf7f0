#include "server/homes.h"

#include <gtest/gtest.h>

#include <thread>

#include "server/c2s/testing/stream_world.h"
#include "server/ghosts.h"
#include "server/testing/session_world.h"

namespace teahouse::homes_test {
namespace {

using testing::start;
using testing::Wire;

using Texts = std::vector<std::string>;

struct Note {
  std::string text;
  Texts* notes;
  void arrive(Home& here) const { notes->push_back(text + " at " + std::to_string(here.place().loop)); }
};

// The addresses of the accounts of a tenant that have sessions.
struct FindSessions {
  TenantId tenant;
  Texts answer(Home& here) const {
    Texts found;
    for (const Session* session : here.residents().sessions_of(tenant)) found.push_back(session->jid().str());
    return found;
  }
};

struct WithHome {
  Home& home;
  void arrive(Home& /*here*/) const {}
};

// Two homes; a user of each with the shop, who has a namesake with the forum.
class HomesTest : public ::testing::Test, protected testing::StreamWorld {
 protected:
  const Homes& homes_ = shared.homes;

  Session* connect(const std::string& address, Wire& wire) {
    const FullJid jid = *FullJid::parse(address);
    Home& its = *homes[homes_.place_of(jid.bare_view()).loop];
    Session* session = nullptr;
    its.residents().with(jid.bare(), [&](Result<Resident*> resident) {
      session = *its.sessions().bind(**resident, jid.resourcepart());
      session->attach(&wire);
      session->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, {}));
    });
    wait_until([&] { return session != nullptr; });
    return session;
  }
  static Task<bool> remove(const Homes& homes, net::Loop& loop, TenantPtr tenant) {
    auto telling = homes.publish(loop, std::move(tenant), true);
    co_await telling;
    co_return true;
  }
};

TEST_F(HomesTest, AParcelIsOfValues) {
  const auto closure = [](Home& /*here*/) {};
  EXPECT_FALSE(Parcel<decltype(closure)>);
  EXPECT_FALSE(Parcel<std::function<void(Home&)>>);
  EXPECT_FALSE(Parcel<WithHome>);
  EXPECT_TRUE(Parcel<Note>);
}

TEST_F(HomesTest, EveryAddressHasOnePlace) {
  const std::string first = user_at(0) + "@shop.example", second = user_at(1) + "@shop.example";
  EXPECT_EQ(homes_.place_of(first), homes[0]->place());
  EXPECT_EQ(homes_.place_of(second), homes[1]->place());
  EXPECT_NE(homes_.place_of(first), homes_.place_of(second));
}

TEST_F(HomesTest, AParcelArrivesAtItsPlaceInOrderAndNowhereElse) {
  Texts notes;
  for (const char* text : {"a", "b"}) homes_.send(homes[1]->place(), Note{text, &notes});
  loops[0]->run_once(0);
  EXPECT_TRUE(notes.empty());
  loops[1]->run_once(0);
  EXPECT_EQ(notes, (Texts{"a at 1", "b at 1"}));
  notes.clear();
  homes_.send_each(Note{"c", &notes});
  EXPECT_TRUE(notes.empty()) << "also at its own home in a later turn";
  turn();
  EXPECT_EQ(notes, (Texts{"c at 0", "c at 1"}));
}

TEST_F(HomesTest, WhatIsHandedArrivesAtOnceOnItsLoopAlone) {
  Texts notes;
  homes_.hand(homes[0]->place(), Note{"here", &notes});
  EXPECT_EQ(notes, Texts{"here at 0"});
  std::thread([&] { homes_.hand(homes[0]->place(), Note{"there", &notes}); }).join();
  EXPECT_EQ(notes, Texts{"here at 0"});
  turn();
  EXPECT_EQ(notes, (Texts{"here at 0", "there at 0"}));
}

TEST_F(HomesTest, WhatIsForAHomeThatHasEndedIsDropped) {
  Texts notes;
  const Place gone = homes[0]->place();
  turn();
  clients[0].reset();
  homes[0].reset();
  homes_.send(gone, Note{"sent", &notes});
  homes_.hand(gone, Note{"handed", &notes});
  homes_.send_each(Note{"for all", &notes});
  turn();
  EXPECT_EQ(notes, Texts{"for all at 1"});
}

TEST_F(HomesTest, AnswersComeByPlaceAndOfTheTenantThatIsAskedFor) {
  std::array<Wire, 4> wires;
  const std::string first = user_at(0) + "@shop.example/a", second = user_at(1) + "@shop.example/b";
  connect(second, wires[0]);
  connect(first, wires[1]);
  connect(user_at(0) + "@forum.example/a", wires[2]);
  connect(user_at(1) + "@forum.example/b", wires[3]);
  std::optional<std::vector<Texts>> all;
  start(homes_.ask_each(*loops[0], FindSessions{shop->id}), &all);
  EXPECT_FALSE(all);
  turn();
  EXPECT_EQ(all, (std::vector<Texts>{{first}, {second}}));
  std::optional<Texts> one;
  start(homes_.ask(*loops[0], homes[1]->place(), FindSessions{shop->id}), &one);
  turn();
  EXPECT_EQ(one, Texts{second});
}

TEST_F(HomesTest, AStanzaCrossesWithItsTicketToItsRecipientAlone) {
  const std::string romeo = user_at(0), juliet = user_at(1);
  Wire sender, receiver, namesake, bystander;
  Session* from = connect(romeo + "@shop.example/a", sender);
  connect(juliet + "@shop.example/b", receiver);
  connect(juliet + "@forum.example/b", namesake);
  connect(romeo + "@forum.example/a", bystander);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::chat, "<body>x</body>");
  message.id = "m";
  message.from = from->jid();
  message.to = *BareJid::parse(juliet + "@shop.example");
  std::optional<DeliveryOutcome> outcome;
  homes[0]->router().route(std::move(message),
                           std::make_shared<CallbackTicket>([&](DeliveryOutcome told) { outcome = std::move(told); }));
  EXPECT_FALSE(outcome);
  turn();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has(Ended::delivered));
  EXPECT_EQ(receiver.got, Texts{"m"});
  for (const Wire* other : {&sender, &namesake, &bystander}) EXPECT_TRUE(other->got.empty());
}

TEST_F(HomesTest, ATenantsRemovalReachesAllHomesAndNoOtherTenant) {
  Wire first, second, forums;
  connect(user_at(0) + "@shop.example/a", first);
  connect(user_at(1) + "@shop.example/b", second);
  connect(user_at(1) + "@forum.example/b", forums);
  std::optional<bool> told;
  start(remove(homes_, *loops[0], shop), &told);
  EXPECT_FALSE(told);
  turn();
  EXPECT_TRUE(told);
  EXPECT_EQ(first.ended, "host-gone");
  EXPECT_EQ(second.ended, "host-gone");
  EXPECT_EQ(forums.ended, "");
  for (const auto& each : homes) {
    EXPECT_EQ(each->hosts().find("shop.example"), nullptr);
    EXPECT_NE(each->hosts().find("forum.example"), nullptr);
  }
}

TEST_F(HomesTest, TheQuietestGhostOfATenantEndsWhereverItLives) {
  Wire here, there, forums;
  connect(user_at(0) + "@shop.example/a", here);
  connect(user_at(1) + "@shop.example/b", there);
  connect(user_at(1) + "@forum.example/b", forums);
  here.silent_since = 2000;
  there.silent_since = 1000;
  forums.silent_since = 500;
  std::optional<bool> made;
  const auto making = make_space(*homes[0], {shop->id, {}}, [&](bool some) { made = some; });
  turn();
  EXPECT_EQ(made, true);
  EXPECT_EQ(there.ended, "connection-timeout");
  EXPECT_EQ(here.ended, "");
  EXPECT_EQ(forums.ended, "");
}

}  // namespace
}  // namespace teahouse::homes_test
