// Two resellers with two tenants each, over HTTP.
#include "api/testing/api_world.h"

namespace teahouse::api::resellers_test {
namespace {

using testing::Reply;

class ResellerApi : public testing::ApiWorld {
 protected:
  ResellerApi() {
    for (const char* name : {"acme", "zeta"}) {
      const Reply made = as_operator("POST", "/operator/v1/resellers",
                                     "tenants=3&title=The+Seller&support=help@a.example&name=" + std::string(name));
      EXPECT_EQ(made.status, 201) << made.body;
      keys_[name] = made.text("api_key");
      for (const char* part : {"one", "two"}) {
        const Reply tenant = by(name, "POST", "/operator/v1/tenants", form(std::string(name) + "-" + part));
        EXPECT_EQ(tenant.status, 201) << tenant.body;
        api_keys_[std::string(name) + "-" + part] = tenant.text("api_key");
      }
    }
  }

  static std::string form(const std::string& name) { return "name=" + name + "&domain=" + name + ".example"; }
  Reply by(const std::string& reseller, const std::string& method, const std::string& path,
           const std::string& fields = {}) {
    return call(method, path, bearer(keys_[reseller]), fields);
  }
  static std::vector<std::string> names(const Reply& reply, const char* rows) {
    std::vector<std::string> all;
    const auto json = reply.json();
    for (const auto& row : json.at(rows).as_array()) all.emplace_back(row.at("name").as_string().c_str());
    return all;
  }
  using Names = std::vector<std::string>;

  std::map<std::string, std::string> keys_, api_keys_;
};

TEST_F(ResellerApi, ListsHaveItsOwnAlone) {
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/tenants"), "tenants"), (Names{"acme-one", "acme-two"}));
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/tenants?reseller=acme"), "tenants"), (Names{"acme-one", "acme-two"}));
  EXPECT_EQ(by("acme", "GET", "/operator/v1/tenants?reseller=zeta").status, 404);
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/tenants?domain=zeta-one.example"), "tenants"), Names{});
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/tenants?domain=shop.example"), "tenants"), Names{});
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/plans"), "plans"), Names{"default"});
  const Reply page = by("acme", "GET", "/operator/v1/tenants?limit=1");
  EXPECT_EQ(names(by("acme", "GET", "/operator/v1/tenants?cursor=" + page.text("next_cursor")), "tenants"),
            Names{"acme-two"});
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/tenants?reseller=zeta"), "tenants"),
            (Names{"zeta-one", "zeta-two"}));
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/tenants"), "tenants"),
            (Names{"acme-one", "acme-two", "forum", "shop", "zeta-one", "zeta-two"}));
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/plans"), "plans"), Names{"default"});
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/plans?reseller=zeta"), "plans"), Names{"zeta.default"});
  EXPECT_EQ(as_operator("GET", "/operator/v1/plans?reseller=none").status, 404);
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/resellers"), "resellers"), (Names{"acme", "zeta"}));
  EXPECT_EQ(names(as_operator("GET", "/operator/v1/resellers?limit=1&cursor=acme"), "resellers"), Names{"zeta"});
}

