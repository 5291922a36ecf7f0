#include "server/device_sessions.h"

#include "account/device_id.h"
#include "server/testing/session_world.h"

namespace teahouse::testing::device_sessions_test {
namespace {

const std::string phone_id = "phonephoneph", laptop_id = "laptoplaptop";

class DeviceSessions : public SessionWorld {
 protected:
  DeviceSessions() {
    shop_->set_device(device_number(phone_id));
    forum_->set_device(device_number(phone_id));
  }
  const BareJid ann_ = *BareJid::parse("ann@shop.example");
  const Resident* resident() { return home_.residents().find(ann_.str()); }
};

TEST_F(DeviceSessions, AreListedWithTheirDevice) {
  const std::vector<Device> kept = {{laptop_id, "Tester", "Laptop", 1, 2, 0}, {phone_id, "Tester", "Phone", 1, 2, 9}};
  const auto away = list_devices(kept, nullptr, 100);
  ASSERT_EQ(away.size(), 2U);
  EXPECT_FALSE(away[0].is_connected || away[1].is_connected);
  const auto entries = list_devices(kept, resident(), 100);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_FALSE(entries[0].is_connected);
  EXPECT_TRUE(entries[1].is_connected && entries[1].is_kept);
  EXPECT_EQ(entries[1].device.last_ms, 100);
}

TEST_F(DeviceSessions, OfNoKeptDeviceAreListedByThemselves) {
  const auto entries = list_devices({{laptop_id, "Tester", "Laptop", 1, 2, 0}}, resident(), 100);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_TRUE(entries[1].is_connected);
  EXPECT_FALSE(entries[1].is_kept);
  EXPECT_EQ(entries[1].device.name, "phone");
  end_device_sessions(home_, ann_, entries[1].device.id);
  EXPECT_EQ(shop_wire_.ended, "not-authorized");
  EXPECT_EQ(forum_wire_.ended, "");
}

TEST_F(DeviceSessions, EndWithTheirDeviceAlone) {
  Wire desk;
  connect("ann@shop.example/desk", desk)->set_device(device_number(laptop_id));
  end_device_sessions(home_, ann_, phone_id);
  EXPECT_EQ(shop_wire_.ended, "not-authorized");
  EXPECT_EQ(desk.ended, "");
  EXPECT_EQ(forum_wire_.ended, "") << "the same device at another account";
  end_device_sessions(home_, ann_, "");
  EXPECT_EQ(desk.ended, "not-authorized");
  EXPECT_EQ(forum_wire_.ended, "");
  end_device_sessions(home_, *BareJid::parse("nobody@shop.example"), "");
}

// Two programs of one name take turns until one of them is called otherwise; not where that takes the last place.
TEST_F(DeviceSessions, OfOneNameDoNotFillTheAccount) {
  auto narrow = std::make_shared<Tenant>(*world_.shop);
  narrow->plan.limits.sessions_per_account = 1;
  home_.set_tenant(narrow);
  for (int i = 0; i < 8; ++i) {
    Wire wire;
    Session* session = connect("ann@shop.example/phone", wire);
    EXPECT_EQ(session->jid().resourcepart(), "phone") << i;
    EXPECT_EQ(resident()->sessions().size(), 1U);
    session->attach(nullptr);
    session->attach(&shop_wire_);
  }
}

}  // namespace
}  // namespace teahouse::testing::device_sessions_test
