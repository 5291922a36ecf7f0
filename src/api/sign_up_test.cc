// Sign-ups over HTTP: ann, who gets a site, and bob, an owner of the shop, who gets nothing of it.
#include "api/testing/api_world.h"
#include "sign_up/testing/solve.h"

namespace teahouse::api::sign_up_test {
namespace {

using testing::HeaderList;
using testing::Reply;

class SignUpApi : public testing::ApiWorld {
 protected:
  SignUpApi() {
    sign_up::Settings settings;
    settings.plan = "default";
    settings.domain = "host.example";
    settings.per_address_per_h = 3;
    open_ = std::make_unique<sign_up::SignUps>(
        sign_up::SignUps::Parts{*base_.control, base_.clock, base_.audit, base_.tenants, persons_}, settings,
        sign_up::MailDomains());
    open_->set_origin("http://im.example");
    open_->set_mail_soon([] {});
    first_.run([this] { context_->sign_ups = open_.get(); });
    EXPECT_EQ(as_operator("POST", "/operator/v1/persons", "email=bob@b.example&password=a+long+password").status, 201);
    EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/bob@b.example/role", "role=owner&tenant=shop").status, 200);
  }
  Reply post(const std::string& path, const std::string& form, HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return call("POST", path, headers, form);
  }
  Reply order(const std::string& form) {
    const std::string puzzle = call("GET", "/v1/sign-up").text("puzzle");
    return post("/v1/sign-up", form + "&puzzle=" + puzzle + "&answer=" + sign_up::testing::solve(puzzle));
  }
  std::string last_token() {
    const auto answer = base_.control->execute_now({"SELECT body FROM mail_queue ORDER BY number DESC LIMIT 1", {}});
    const std::string text = answer->rows.empty() ? "" : store::as_text(answer->rows[0][0]);
    const size_t at = text.find("#su_");
    return at == text.npos ? "" : text.substr(at + 1, text.find('\n', at) - at - 1);
  }
  static std::string proof(const std::string& token) { return "password=a+long+password&token=" + token; }

  std::unique_ptr<sign_up::SignUps> open_;
};

TEST_F(SignUpApi, FromAnOrderToTheEmbedCode) {
  const auto offer = call("GET", "/v1/sign-up").json();
  EXPECT_TRUE(offer.at("open").as_bool());
  EXPECT_EQ(offer.at("domain").as_string(), "host.example");
  const Reply ordered = order("email=ann@a.example&name=Ann%27s+Tea&page=https%3A%2F%2Ftea.example%2F");
  EXPECT_EQ(ordered.status, 202) << ordered.body;
  EXPECT_EQ(ordered.text("domain"), "anns-tea.host.example");
  const std::string token = last_token();
  EXPECT_EQ(ordered.body.find(token), std::string::npos);
  const auto looked = post("/v1/sign-up/look", "token=" + token).json();
  EXPECT_EQ(looked.at("email").as_string(), "ann@a.example");
  EXPECT_FALSE(looked.at("known").as_bool());

  const Reply made = post("/v1/sign-up/site", proof(token), {{"Teahouse-Panel", "1"}});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.find("ps_"), std::string::npos) << "no script sees the session";
  const std::string cookie(made.headers.value("Set-Cookie"));
  EXPECT_NE(cookie.find("HttpOnly; SameSite=Strict"), std::string::npos);
  const std::string site = made.text("site");
  EXPECT_EQ(made.text("embed"),
            "<script async crossorigin src=\"http://im.example/w.js\" data-site=\"" + site + "\"></script>\n");
  EXPECT_EQ(call("GET", "/v1/sites/" + site + "/widget", {{"Origin", "https://tea.example"}}).status, 200);