TEST_F(ResellerApi, PlansAreItsOwn) {
  EXPECT_EQ(by("acme", "PUT", "/operator/v1/plans/small", "accounts=5").status, 201);
  EXPECT_EQ(by("zeta", "PUT", "/operator/v1/plans/small", "accounts=7").status, 201);
  EXPECT_EQ(by("acme", "GET", "/operator/v1/plans/small").json().at("limits").at("accounts").as_int64(), 5);
  EXPECT_EQ(by("acme", "GET", "/operator/v1/plans/zeta.small").status, 404);
  EXPECT_EQ(by("acme", "PUT", "/operator/v1/plans/zeta.small", "accounts=1").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/plans/small").status, 404);
  EXPECT_EQ(as_operator("GET", "/operator/v1/plans/zeta.small").json().at("limits").at("accounts").as_int64(), 7);
  const Reply changed = by("acme", "PATCH", "/operator/v1/tenants/acme-one", "plan=small");
  EXPECT_EQ(changed.text("plan"), "small");
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/acme-one").text("plan"), "acme.small");
  EXPECT_EQ(call("GET", "/v1/usage", bearer(api_keys_["acme-one"])).text("plan"), "small");
  EXPECT_EQ(base_.tenants.find("acme-one")->limits().accounts, 5);
  EXPECT_EQ(by("acme", "PUT", "/operator/v1/plans/small", "accounts=6").status, 200);
  EXPECT_EQ(base_.tenants.find("acme-one")->limits().accounts, 6) << "at once";
  EXPECT_EQ(by("acme", "PATCH", "/operator/v1/tenants/acme-one", "plan=zeta.small").status, 400);
}

TEST_F(ResellerApi, DoesToATenantWhatAnOrderSaysAndNoMore) {
  const std::string one = "/operator/v1/tenants/acme-one";
  EXPECT_EQ(by("acme", "PATCH", one, "title=One&guests=on").text("title"), "One");
  for (const char* fields : {"admins=ann@acme-one.example", "hosts=[]", "modules_off=muc", "device_days=3"}) {
    EXPECT_EQ(by("acme", "PATCH", one, fields).status, 403) << fields;
  }
  EXPECT_EQ(by("acme", "GET", one + "/usage").status, 200);
  EXPECT_EQ(
      by("acme", "POST", "/operator/v1/tenants", form("acme-three") + "&contacts=abuse=mailto:a@b.example").status,
      403);
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants", form("acme-three") + "&reseller=zeta").status, 404);
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants", form("acme-three") + "&reseller=acme").status, 201);
  const Reply full = by("acme", "POST", "/operator/v1/tenants", form("acme-four"));
  EXPECT_EQ(full.status, 403);
  EXPECT_EQ(full.code(), "resource-constraint");
  EXPECT_EQ(by("acme", "DELETE", "/operator/v1/tenants/acme-three").status, 204);
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants", form("acme-four")).status, 201);
}

TEST_F(ResellerApi, IsToldThatANameIsTakenAndNotByWhom) {
  for (const char* fields : {"name=zeta-one&domain=x.example", "name=x&domain=zeta-one.example",
                             "name=x&domain=shop.example", "name=x&domain=rooms.shop.example"}) {
    const Reply reply = by("acme", "POST", "/operator/v1/tenants", fields);
    EXPECT_EQ(reply.status, 409) << fields;
    EXPECT_EQ(reply.detail(), "The name or a domain of the tenant is taken already. Choose another.");
  }
}

TEST_F(ResellerApi, IsSuspendedAsAWhole) {
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants/acme-one/suspend", "reason=Bill").text("suspended_by"),
            "reseller");
  EXPECT_EQ(as_operator("POST", "/operator/v1/resellers/acme/suspend", "reason=Gone").status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/resellers/acme/suspend").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/acme-two").text("suspended_by"), "with reseller");
  EXPECT_EQ(by("acme", "GET", "/operator/v1/tenants").code(), "reseller-suspended");
  for (const char* tenant : {"acme-one", "acme-two"}) {
    EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_[tenant])).code(), "tenant-suspended") << tenant;
  }
  EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_["zeta-one"])).status, 200);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users").status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/resellers/acme/resume").status, 200);
  EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_["acme-one"])).code(), "tenant-suspended");
  EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_["acme-two"])).status, 200);
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants/acme-one/resume").status, 200);
  EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_["acme-one"])).status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/acme-one/suspend", "reason=Abuse").status, 200);
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants/acme-one/resume").status, 403);
}

TEST_F(ResellerApi, ShowsWhatIsGivenAwayAndUsed) {
  EXPECT_EQ(as_operator("PATCH", "/operator/v1/resellers/acme", "accounts=5000&oversell_percent=200").status, 200);
  const Reply own = by("acme", "GET", "/operator/v1/resellers/acme");
  EXPECT_EQ(own.status, 200);
  const auto accounts = own.json().at("limits").at("accounts");
  EXPECT_EQ(boost::json::serialize(accounts), R"({"limit":5000,"given":2000,"used":0})");
  EXPECT_EQ(boost::json::serialize(own.json().at("tenants")), R"({"limit":3,"given":2})");
  EXPECT_EQ(own.text("support"), "help@a.example");
  EXPECT_EQ(by("acme", "GET", "/operator/v1/resellers/zeta").status, 404);
  EXPECT_EQ(by("acme", "PATCH", "/operator/v1/resellers/acme", "tenants=9").status, 403);
  EXPECT_EQ(as_operator("POST", "/operator/v1/resellers", "name=late").detail(),
            "The field 'tenants' is missing: how many tenants the reseller may have.");
}

TEST_F(ResellerApi, MovesAndRemoves) {
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/resellers/acme").status, 409);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/acme-one/move", "reseller=zeta").text("reseller"), "zeta");
  EXPECT_EQ(by("acme", "GET", "/operator/v1/tenants/acme-one").status, 404);
  EXPECT_EQ(by("zeta", "GET", "/operator/v1/tenants/acme-one").text("plan"), "default");
  EXPECT_EQ(by("acme", "POST", "/operator/v1/tenants/acme-two/move", "reseller=zeta").status, 403);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/acme-two/move").status, 200);
  EXPECT_EQ(call("GET", "/v1/users", bearer(api_keys_["acme-two"])).status, 200);
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/resellers/acme").status, 204);
  EXPECT_EQ(by("acme", "GET", "/operator/v1/tenants").status, 401);
  EXPECT_EQ(as_operator("GET", "/operator/v1/resellers/acme").status, 404);
}

TEST_F(ResellerApi, KeysDoNotBelongInAUrlAndAnswersOfOneAreNotAnothers) {
  EXPECT_EQ(call("GET", "/operator/v1/tenants?_x=" + keys_["acme"], bearer(keys_["acme"])).status, 400);
  const testing::HeaderList again = {{"Idempotency-Key", "order-1"}};
  const std::string fields = form("late");
  const Reply first = call("POST", "/operator/v1/tenants", bearer(keys_["acme"], again), fields);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(call("POST", "/operator/v1/tenants", bearer(keys_["acme"], again), fields).body, first.body);
  EXPECT_EQ(call("POST", "/operator/v1/tenants", bearer(keys_["zeta"], again), fields).status, 409);
}

}  // namespace
}  // namespace teahouse::api::resellers_test
