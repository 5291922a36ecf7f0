#include "account/device_id.h"

#include <gtest/gtest.h>

namespace teahouse::device_id_test {
namespace {

const std::string phone = "d4565fa7-4d72-4749-b3d3-740edbf87770", laptop = "d4565fa7-4d72-4749-b3d3-740edbf87771";

TEST(DeviceId, IsTheSameForTheSameProgramAtTheSameAccount) {
  const std::string id = make_device_id("secret", "ann@shop.example", phone);
  EXPECT_TRUE(is_device_id(id)) << id;
  EXPECT_EQ(make_device_id("secret", "ann@shop.example", phone), id);
  EXPECT_NE(make_device_id("secret", "ann@shop.example", laptop), id);
  EXPECT_NE(make_device_id("secret", "ann@forum.example", phone), id);
  EXPECT_NE(make_device_id("other", "ann@shop.example", phone), id);
  EXPECT_NE(device_number(id), 0U);
  EXPECT_EQ(device_number(id), device_number(id));
  EXPECT_NE(device_number(id), device_number(make_device_id("secret", "ann@shop.example", laptop)));
}

TEST(DeviceId, IsOneTextOnly) {
  for (const char* text :
       {"", "session-1", "aaaaaaaaaaa", "aaaaaaaaaaaaa", "aaaaaaaaaaa=", "aaaaaaaaaaa+", "session-1234"}) {
    EXPECT_EQ(is_device_id(text), std::string_view(text) == "session-1234") << text;
  }
  EXPECT_NE(device_number("AAAAAAAAAAAA"), 0U);
}

}  // namespace
}  // namespace teahouse::device_id_test
