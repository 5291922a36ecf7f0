#include <gtest/gtest.h>

#include "api/testing/api_world.h"

namespace teahouse::api::calls_test {
namespace {

class CallsTest : public testing::ApiWorld {
 protected:
  struct Arranged {
    std::string id;
    std::vector<std::string> links;
  };
  Arranged arrange(const std::string& more = {}) {
    const auto made = with_key(shop_, "POST", "/v1/calls", "users=ann&users=bob" + more);
    EXPECT_EQ(made.status, 201) << made.body;
    Arranged call{made.text("id"), {}};
    const auto answer = made.json();
    for (const auto& link : answer.at("links").as_array()) {
      const std::string url(link.at("url").as_string().c_str());
      EXPECT_EQ(url.find("https://shop.example/call#" + call.id + "."), 0U) << url;
      call.links.push_back(url.substr(url.find('#') + 1));
    }
    return call;
  }
  testing::Reply show(const testing::Site& site, const char* what, const std::string& link) {
    return call("POST", "/v1/sites/" + site.tenant->site_id + "/calls/" + what,
                {{"Content-Type", "application/x-www-form-urlencoded"}}, "link=" + link);
  }
};

TEST_F(CallsTest, ALinkSignsItsUserInOnce) {
  const Arranged call = arrange();
  const auto first = show(shop_, "join", call.links[0]);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.json().at("user").at("user").as_string(), "ann");
  EXPECT_EQ(first.json().at("with").at("jid").as_string(), "bob@shop.example");
  EXPECT_FALSE(first.json().at("is_awaited").as_bool());
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann/unread").status, 200);
  EXPECT_EQ(this->call("GET", "/v1/users/ann/unread", bearer(first.text("token"))).status, 200);
  EXPECT_EQ(this->call("GET", "/v1/users/bob/unread", bearer(first.text("token"))).status, 403);
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "link-used");
  EXPECT_EQ(show(shop_, "look", call.links[0]).code(), "link-used");
  EXPECT_TRUE(show(shop_, "join", call.links[1]).json().at("is_awaited").as_bool());
  EXPECT_EQ(show(forum_, "join", call.links[1]).status, 404);
}

TEST_F(CallsTest, ALinkRunsOutAndItsCallIsForgotten) {
  const Arranged call = arrange("&lasts_s=60");
  base_.clock.advance_ms(59'000);
  EXPECT_EQ(show(shop_, "look", call.links[0]).status, 200);
  base_.clock.advance_ms(1000);
  EXPECT_EQ(show(shop_, "look", call.links[0]).code(), "link-expired");
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "link-expired");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/calls/" + call.id).status, 200);
  base_.clock.advance_ms(24LL * 3600 * 1000);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/calls/" + call.id).status, 404);
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "link-unknown");
}

TEST_F(CallsTest, IsOverWhenItIsTakenBackOrOneOfItsUsersIsGone) {
  const Arranged call = arrange(), other = arrange();
  EXPECT_EQ(with_key(forum_, "DELETE", "/v1/calls/" + call.id).status, 404);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/calls/" + call.id).status, 204);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/calls/" + call.id).status, 204);
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "call-over");
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "disabled=true").status, 200);
  EXPECT_EQ(show(shop_, "join", other.links[0]).code(), "account-disabled");
  EXPECT_EQ(show(shop_, "look", other.links[1]).status, 200);
  EXPECT_EQ(with_key(shop_, "DELETE", "/v1/users/ann").status, 204);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann").status, 201);  // somebody else
  EXPECT_EQ(show(shop_, "join", other.links[0]).code(), "call-over");
  EXPECT_EQ(show(shop_, "join", other.links[1]).code(), "call-over");
}

TEST_F(CallsTest, NeedsTheTenantsCalls) {
  const Arranged call = arrange();
  calls_.its_rules.media = CallMedia::audio;
  EXPECT_EQ(with_key(shop_, "POST", "/v1/calls", "users=ann&users=bob&video=true").code(), "calls-off");
  EXPECT_FALSE(with_key(shop_, "POST", "/v1/calls", "users=ann&users=bob").json().at("video").as_bool());
  EXPECT_FALSE(show(shop_, "look", call.links[0]).json().at("video").as_bool());
  calls_.its_rules.media = CallMedia::off;
  EXPECT_EQ(with_key(shop_, "POST", "/v1/calls", "users=ann&users=bob").code(), "calls-off");
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "calls-off");
  EXPECT_EQ(with_key(shop_, "POST", "/v1/users/ann/relay-credentials").code(), "calls-off");
  calls_.its_rules.media = CallMedia::video;
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/suspend", "reason=moving").status, 200);
  EXPECT_EQ(show(shop_, "join", call.links[0]).code(), "tenant-suspended");
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/resume").status, 200);
  EXPECT_EQ(show(shop_, "join", call.links[0]).status, 201);
}

TEST_F(CallsTest, RelayCredentialsAreAUsersOwn) {
  const auto answer = as_user(shop_, "ann", "POST", "/v1/users/ann/relay-credentials");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(boost::json::serialize(answer.json().at("ice_servers")),
            R"([{"urls":["stun:shop.example:3478"]},{"urls":["turn:shop.example:3478?transport=udp",)"
            R"("turns:shop.example:443?transport=tcp"],"username":"for ann@shop.example","credential":"secret"}])");
  EXPECT_EQ(answer.text("expires"), "1970-01-02T01:00:00.000Z");
  EXPECT_EQ(as_user(shop_, "bob", "POST", "/v1/users/ann/relay-credentials").status, 403);
  EXPECT_EQ(as_user(forum_, "ann", "POST", "/v1/users/ann/relay-credentials").status, 201);
  EXPECT_EQ(call("POST", "/v1/users/ann/relay-credentials").status, 401);
}

}  // namespace
}  // namespace teahouse::api::calls_test
