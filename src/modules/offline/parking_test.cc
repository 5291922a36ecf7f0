// Sessions that outlive the server, with what the offline queue holds for them.
#include "modules/offline/testing/offline_world.h"
#include "server/device_sessions.h"

namespace teahouse::parking_test {
namespace {

using Ids = std::vector<std::string>;

class ParkingTest : public testing::OfflineWorld {
 protected:
  // SIGTERM, and a start.
  void stop_and_start() {
    home().refuse_more();
    home().stop();
    turn();
    home().park();
    turn();
    restart();
  }
  Session* find(const std::string& id) { return home().sessions().find_resumable(id); }
  // The account comes into memory.
  void load(const std::string& account) {
    bool is_there = false;
    home().residents().with(*BareJid::parse(account), [&](const Result<Resident*>&) { is_there = true; });
    for (int i = 0; i < 1000 && !is_there; ++i) servers_.back()->loop.run_once(10);
    ASSERT_TRUE(is_there);
  }
  // Its client is there again, and has had so many of the stanzas that were sent.
  testing::OfflineClient& come_back(const std::string& address, uint32_t handled) {
    load(FullJid::parse(address)->bare().str());
    clients_.push_back(std::make_unique<testing::OfflineClient>());
    clients_.back()->session = find(address);
    EXPECT_NE(clients_.back()->session, nullptr);
    EXPECT_EQ(clients_.back()->session->sm_acknowledge(handled), Session::Acknowledged::accepted);
    resume(*clients_.back());
    return *clients_.back();
  }
  uint64_t parked(const TenantPtr& tenant, const std::string& account) {
    return *world_.wait(plane_.map(tenant->id, "parked").count(world_.home, account));
  }
};

TEST_F(ParkingTest, ASessionGoesOnWhereItWas) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  send({"one", "two", "three"});
  acknowledge(phone, 1);
  lose(phone);
  send({"four"});
  stop_and_start();
  EXPECT_EQ(phone.ended, "");
  EXPECT_EQ(parked(world_.shop, "ann@shop.example"), 1U);
  testing::OfflineClient& again = come_back("ann@shop.example/phone", 2);
  EXPECT_EQ(again.got, (Ids{"three", "four"}));
  EXPECT_EQ(again.session->sm_sent(), 4U);
  EXPECT_TRUE(again.session->is_available());
  EXPECT_EQ(anns_rows(), 2U);
  EXPECT_EQ(parked(world_.shop, "ann@shop.example"), 0U);
  acknowledge_all(again);
  turn();
  EXPECT_EQ(anns_rows(), 0U);
  EXPECT_EQ(parked(world_.forum, "ann@forum.example"), 0U);
}

TEST_F(ParkingTest, AStreamThatIsThereIsCutAndNotEnded) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  testing::OfflineClient& plain = connect("ann@shop.example/plain", false);
  stop_and_start();
  EXPECT_EQ(phone.ended, "cut");
  EXPECT_TRUE(phone.closed);
  EXPECT_EQ(plain.ended, "system-shutdown");
  load("ann@shop.example");
  EXPECT_NE(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(home().residents().find("ann@shop.example")->sessions().size(), 1U);
}

TEST_F(ParkingTest, AMessageOfTwoSessionsIsStillOne) {
  connect("ann@shop.example/phone");
  connect("ann@shop.example/desk");
  send({"m"});
  stop_and_start();
  EXPECT_EQ(anns_rows(), 1U);
  testing::OfflineClient& phone = come_back("ann@shop.example/phone", 0);
  EXPECT_EQ(phone.got, Ids{"m"});
  acknowledge_all(phone);
  turn();
  EXPECT_EQ(anns_rows(), 0U);
  EXPECT_EQ(come_back("ann@shop.example/desk", 0).got, Ids{"m"});
}

TEST_F(ParkingTest, WhatOneSessionHasTakenGoesToNobodyElse) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  connect("ann@shop.example/desk");
  send({"m"});
  acknowledge_all(phone);
  close(phone);
  stop_and_start();
  load("ann@shop.example");
  home().sessions().close(*find("ann@shop.example/desk"));
  EXPECT_TRUE(connect("ann@shop.example/tablet").got.empty());
  EXPECT_EQ(anns_rows(), 0U);
}