  const HeaderList hers = {{"Teahouse-Panel", "1"}, {"Cookie", cookie.substr(0, cookie.find(';'))}};
  EXPECT_EQ(call("GET", "/v1/users", hers).status, 200);
  EXPECT_EQ(call("GET", "/v1/persons/me", hers).json().at("roles").as_array().size(), 1u);
  HeaderList at_shop = hers;
  at_shop.emplace_back("Teahouse-Tenant", "shop");
  EXPECT_EQ(call("GET", "/v1/users", at_shop).status, 403);
  const std::string bob = post("/v1/persons/sessions", "email=bob@b.example&password=a+long+password").text("token");
  EXPECT_EQ(call("GET", "/v1/users", bearer(bob, {{"Teahouse-Tenant", "anns-tea"}})).status, 403);
  EXPECT_EQ(post("/v1/sign-up/site", proof(token)).text("tenant"), "anns-tea") << "the answer was lost";
  EXPECT_EQ(post("/v1/sign-up/site", "password=wrong+password&token=" + token).status, 403);
}

TEST_F(SignUpApi, ACookieIsForThePanelsOwnPageAlone) {
  EXPECT_EQ(order("email=ann@a.example&name=Ann%27s+Tea").status, 202);
  const Reply made =
      post("/v1/sign-up/site", proof(last_token()), {{"Teahouse-Panel", "1"}, {"Sec-Fetch-Site", "cross-site"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.headers.find("Set-Cookie"), nullptr);
  EXPECT_EQ(made.headers.find("Access-Control-Allow-Origin"), nullptr);
  EXPECT_EQ(call("OPTIONS", "/v1/sign-up/site", {{"Origin", "https://evil.example"}})
                .headers.find("Access-Control-Allow-Origin"),
            nullptr);
}

TEST_F(SignUpApi, AnswersAlikeAndCounts) {
  const Reply known = order("email=bob@b.example&name=Verona"), unknown = order("email=ann@a.example&name=Verona");
  EXPECT_EQ(known.status, 202);
  EXPECT_EQ(known.body, unknown.body);
  EXPECT_EQ(order("email=ann@a.example&name=sh0p").status, 409);
  EXPECT_EQ(order("email=ann@a.example&name=").status, 400);
  EXPECT_EQ(order("email=ann%0d%0aBcc:x@a.example&name=Tea").status, 400);
  EXPECT_EQ(order("email=ann@a.example&name=Tea&key=rk_1&x=1").status, 400);
  EXPECT_EQ(post("/v1/sign-up", "email=ann@a.example&name=Tea&puzzle=1&answer=1").status, 400);
  EXPECT_EQ(order("email=eve@e.example&name=Verona").status, 202);
  const Reply late = order("email=mary@e.example&name=Verona");
  EXPECT_EQ(late.status, 429) << "the fourth that was good";
  EXPECT_EQ(late.headers.value("Retry-After"), "1200");
  int guesses = 0;
  while (guesses < 100 && post("/v1/sign-up/site", proof("su_" + std::to_string(guesses))).status == 403) ++guesses;
  EXPECT_LT(guesses, 61) << "tokens are not guessed";
  EXPECT_EQ(post("/v1/sign-up/look", "token=su_1").status, 429);
  EXPECT_EQ(base_.tenants.list().size(), 2u);
}

TEST_F(SignUpApi, TheOperatorSwitchesItOffAndOn) {
  EXPECT_EQ(as_operator("PUT", "/operator/v1/sign-up").status, 400);
  EXPECT_EQ(with_key(shop_, "PUT", "/operator/v1/sign-up", "on=false").status, 401);
  EXPECT_FALSE(as_operator("PUT", "/operator/v1/sign-up", "on=false").json().at("on").as_bool());
  EXPECT_EQ(call("GET", "/v1/sign-up").body, "{\"open\":false}");
  EXPECT_EQ(post("/v1/sign-up", "email=ann@a.example&name=Tea&puzzle=1&answer=1").code(), "sign-up-closed");
  EXPECT_TRUE(as_operator("PUT", "/operator/v1/sign-up", "on=true").json().at("on").as_bool());
  EXPECT_EQ(order("email=ann@a.example&name=Tea").status, 202);
  EXPECT_EQ(as_operator("GET", "/operator/v1/sign-up").json().at("waiting").as_int64(), 1);
}

}  // namespace
}  // namespace teahouse::api::sign_up_test
