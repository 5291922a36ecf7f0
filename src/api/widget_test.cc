#include "api/testing/api_world.h"

namespace teahouse::api::widget_test {
namespace {

using testing::HeaderList;
using testing::Reply;
class WidgetApi : public testing::ApiWorld {
 protected:
  const HeaderList page_{{"Origin", "https://shop.example"}};
  std::string site_path(const char* rest) { return "/v1/sites/" + shop_.tenant->site_id + rest; }
  Reply guest(const HeaderList& headers, const std::string& form = {}) {
    return call("POST", site_path("/guests"), headers, form);
  }
};

TEST_F(WidgetApi, TellsWhatTheSiteIs) {
  const Reply config = call("GET", site_path("/widget"), page_);
  EXPECT_EQ(config.status, 200);
  EXPECT_EQ(config.text("domain"), "shop.example");
  EXPECT_EQ(config.text("websocket"), "ws://im.example/xmpp");
  for (const char* absent : {"lobby", "upload", "files", "file_bytes"}) {
    EXPECT_FALSE(config.json().as_object().contains(absent)) << absent << ": no module is here";
  }
  EXPECT_EQ(config.text("time"), format_time(base_.clock.wall_ms()));
  EXPECT_EQ(config.headers.value("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_TRUE(config.headers.has_token("Vary", "Origin"));
  EXPECT_EQ(call("GET", site_path("/widget")).status, 200);
  const Reply foreign = call("GET", site_path("/widget"), {{"Origin", "https://forum.example"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(foreign.headers.value("Access-Control-Allow-Origin"), "*");  // why not, any page may read
  EXPECT_EQ(call("GET", "/v1/sites/pk_none/widget").status, 404);
}

TEST_F(WidgetApi, ASecretInPlaceOfTheSiteIsToldToBePublic) {
  for (const std::string& secret : {shop_.api_key, shop_.signing_secret, std::string("sk_no_more")}) {
    for (const Reply& refused : {call("GET", "/v1/sites/" + secret + "/widget", page_),
                                 call("POST", "/v1/sites/" + secret + "/guests", page_)}) {
      EXPECT_EQ(refused.status, 404);
      EXPECT_NE(refused.detail().find("Revoke it at once"), std::string::npos) << refused.detail();
      EXPECT_EQ(refused.body.find(secret), std::string::npos);
      EXPECT_EQ(refused.headers.value("Access-Control-Allow-Origin"), "*");  // the page may read it
    }
  }
}

TEST_F(WidgetApi, SaysThatItIsSuspended) {
  as_operator("POST", "/operator/v1/tenants/shop/suspend", "reason=Not+paid.");
  const Reply config = call("GET", site_path("/widget"), page_);
  EXPECT_EQ(config.status, 200);
  EXPECT_EQ(config.json().at("notice").at("text"), "Not paid.");
  EXPECT_FALSE(config.json().at("guests").as_bool());
  const Reply refused = guest(page_);
  EXPECT_EQ(refused.code(), "tenant-suspended");
  EXPECT_EQ(refused.headers.value("Access-Control-Allow-Origin"), "https://shop.example");
}

TEST_F(WidgetApi, MakesGuestsAndKnowsThemAgain) {
  const Reply made = guest(page_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("user").size(), 14u);
  EXPECT_EQ(call("GET", "/v1/users/" + made.text("user"), bearer(made.text("token"), page_)).text("name").substr(0, 6),
            "Guest ");
  const Reply named = call("PUT", "/v1/users/" + made.text("user"), bearer(made.text("token"), page_), "name=Mercutio");
  EXPECT_EQ(named.text("name"), "Mercutio");
  EXPECT_EQ(named.headers.value("Access-Control-Allow-Origin"), "https://shop.example");
  // The old token's claim does not undo it.
  EXPECT_EQ(call("GET", "/v1/users/" + made.text("user"), bearer(made.text("token"), page_)).text("name"), "Mercutio");
  base_.clock.advance_ms(25LL * 24 * 3600 * 1000);
  EXPECT_EQ(call("GET", "/v1/users/" + made.text("user"), bearer(made.text("token"))).status, 401);
  const Reply again = guest(bearer(made.text("token"), page_));
  ASSERT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(again.text("user"), made.text("user"));
  EXPECT_EQ(verify_claims(again.text("token"), std::vector{shop_.signing_secret}, base_.clock.wall_ms() / 1000)->name,
            "Mercutio");
  base_.clock.advance_ms(40LL * 24 * 3600 * 1000);
  EXPECT_EQ(guest(bearer(again.text("token"), page_)).status, 401);
  EXPECT_NE(guest(page_).text("user"), made.text("user"));
}

TEST_F(WidgetApi, RefusesWhoIsNoGuestOfThisSite) {
  EXPECT_EQ(guest({}).status, 403);
  EXPECT_EQ(guest({{"Origin", "https://forum.example"}}).status, 403);
  EXPECT_EQ(guest({{"Origin", "null"}}).status, 403);
  EXPECT_EQ(guest(bearer(token(shop_, "ann"), page_)).status, 401);  // a user is no guest
  EXPECT_EQ(guest(bearer(token(forum_, "guest-abcdefgh"), page_)).status, 401);
  EXPECT_EQ(guest(bearer(token(shop_, "guest-abcdefgh", -600), page_)).status, 401);  // the site's own token is none
  const Reply long_name = guest(page_, "name=" + std::string(129, 'x'));
  EXPECT_EQ(long_name.status, 400);
  EXPECT_EQ(long_name.detail(), "The field 'name' is longer than 128 characters.");
  as_operator("PUT", "/operator/v1/tenants/shop", "guests=off");
  EXPECT_EQ(guest(page_).code(), "guests-off");
  as_operator("PUT", "/operator/v1/tenants/shop", "guests=on&origins=*");
  EXPECT_EQ(guest({}).status, 201);
  const Reply anywhere = guest({{"Origin", "https://any.example"}});
  EXPECT_EQ(anywhere.status, 201);
  EXPECT_EQ(anywhere.headers.value("Access-Control-Allow-Origin"), "https://any.example");
}

TEST_F(WidgetApi, GuestsAreLimited) {
  Reply last;
  for (int64_t i = 0; i <= PlanLimits{}.guests_per_h; ++i) last = guest(page_);
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.headers.value("Retry-After"), "60");
  EXPECT_EQ(guest(page_, "name=").status, 429);
}

TEST_F(WidgetApi, AnswersPreflights) {
  HeaderList headers = page_;
  headers.emplace_back("Access-Control-Request-Method", "POST");
  const Reply allowed = call("OPTIONS", site_path("/guests"), headers);
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.headers.value("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_TRUE(allowed.headers.has_token("Access-Control-Allow-Methods", "POST"));
  EXPECT_TRUE(allowed.headers.has_token("Access-Control-Allow-Headers", "Authorization"));
  const Reply user = call("OPTIONS", "/v1/users/ann", headers);
  EXPECT_EQ(user.headers.value("Access-Control-Allow-Methods"), "PUT, GET");
  EXPECT_EQ(user.headers.value("Allow"), "PUT, GET, HEAD, DELETE, OPTIONS");
}

// Headers that error reports and tracing add to every fetch of their page.
TEST_F(WidgetApi, APreflightAllowsTheHeadersThatThePageAsksFor) {
  const auto allowed = [this](std::string asked) {
    HeaderList headers = page_;
    headers.emplace_back("Access-Control-Request-Headers", asked);
    const Reply reply = call("OPTIONS", site_path("/guests"), headers);
    EXPECT_TRUE(reply.headers.has_token("Vary", "Access-Control-Request-Headers"));
    return std::string(reply.headers.value("Access-Control-Allow-Headers"));
  };
  const std::string reports = "authorization,baggage,sentry-trace,traceparent,x-datadog-trace-id";
  EXPECT_EQ(allowed(reports), reports);
  EXPECT_EQ(allowed("tracestate"), "tracestate");
  const std::string read = "Authorization, Content-Type, Idempotency-Key";
  EXPECT_EQ(allowed("a b"), read);
  EXPECT_EQ(allowed("a,,b"), read);
  EXPECT_EQ(allowed("<script>"), read);
  EXPECT_EQ(allowed(std::string(4097, 'x')), read);
  std::string many = "x";
  for (int i = 0; i < 100; ++i) many += ",x";
  EXPECT_EQ(allowed(many), read);
}

TEST_F(WidgetApi, APageThatIsNotAllowedMayReadWhyWhateverItsHeadersAre) {
  const HeaderList foreign{{"Origin", "https://forum.example"}, {"Access-Control-Request-Headers", "traceparent"}};
  const Reply preflight = call("OPTIONS", site_path("/widget"), foreign);
  EXPECT_EQ(preflight.headers.value("Access-Control-Allow-Origin"), "https://forum.example");
  EXPECT_EQ(preflight.headers.value("Access-Control-Allow-Headers"), "traceparent");
  const Reply refused = call("GET", site_path("/widget"), {{"Origin", "https://forum.example"}, {"traceparent", "00"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.headers.value("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(guest({{"Origin", "https://forum.example"}, {"traceparent", "00"}}).status, 403);
}

TEST_F(WidgetApi, APageOfElsewhereMayNotUseAToken) {
  const HeaderList foreign{{"Origin", "https://forum.example"}};
  const Reply refused = call("PUT", "/v1/users/ann", bearer(token(shop_, "ann"), foreign), "name=x");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "origin-not-allowed");
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann").text("name"), "ann");
  const Reply expired = call("GET", "/v1/users/ann", bearer(token(shop_, "ann", -600), page_));
  EXPECT_EQ(expired.status, 401);  // and the page may read why
  EXPECT_EQ(expired.headers.value("Access-Control-Allow-Origin"), "https://shop.example");
}

}  // namespace
}  // namespace teahouse::api::widget_test
