#include <gtest/gtest.h>

#include "server/testing/session_world.h"

namespace teahouse::testing::residents_test {
namespace {

class ResidentsAtHome : public SessionWorld {
 protected:
  ResidentsAtHome() {
    EXPECT_TRUE(world_.create(world_.shop, "ben"));
    EXPECT_TRUE(world_.create(world_.forum, "ben"));
  }
  void send(const std::string& to, const std::string& id) {
    Stanza stanza = message(id);
    stanza.from = shop_->jid();
    stanza.to = *BareJid::parse(to);
    home_.router().route(std::move(stanza));
  }
  const BareJid ben_ = *BareJid::parse("ben@shop.example");
};

TEST_F(ResidentsAtHome, WorkForOneAccountKeepsItsOrder) {
  std::string order;
  const auto note = [&](const std::string& word) {
    return [&order, word](const Result<Resident*>&) { order += word; };
  };
  home_.residents().with(ben_, [&](const Result<Resident*>& resident) {
    ASSERT_TRUE(resident);
    order += "1";
    home_.residents().with(ben_, note("3"));  // it is in memory, but others wait for it
  });
  home_.residents().with(ben_, note("2"));
  for (int i = 0; i < 100 && order.size() < 3; ++i) loop_.run_once(10);
  EXPECT_EQ(order, "123");
}

// A name that nobody has is looked for as long as one that somebody has.
TEST_F(ResidentsAtHome, FindAnAccountThatWasMadeWhileItsNameWasLookedFor) {
  std::vector<bool> found;
  const auto note = [&](const Result<Resident*>& resident) { found.push_back(resident.has_value()); };
  const BareJid eve = *BareJid::parse("eve@shop.example");
  home_.residents().with(eve, note);
  ASSERT_TRUE(world_.create(world_.shop, "eve"));  // after the look-up has begun, and before the loop hears of its end
  home_.residents().with(eve, note);
  for (int i = 0; i < 100 && found.size() < 2; ++i) loop_.run_once(10);
  EXPECT_EQ(found, (std::vector<bool>{true, true}));
  EXPECT_EQ(home_.residents().find("eve@forum.example"), nullptr);
}

TEST_F(ResidentsAtHome, RefuseWhatTooMuchWaitsForAlready) {
  const size_t most = 1000;
  for (size_t i = 0; i < most + 3; ++i) send("ben@shop.example", "m" + std::to_string(i));
  send("ben@forum.example", "other");
  EXPECT_EQ(shop_wire_.got, (std::vector<std::string>{"m1000", "m1001", "m1002"}));
  EXPECT_NE(shop_wire_.last.find("<resource-constraint"), std::string::npos) << shop_wire_.last;
  EXPECT_TRUE(forum_wire_.got.empty());
  for (const char* loaded : {"ben@shop.example", "ben@forum.example"}) {
    while (!home_.residents().find(loaded)) loop_.run_once(10);
  }
}

}  // namespace
}  // namespace teahouse::testing::residents_test
