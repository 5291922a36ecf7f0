#include "modules/vcard/vcard_module.h"

#include "server/testing/session_world.h"

namespace teahouse::vcard_module_test {
namespace {

class VcardTest : public testing::SessionWorld {
 protected:
  VcardTest() { home_.modules().add(std::make_unique<VcardModule>()); }
  void send(StanzaType type, const std::string& payload) {
    Stanza iq = Stanza::make(StanzaKind::iq, type, payload);
    iq.id = "q";
    home_.router().receive(*shop_, std::move(iq));
    turn();
  }
  uint64_t rows(const TenantPtr& tenant) {
    return *world_.wait(plane_.map(tenant->id, "vcard").count(world_.home, "ann@" + tenant->domain()));
  }
};

TEST_F(VcardTest, IsAcknowledgedOnceItIsOnDisk) {
  send(StanzaType::set, "<vCard xmlns='vcard-temp'><FN>Ann</FN></vCard>");
  EXPECT_TRUE(shop_wire_.got.empty());
  plane_.hold_commits(false);
  while (shop_wire_.got.empty()) loop_.run_once(10);
  EXPECT_NE(shop_wire_.last.find("type='result'"), std::string::npos);
  EXPECT_EQ(rows(world_.shop), 1U);
  EXPECT_EQ(rows(world_.forum), 0U);
  EXPECT_TRUE(forum_wire_.got.empty());
}

TEST_F(VcardTest, GoesWithItsAccount) {
  plane_.hold_commits(false);
  send(StanzaType::set, "<vCard xmlns='vcard-temp'><FN>Ann</FN></vCard>");
  ASSERT_EQ(rows(world_.shop), 1U);
  home_.hooks().account_removed(shop_->resident().host(), shop_->resident().jid(), nullptr);
  EXPECT_EQ(rows(world_.shop), 0U);
}

TEST_F(VcardTest, NoneIsTakenOnAFullDisk) {
  plane_.hold_commits(false);
  plane_.health().raise(store::DiskHealth::little_space);
  send(StanzaType::set, "<vCard xmlns='vcard-temp'><FN>Ann</FN></vCard>");
  EXPECT_NE(shop_wire_.last.find("resource-constraint"), std::string::npos) << shop_wire_.last;
  EXPECT_EQ(rows(world_.shop), 0U);
}

}  // namespace
}  // namespace teahouse::vcard_module_test
