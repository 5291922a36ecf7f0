// The calls about devices that are woken by pushes: who may make them, and what they say. The devices are FakePushes'.
#include "api/testing/api_world.h"

namespace teahouse::api::pushes_test {
namespace {

class PushesApiTest : public testing::ApiWorld {
 protected:
  PushesApiTest() {
    for (const testing::Site* site : {&shop_, &forum_}) {
      for (const char* user : {"ann", "bob"}) with_key(*site, "PUT", std::string("/v1/users/") + user, "name=x");
    }
  }
  static constexpr const char* device = "endpoint=https://push.example/1&p256dh=x&auth=y&name=Phone&text=1";
};

TEST_F(PushesApiTest, ADeviceComesIsListedTriedAndGoes) {
  const testing::Reply added = with_key(shop_, "POST", "/v1/users/ann/push", device);
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(with_key(shop_, "POST", "/v1/users/ann/push", device).status, 200);
  const testing::Reply listed = with_key(shop_, "GET", "/v1/users/ann/push");
  ASSERT_EQ(listed.status, 200);
  EXPECT_EQ(listed.text("key"), "BKey");
  const auto json = listed.json();
  const auto& shown = json.at("devices").at(0);
  EXPECT_EQ(shown.at("name"), "Phone");
  EXPECT_TRUE(shown.at("text").as_bool());
  EXPECT_EQ(shown.at("last").at("status").to_number<int>(), 201);
  EXPECT_FALSE(shown.as_object().contains("endpoint"));
  const testing::Reply tested = with_key(shop_, "POST", "/v1/users/ann/push/test");
  ASSERT_EQ(tested.status, 200);
  EXPECT_EQ(tested.json().at("devices").at(0).at("result"), "failed");
  const testing::Reply by_operator = as_operator("POST", "/operator/v1/tenants/shop/accounts/ann/push/test");
  EXPECT_EQ(by_operator.json().at("devices").as_array().size(), 1U);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/ann/push/dev-1").status, 204);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/ann/push/dev-1").status, 404);
}

TEST_F(PushesApiTest, AUserReachesTheirOwnDevicesAlone) {
  EXPECT_EQ(as_user(shop_, "ann", "POST", "/v1/users/ann/push", device).status, 201);
  for (const char* path : {"/v1/users/ann/push", "/v1/users/ann/push/test"}) {
    const std::string method = std::string_view(path).ends_with("test") ? "POST" : "GET";
    EXPECT_EQ(as_user(shop_, "ann", method, path).status, 200);
    EXPECT_EQ(as_user(shop_, "bob", method, path).status, 403);
    EXPECT_EQ(call(method, path).status, 401);
  }
  EXPECT_EQ(as_user(shop_, "bob", "DELETE", "/v1/users/ann/push/dev-1").status, 403);
  EXPECT_EQ(as_user(shop_, "bob", "POST", "/v1/users/ann/push", device).status, 403);
  EXPECT_TRUE(with_key(forum_, "GET", "/v1/users/ann/push").json().at("devices").as_array().empty());
  EXPECT_EQ(with_key(forum_, "DELETE", "/v1/users/ann/push/dev-1").status, 404);
}

TEST_F(PushesApiTest, SaysWhatIsMissingOrUnknown) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/users/ann/push", "endpoint=https://push.example/1").status, 400);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/users/ann/push", std::string(device) + "&expirationTime=1").status, 400);
  EXPECT_EQ(with_key(shop_, "POST", "/v1/users/ann/push", "endpoint=http://push.example/&p256dh=x&auth=y").status, 400);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/nobody/push").status, 404);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/none/accounts/ann/push/test").status, 404);
}

}  // namespace
}  // namespace teahouse::api::pushes_test
