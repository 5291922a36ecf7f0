#include "modules/profile/profile_module.h"

#include <algorithm>

#include "modules/caps/caps_module.h"
#include "modules/disco/disco_module.h"
#include "modules/presence/presence_module.h"
#include "modules/pubsub/pubsub.h"
#include "modules/roster/roster_module.h"
#include "modules/vcard/vcard_module.h"
#include "server/testing/session_world.h"

namespace teahouse::profile_module_test {
namespace {

constexpr char photo[] = "<PHOTO><BINVAL>R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7</BINVAL></PHOTO>";
constexpr char hash[] = "d5fceb6532643d0d84ffe09c40c481ecdf59e15a";

class ProfileTest : public testing::SessionWorld {
 protected:
  ProfileTest() {
    plane_.hold_commits(false);
    home_.modules().add(std::make_unique<RosterModule>());
    home_.modules().add(std::make_unique<PresenceModule>());
    home_.modules().add(std::make_unique<DiscoModule>());
    home_.modules().add(std::make_unique<CapsModule>());
    home_.modules().add(std::make_unique<VcardModule>());
    home_.modules().add(std::make_unique<PubsubModule>());
    home_.modules().add(std::make_unique<ProfileModule>());
  }
  void set(Session& session, const std::string& inner) {
    Stanza iq = Stanza::make(StanzaKind::iq, StanzaType::set, "<vCard xmlns='vcard-temp'>" + inner + "</vCard>");
    iq.id = "q";
    home_.router().receive(session, std::move(iq));
  }
  // So many stanzas have come.
  void await_stanzas(const testing::Wire& wire, size_t count) {
    for (int i = 0; i < 1000 && wire.got.size() < count; ++i) loop_.run_once(10);
    ASSERT_EQ(wire.got.size(), count);
  }
  std::string presence_of(Session& session, const testing::Wire& wire) {
    home_.router().receive(session, Stanza::make(StanzaKind::presence, StanzaType::none, "<show>away</show>"));
    turn();
    return wire.last;
  }
};

TEST_F(ProfileTest, PresenceTellsOfAPictureOfItsOwnAccountAlone) {
  EXPECT_EQ(presence_of(*shop_, shop_wire_).find("vcard-temp:x:update"), std::string::npos);
  shop_wire_.got.clear();
  set(*shop_, photo);
  await_stanzas(shop_wire_, 2);  // the result, and presence
  EXPECT_NE(presence_of(*shop_, shop_wire_).find(hash), std::string::npos) << shop_wire_.last;
  EXPECT_EQ(presence_of(*forum_, forum_wire_).find("vcard-temp:x:update"), std::string::npos) << forum_wire_.last;
}

TEST_F(ProfileTest, TellsNothingThatIsNotOnDisk) {
  plane_.hold_commits(true);
  set(*shop_, photo);
  for (int i = 0; i < 20; ++i) loop_.run_once(1);
  EXPECT_TRUE(shop_wire_.got.empty());
  EXPECT_EQ(presence_of(*shop_, shop_wire_).find(hash), std::string::npos) << shop_wire_.last;
  shop_wire_.got.clear();
  plane_.hold_commits(false);
  await_stanzas(shop_wire_, 2);
  EXPECT_NE(presence_of(*shop_, shop_wire_).find(hash), std::string::npos) << shop_wire_.last;
}

// RFC 6120 section 10.1: each is whole, and the last one stays.
TEST_F(ProfileTest, WritesVcardsInTheOrderInWhichTheyCame) {
  set(*forum_, "<FN>Other</FN>");
  for (int i = 0; i < 20; ++i) {
    set(*shop_, "<FN>" + std::to_string(i) + "</FN>" + (i % 2 == 0 ? std::string(photo) : std::string()));
  }
  Stanza get = Stanza::make(StanzaKind::iq, StanzaType::get, "<vCard xmlns='vcard-temp'/>");
  get.id = "last";
  home_.router().receive(*shop_, get);
  for (int i = 0; i < 1000 && (shop_wire_.got.empty() || shop_wire_.got.back() != "last"); ++i) loop_.run_once(10);
  EXPECT_NE(shop_wire_.last.find("<vCard xmlns='vcard-temp'><FN>19</FN></vCard>"), std::string::npos)
      << shop_wire_.last;
  EXPECT_EQ(std::count(shop_wire_.got.begin(), shop_wire_.got.end(), "q"), 20) << "each is acknowledged";
  EXPECT_EQ(std::count(forum_wire_.got.begin(), forum_wire_.got.end(), "q"), 1);
}

TEST_F(ProfileTest, KeepsNothingOfAPictureInTheVcardItself) {
  set(*shop_, std::string("<FN>Ann</FN>") + photo);
  await_stanzas(shop_wire_, 2);
  const auto row =
      *world_.wait(plane_.map(world_.shop->id, "vcard").load_entry(world_.home, "ann@shop.example", "vcard"));
  EXPECT_EQ(row, "<vCard xmlns='vcard-temp'><FN>Ann</FN></vCard>");
  std::optional<bool> is_whole;
  home_.hooks().account_removed(shop_->resident().host(), shop_->resident().jid(),
                                std::make_shared<Removal>([&](bool whole) { is_whole = whole; }));
  for (int i = 0; i < 1000 && !is_whole; ++i) loop_.run_once(10);
  EXPECT_TRUE(is_whole.value_or(false));
  for (const char* map : {"vcard", "profile", "pubsub", "pubsub_items"}) {
    EXPECT_EQ(*world_.wait(plane_.map(world_.shop->id, map).count(world_.home, "ann@shop.example")), 0U) << map;
  }
}

}  // namespace
}  // namespace teahouse::profile_module_test
