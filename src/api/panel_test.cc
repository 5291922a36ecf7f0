// The panel beside all other callers of the API: its cookie, the first operator, what roles open, a tenant opened as
// its owner. ann owns the shop, bob the forum, and eve is the operator.
#include "account/persons.h"
#include "api/testing/api_world.h"

namespace teahouse::api::panel_test {
namespace {

using testing::HeaderList;
using testing::Reply;

class PanelApi : public testing::ApiWorld {
 protected:
  PanelApi() {
    for (const auto& [email, role] :
         std::initializer_list<std::pair<std::string, std::string>>{{"ann@a.example", "role=owner&tenant=shop"},
                                                                    {"bob@b.example", "role=owner&tenant=forum"},
                                                                    {"eve@e.example", "role=operator"}}) {
      EXPECT_EQ(as_operator("POST", "/operator/v1/persons", credentials(email)).status, 201);
      EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/" + email + "/role", role).status, 200);
    }
  }
  static std::string credentials(const std::string& email) { return "password=a+long+password&email=" + email; }
  static HeaderList of_panel(HeaderList more = {}) {
    more.emplace_back("Teahouse-Panel", "1");
    more.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return more;
  }
  Reply sign_in(const std::string& email, HeaderList headers = of_panel()) {
    return call("POST", "/v1/persons/sessions", headers, credentials(email));
  }
  // "name=token", as the browser sends it back.
  std::string cookie_of(const std::string& email) {
    const std::string set(sign_in(email).headers.value("Set-Cookie"));
    return set.substr(0, set.find(';'));
  }
  Reply with(const std::string& cookie, const std::string& method, const std::string& path,
             const std::string& form = {}, HeaderList more = {}) {
    more.emplace_back("Cookie", cookie);
    return call(method, path, of_panel(std::move(more)), form);
  }
};

TEST_F(PanelApi, KeepsTheTokenFromScripts) {
  const Reply signed_in = sign_in("ann@a.example");
  EXPECT_EQ(signed_in.status, 201);
  const std::string set(signed_in.headers.value("Set-Cookie"));
  for (const char* part : {"teahouse-panel=ps_", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"}) {
    EXPECT_NE(set.find(part), std::string::npos) << part << " in " << set;
  }
  EXPECT_EQ(signed_in.body.find("ps_"), std::string::npos);
  const Reply by_program = sign_in("ann@a.example", {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_TRUE(by_program.headers.value("Set-Cookie").empty());
  EXPECT_TRUE(by_program.text("token").starts_with("ps_"));
}

TEST_F(PanelApi, TakesACookieFromItsOwnPageAlone) {
  const std::string ann = cookie_of("ann@a.example");
  const auto ask = [&](HeaderList headers) {
    headers.emplace_back("Cookie", ann);
    return call("GET", "/v1/persons/me", headers).status;
  };
  EXPECT_EQ(ask({{"Teahouse-Panel", "1"}}), 200);
  EXPECT_EQ(ask({{"Teahouse-Panel", "1"}, {"Sec-Fetch-Site", "same-origin"}}), 200);
  EXPECT_EQ(ask({}), 401) << "as a form of another page would";
  EXPECT_EQ(ask({{"Teahouse-Panel", "0"}}), 401);
  for (const char* site : {"cross-site", "same-site", "none", ""}) {
    EXPECT_EQ(ask({{"Teahouse-Panel", "1"}, {"Sec-Fetch-Site", site}}), 401) << site;
  }
  const Reply preflight = call("OPTIONS", "/v1/users/ann",
                               {{"Origin", "https://shop.example"},
                                {"Access-Control-Request-Method", "PUT"},
                                {"Access-Control-Request-Headers", "teahouse-panel"}});
  EXPECT_TRUE(preflight.headers.value("Access-Control-Allow-Credentials").empty());
  for (const std::string cookie : {"teahouse-panel", "teahouse-panel=", "teahouse-panel=ps_wrong", "=;;=;",
                                   "other=1; teahouse-panelx=ps_1", "__Host-teahouse-panel=ps_1"}) {
    EXPECT_EQ(with(cookie, "GET", "/v1/persons/me").status, 401) << cookie;
  }
  EXPECT_EQ(with("teahouse-panel=" + testing::operator_key_text, "GET", "/operator/v1/ping").status, 401)
      << "no key is in a cookie";
  EXPECT_EQ(with("a=b;  " + ann + "; c=d", "GET", "/v1/persons/me").text("email"), "ann@a.example");
}

TEST_F(PanelApi, SigningOutEndsTheSessionAndTheCookie) {
  const std::string ann = cookie_of("ann@a.example"), again = cookie_of("ann@a.example");
  const Reply out = with(ann, "DELETE", "/v1/persons/me/sessions/current");
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.headers.value("Set-Cookie").find("teahouse-panel=; "), std::string::npos);
  EXPECT_NE(out.headers.value("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(with(ann, "GET", "/v1/persons/me").status, 401);
  EXPECT_EQ(with(again, "GET", "/v1/persons/me").status, 200);
}

TEST_F(PanelApi, TheFirstOperatorComesOnceAndInTime) {
  const auto first = [&](const std::string& token, const std::string& email, const std::string& password) {
    return call("POST", "/v1/persons/first", of_panel(),
                "token=" + token + "&email=" + email + "&password=" + password);
  };
  const std::string early = persons_.begin_first();
  EXPECT_EQ(first(early, "zoe@z.example", "a+long+password").status, 403) << "eve is the operator";
  EXPECT_FALSE(call("GET", "/v1/panel").json().at("first").as_bool());
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/persons/eve@e.example").status, 204);
  EXPECT_TRUE(call("GET", "/v1/panel").json().at("first").as_bool());
  EXPECT_EQ(first(early, "zoe@z.example", "a+long+password").status, 403) << "it was taken";
  const std::string late = persons_.begin_first();
  base_.clock.advance_ms(int64_t{24} * 3600 * 1000);
  EXPECT_EQ(first(late, "zoe@z.example", "a+long+password").status, 403);
  const std::string replaced = persons_.begin_first(), token = persons_.begin_first();
  for (const std::string& wrong : {replaced, std::string("pf_"), token + "x", std::string(1000, 'a')}) {
    EXPECT_EQ(first(wrong, "zoe@z.example", "a+long+password").status, 403) << wrong;
  }
  EXPECT_EQ(first(token, "zoe@z.example", "short").status, 400);
  EXPECT_EQ(first(token, "ann@a.example", "a+long+password").status, 409);
  const Reply made = first(token, "zoe@z.example", "a+long+password");
  EXPECT_EQ(made.status, 201) << made.body;
  const std::string set(made.headers.value("Set-Cookie"));
  EXPECT_EQ(with(set.substr(0, set.find(';')), "GET", "/operator/v1/tenants").status, 200);
  EXPECT_EQ(first(token, "yak@y.example", "a+long+password").status, 403) << "once";
  EXPECT_EQ(as_operator("GET", "/operator/v1/persons/yak@y.example").status, 404);
}

TEST_F(PanelApi, TellsWhatRolesOpen) {
  const auto calls = [&](const std::string& cookie, HeaderList more) {
    std::set<std::string> all;
    const auto json = with(cookie, "GET", "/v1/persons/me/calls", "", std::move(more)).json();
    for (const auto& each : json.at("calls").as_array()) { all.insert(std::string(each.as_string().c_str())); }
    return all;
  };
  const std::string ann = cookie_of("ann@a.example"), eve = cookie_of("eve@e.example");
  const auto of_ann = calls(ann, {{"Teahouse-Tenant", "shop"}}), elsewhere = calls(ann, {{"Teahouse-Tenant", "forum"}});
  EXPECT_TRUE(of_ann.contains("PATCH /v1/tenant"));
  EXPECT_TRUE(of_ann.contains("GET /v1/persons/me"));
  EXPECT_FALSE(of_ann.contains("GET /operator/v1/tenants"));
  EXPECT_FALSE(elsewhere.contains("PATCH /v1/tenant"));
  EXPECT_EQ(elsewhere, calls(ann, {}));
  EXPECT_TRUE(calls(eve, {}).contains("GET /operator/v1/tenants"));
  EXPECT_FALSE(calls(eve, {{"Teahouse-Tenant", "shop"}}).contains("GET /v1/users"));
  EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/ann@a.example/role", "role=read&tenant=shop").status, 200);
  const auto reading = calls(ann, {{"Teahouse-Tenant", "shop"}});
  EXPECT_TRUE(reading.contains("GET /v1/users"));
  EXPECT_FALSE(reading.contains("PUT /v1/users/{id}"));
}

TEST_F(PanelApi, TheOperatorOpensATenantAsItsOwnerForAnHour) {
  const std::string eve = cookie_of("eve@e.example"), other = cookie_of("eve@e.example");
  const HeaderList shop = {{"Teahouse-Tenant", "shop"}}, forum = {{"Teahouse-Tenant", "forum"}};
  EXPECT_EQ(with(eve, "GET", "/v1/users", "", shop).status, 403);
  EXPECT_EQ(with(eve, "POST", "/operator/v1/tenants/nobody/open").status, 404);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/open").status, 403) << "a key is nobody";
  EXPECT_EQ(with(cookie_of("ann@a.example"), "POST", "/operator/v1/tenants/forum/open").status, 403);
  EXPECT_EQ(with(eve, "POST", "/operator/v1/tenants/shop/open").status, 204);
  EXPECT_EQ(with(eve, "GET", "/v1/users", "", shop).status, 200);
  EXPECT_EQ(with(eve, "GET", "/v1/users").status, 403) << "it is named each time";
  EXPECT_EQ(with(eve, "GET", "/v1/users", "", forum).status, 403);
  EXPECT_EQ(with(other, "GET", "/v1/users", "", shop).status, 403) << "this session alone";
  const std::string audit = as_operator("GET", "/operator/v1/audit?tenant=shop").body;
  EXPECT_NE(audit.find("tenant.open"), std::string::npos);
  EXPECT_NE(audit.find("person:eve@e.example"), std::string::npos);
  EXPECT_EQ(as_operator("GET", "/operator/v1/audit?tenant=forum").body.find("tenant.open"), std::string::npos);
  base_.clock.advance_ms(3600 * 1000);
  EXPECT_EQ(with(eve, "GET", "/v1/users", "", shop).status, 403);
}

TEST_F(PanelApi, AnOwnerSetsWhatIsTheirsOfTheSite) {
  const std::string ann = cookie_of("ann@a.example");
  EXPECT_EQ(with(ann, "PATCH", "/v1/tenant", "title=Tea&guests=off").status, 200);
  EXPECT_EQ(with(ann, "GET", "/v1/tenant").text("title"), "Tea");
  EXPECT_NE(base_.tenants.find("forum")->title, "Tea") << "the other is as it was";
  for (const char* field :
       {"plan=large", "name=x", "modules_off=blocking", "admins=ann@shop.example", "domain=x.example"}) {
    EXPECT_EQ(with(ann, "PATCH", "/v1/tenant", field).status, 400) << field;
  }
  EXPECT_EQ(with(ann, "PATCH", "/v1/tenant", "origins=nonsense").status, 400);
}

TEST_F(PanelApi, TellsWhatIsDoneOfTheFirstSteps) {
  const auto done = [&](const testing::Site& site) {
    std::string all;
    const auto json = with_key(site, "GET", "/v1/steps").json();
    for (const auto& step : json.at("steps").as_array()) {
      if (step.at("done").as_bool()) all += std::string(step.at("step").as_string().c_str()) + " ";
    }
    return all;
  };
  const std::string widget = "/v1/sites/" + shop_.tenant->site_id + "/widget";
  EXPECT_EQ(done(shop_), "origins ");
  EXPECT_EQ(call("GET", widget).status, 200);
  EXPECT_EQ(call("GET", widget, {{"Origin", "https://else.example"}}).status, 403);
  EXPECT_EQ(done(shop_), "origins ") << "no page of the shop's has asked";
  EXPECT_EQ(call("GET", widget, {{"Origin", "https://shop.example"}}).status, 200);
  EXPECT_EQ(done(shop_), "origins widget ");
  shop_.tenant->meter->messages = 1;
  EXPECT_EQ(done(shop_), "origins widget message ");
  shop_.tenant->meter->messages = 0;
  FirstSteps later(*base_.control, base_.clock);
  EXPECT_TRUE(later.load_all());
  EXPECT_TRUE(later.has(shop_.tenant->id, FirstStep::message)) << "also after a restart";
  EXPECT_FALSE(later.has(forum_.tenant->id, FirstStep::message));
  EXPECT_EQ(done(forum_), "origins ");
}

TEST_F(PanelApi, TenantsAreSearchedAndToldByTheirState) {
  const auto names = [&](const std::string& query) {
    std::string all;
    const auto json = as_operator("GET", "/operator/v1/tenants?" + query).json();
    for (const auto& tenant : json.at("tenants").as_array()) {
      all += std::string(tenant.at("name").as_string().c_str()) + " ";
    }
    return all;
  };
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/tenants/forum", "title=Old+Books").status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/suspend", "reason=Bill").status, 200);
  EXPECT_EQ(names("search=SHOP.ex"), "shop ");
  EXPECT_EQ(names("search=books"), "forum ");
  EXPECT_EQ(names("search=o"), "forum shop ");
  EXPECT_EQ(names("search=nothing"), "");
  EXPECT_EQ(names("state=suspended"), "shop ");
  EXPECT_EQ(names("state=active&search=o"), "forum ");
  EXPECT_EQ(names("plan=default"), "forum shop ");
  EXPECT_EQ(names("plan=large"), "");
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants?state=asleep").status, 400);
}

TEST_F(PanelApi, AResellerSetsItsBrandAlone) {
  for (const char* name : {"acme", "zeta"}) {
    EXPECT_EQ(as_operator("POST", "/operator/v1/resellers", "tenants=2&name=" + std::string(name)).status, 201);
  }
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/resellers/acme", "panel_host=127.0.0.1").status, 400);
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/resellers/acme", "panel_host=panel.acme.example").status, 200);
  EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/bob@b.example/role", "role=reseller&reseller=acme").status, 200);
  const std::string bob = cookie_of("bob@b.example"), own = "/operator/v1/resellers/acme/brand";
  EXPECT_EQ(with(bob, "PATCH", own, "title=Acme+Chat&support=help@acme.example").status, 200);
  EXPECT_EQ(with(bob, "PATCH", own, "tenants=99").status, 400);
  EXPECT_EQ(with(bob, "PATCH", own, "support=nobody").status, 400);
  EXPECT_EQ(with(bob, "PATCH", "/operator/v1/resellers/zeta/brand", "title=Mine").status, 404);
  EXPECT_EQ(with(bob, "PATCH", "/operator/v1/resellers/acme", "tenants=99").status, 403);
  EXPECT_EQ(as_operator("GET", "/operator/v1/resellers/acme").text("title"), "Acme Chat");
  EXPECT_EQ(as_operator("GET", "/operator/v1/resellers/zeta").text("title"), "zeta");
  EXPECT_EQ(call("GET", "/v1/panel").body.find("Acme"), std::string::npos) << "its panel is at another host";
}

}  // namespace
}  // namespace teahouse::api::panel_test
