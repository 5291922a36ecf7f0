#include "account/device_logins.h"

#include <gtest/gtest.h>

namespace teahouse::device_logins_test {
namespace {

constexpr TenantId shop{1}, forum{2};

TEST(DeviceLogins, EndWithTheirDevice) {
  DeviceLogins logins;
  const auto phone = logins.begin(shop, "ann", "phone"), again = logins.begin(shop, "ann", "phone");
  const auto laptop = logins.begin(shop, "ann", "laptop"), of_bo = logins.begin(shop, "bo", "phone");
  const auto of_forum = logins.begin(forum, "ann", "phone");
  logins.end(shop, "ann", "phone");
  EXPECT_TRUE(phone->is_ended() && again->is_ended());
  EXPECT_FALSE(laptop->is_ended() || of_bo->is_ended() || of_forum->is_ended());
  EXPECT_FALSE(logins.begin(shop, "ann", "phone")->is_ended()) << "the next one is another";
}

TEST(DeviceLogins, EndWithAllDevicesOfTheirAccount) {
  DeviceLogins logins;
  const auto phone = logins.begin(shop, "ann", "phone"), laptop = logins.begin(shop, "ann", "laptop");
  const auto of_anna = logins.begin(shop, "anna", "phone"), of_forum = logins.begin(forum, "ann", "phone");
  logins.end(shop, "ann", "");
  EXPECT_TRUE(phone->is_ended() && laptop->is_ended());
  EXPECT_FALSE(of_anna->is_ended() || of_forum->is_ended());
}

// Other accounts, of this tenant or another, cost a login nothing.
TEST(DeviceLogins, OfOthersAreNoConcern) {
  DeviceLogins logins;
  const auto mine = logins.begin(shop, "ann", "phone");
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "user" + std::to_string(i);
    const auto login = logins.begin(forum, name, "phone");
    logins.end(forum, name, i % 2 == 0 ? "" : "phone");
    ASSERT_TRUE(login->is_ended());
  }
  EXPECT_FALSE(mine->is_ended());
  EXPECT_EQ(logins.size(), 1U) << "those that are over are forgotten";
}

TEST(DeviceLogins, AreForgottenWhenTheyAreOver) {
  DeviceLogins logins;
  { const auto login = logins.begin(shop, "ann", "phone"), same = logins.begin(shop, "ann", "phone"); }
  EXPECT_EQ(logins.size(), 0U);
}

}  // namespace
}  // namespace teahouse::device_logins_test