TEST_F(ParkingTest, WhatItHadGoesToTheNextWhenItsTimeIsOver) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  lose(phone);
  send({"m"});
  stop_and_start();
  world_.clock.advance_ms(301'000);
  load("ann@shop.example");
  world_.clock.advance_ms(100);  // no timer is due in the moment in which it is set
  turn();
  EXPECT_EQ(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(anns_rows(), 1U);
  EXPECT_EQ(connect("ann@shop.example/tablet").got, Ids{"m"});
}

TEST_F(ParkingTest, AWallClockThatIsPutBackGivesItNoMoreTime) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  lose(phone);
  send({"m"});
  stop_and_start();
  world_.clock.set_wall_ms(world_.clock.wall_ms() - 8 * 3600'000);
  world_.clock.advance_ms(301'000);
  load("ann@shop.example");
  world_.clock.advance_ms(100);  // no timer is due in the moment in which it is set
  turn();
  EXPECT_EQ(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(connect("ann@shop.example/tablet").got, Ids{"m"});
}

TEST_F(ParkingTest, NobodyElseIsHandedWhatItHolds) {
  testing::OfflineClient& phone = connect("ann@shop.example/phone");
  lose(phone);
  send({"m"});
  stop_and_start();
  EXPECT_TRUE(connect("ann@shop.example/tablet").got.empty());
  EXPECT_EQ(come_back("ann@shop.example/phone", 0).got, Ids{"m"});
}

TEST_F(ParkingTest, OnceItIsThereAKillEndsIt) {
  lose(connect("ann@shop.example/phone"));
  send({"m"});
  stop_and_start();
  restart();  // nobody has asked for it
  load("ann@shop.example");
  EXPECT_NE(find("ann@shop.example/phone"), nullptr);
  restart();
  load("ann@shop.example");
  EXPECT_EQ(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(connect("ann@shop.example/phone").got, Ids{"m"});
}

TEST_F(ParkingTest, ASessionThatIsNotExactEndsWithTheServer) {
  testing::OfflineClient& away = connect("ann@shop.example/away");
  away.session->set_presence(std::nullopt);
  testing::OfflineClient& unhandled = connect("ann@shop.example/unhandled");
  const TicketPtr ticket = unhandled.session->receive();
  stop_and_start();
  EXPECT_EQ(away.ended, "system-shutdown");
  EXPECT_EQ(unhandled.ended, "system-shutdown");
  EXPECT_EQ(parked(world_.shop, "ann@shop.example"), 0U);
}

TEST_F(ParkingTest, IsOverWithAnotherPasswordAndWithItsTenantsPause) {
  connect("ann@shop.example/phone");
  connect("ann@forum.example/phone");
  stop_and_start();
  end_other_sessions(home(), *BareJid::parse("ann@shop.example"), "", "reset", "");
  auto paused = std::make_shared<Tenant>(*world_.forum);
  paused->suspended = true;
  home().set_tenant(paused);
  load("ann@shop.example");
  load("ann@forum.example");
  EXPECT_EQ(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(find("ann@forum.example/phone"), nullptr);
  EXPECT_EQ(parked(world_.shop, "ann@shop.example"), 0U);
  EXPECT_EQ(parked(world_.forum, "ann@forum.example"), 0U);
}

TEST_F(ParkingTest, ARowThatCannotBeReadIsLeftOut) {
  lose(connect("ann@shop.example/phone"));
  send({"m"});
  stop_and_start();
  plane_.map(world_.shop->id, "parked").store("ann@shop.example", "sessions", "1:1garbage");
  load("ann@shop.example");
  EXPECT_EQ(find("ann@shop.example/phone"), nullptr);
  EXPECT_EQ(connect("ann@shop.example/phone").got, Ids{"m"});
}

}  // namespace
}  // namespace teahouse::parking_test
