#include "api/testing/api_world.h"

namespace teahouse::api::operator_test {
namespace {

using testing::Reply;
class OperatorApi : public testing::ApiWorld {};

TEST_F(OperatorApi, MakesATenantThatWorksAtOnce) {
  const Reply made = as_operator("POST", "/operator/v1/tenants",
                                 "name=cafe&domain=Cafe.example&title=The+Caf%C3%A9&origins[]=https://cafe.example");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("domain"), "cafe.example");
  EXPECT_EQ(made.text("rooms_domain"), "rooms.cafe.example");
  EXPECT_EQ(boost::json::serialize(made.json().at("hosts")),
            R"([{"domain":"cafe.example","kind":"accounts"},{"domain":"rooms.cafe.example","kind":"rooms"},)"
            R"({"domain":"upload.cafe.example","kind":"upload"},)"
            R"({"domain":"pubsub.cafe.example","kind":"pubsub"},)"
            R"({"domain":"proxy.cafe.example","kind":"proxy"},{"domain":"calls.cafe.example","kind":"calls"}])");
  EXPECT_TRUE(made.text("site").starts_with("pk_"));
  EXPECT_TRUE(made.text("api_key").starts_with("sk_"));
  EXPECT_TRUE(made.text("signing_secret").starts_with("ss_"));
  EXPECT_EQ(call("GET", "/v1/users", bearer(made.text("api_key"))).status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", "name=cafe&domain=other.example").status, 409);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", "name=other&domain=rooms.cafe.example").status, 409);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", "name=Bad+Name&domain=x.example").status, 400);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", "name=x").detail(), "The field 'domain' is missing.");
  const Reply shown = as_operator("GET", "/operator/v1/tenants/cafe");
  EXPECT_EQ(shown.text("title"), "The Café");
  EXPECT_EQ(shown.body.find("sk_"), std::string::npos);
  EXPECT_EQ(shown.body.find("ss_"), std::string::npos);
}

TEST_F(OperatorApi, MakesASnapshotForTheOperatorAlone) {
  const Reply made = as_operator("POST", "/operator/v1/snapshot");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("house"), "house-1");
  for (int turn = 0; turn < 2; ++turn) {  // what the first one has made may be gone
    const Reply again =
        call("POST", "/operator/v1/snapshot", bearer(testing::operator_key_text, {{"Idempotency-Key", "nightly"}}));
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.headers.find("Idempotent-Replayed"), nullptr);
  }
  EXPECT_EQ(as_operator("POST", "/operator/v1/snapshot", "to=/etc").status, 400);
  EXPECT_EQ(with_key(shop_, "POST", "/operator/v1/snapshot").status, 401);
}

TEST_F(OperatorApi, ListsByPagesAndDomain) {
  make_site("cafe", "cafe.example", "https://cafe.example");
  const Reply first = as_operator("GET", "/operator/v1/tenants?limit=2");
  EXPECT_EQ(first.json().at("tenants").as_array().size(), 2u);
  const Reply second = as_operator("GET", "/operator/v1/tenants?limit=2&cursor=" + first.text("next_cursor"));
  ASSERT_EQ(second.json().at("tenants").as_array().size(), 1u);
  EXPECT_FALSE(second.json().as_object().contains("next_cursor"));
  EXPECT_EQ(second.json().at("tenants").at(0).at("name"), "shop");
  const Reply of_domain = as_operator("GET", "/operator/v1/tenants?domain=Forum.example");
  ASSERT_EQ(of_domain.json().at("tenants").as_array().size(), 1u);
  EXPECT_EQ(of_domain.json().at("tenants").at(0).at("name"), "forum");
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants?limit=0").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants?page=2").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants?_=17").status, 200);
}

TEST_F(OperatorApi, ChangesWhatIsGiven) {
  EXPECT_EQ(as_operator("PUT", "/operator/v1/plans/small", "accounts=2&api_calls_per_min=5").status, 201);
  EXPECT_EQ(as_operator("PUT", "/operator/v1/plans/small", "rooms=1").json().at("limits").at("accounts").as_int64(), 2);
  EXPECT_EQ(as_operator("PUT", "/operator/v1/plans/small", "rooms=many").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/plans/none").status, 404);
  EXPECT_EQ(as_operator("GET", "/operator/v1/plans").json().at("plans").as_array().size(), 2u);
  testing::HeaderList headers = bearer(testing::operator_key_text);
  headers.back().second = "application/json";
  const Reply changed = call("PATCH", "/operator/v1/tenants/shop", headers,
                             R"({"plan":"small","theme":{"color":"#0a7"},"guests":false,"origins":[]})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.text("plan"), "small");
  EXPECT_EQ(changed.json().at("theme").at("color"), "#0a7");
  EXPECT_FALSE(changed.json().at("guests").as_bool());
  EXPECT_EQ(changed.text("title"), "shop");
  EXPECT_EQ(as_operator("PUT", "/operator/v1/tenants/shop", "plan=none").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/forum").text("plan"), "default");
}

TEST_F(OperatorApi, SuspendsAndResumes) {
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/suspend").status, 400);  // no reason
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/suspend", "reason=Not+paid.").status, 200);
  const Reply refused = with_key(shop_, "GET", "/v1/users");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "tenant-suspended");
  EXPECT_NE(refused.detail().find("Not paid."), std::string::npos);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann").code(), "tenant-suspended");
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users").status, 200);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/resume").status, 200);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users").status, 200);
}

TEST_F(OperatorApi, RemovingLeavesNothing) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=hello").status, 201);
  EXPECT_EQ(with_key(forum_, "POST", "/v1/messages", "to=user:ann&text=hello").status, 201);
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/tenants/shop").status, 204);
  EXPECT_EQ(base_.rows_of(shop_.tenant->id), "none");
  std::vector<std::string> rows;
  const auto collect = [&rows](std::string row) { rows.push_back(std::move(row)); };
  EXPECT_TRUE(base_.wait(data_.export_tenant(base_.home, shop_.tenant->id, collect)));
  EXPECT_TRUE(rows.empty());
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users").status, 401);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann").status, 401);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/shop").status, 404);
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/tenants/shop").status, 404);
  EXPECT_EQ(with_key(forum_, "GET", "/v1/users/ann/messages").json().at("messages").as_array().size(), 1u);
}

TEST_F(OperatorApi, KeepsAccounts) {
  const std::string accounts = "/operator/v1/tenants/shop/accounts";
  EXPECT_EQ(as_operator("POST", accounts, "localpart=Cleo&password=pharaoh&name=Cleo").status, 201);
  const Reply again = as_operator("POST", accounts, "localpart=cleo&password=x");
  EXPECT_EQ(again.status, 409);
  EXPECT_FALSE(again.detail().empty());
  EXPECT_EQ(as_operator("GET", accounts).json().at("accounts").as_array().size(), 3u);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/forum/accounts").json().at("accounts").as_array().size(), 2u);
  EXPECT_EQ(as_operator("PUT", accounts + "/cleo/password", "password=asp").status, 204);
  EXPECT_TRUE(base_.wait(accounts_.check_password(base_.home, shop_.tenant, "cleo", "asp")).has_value());
  EXPECT_EQ(as_operator("PUT", accounts + "/nobody/password", "password=asp").status, 404);
  EXPECT_EQ(as_operator("PUT", accounts + "/cleo/password", "password=a%09sp").status, 400);
  EXPECT_EQ(as_operator("POST", accounts, "localpart=iras&password=" + std::string(1024, 'x')).status, 400);
  EXPECT_EQ(as_operator("DELETE", accounts + "/iras").status, 404);
  EXPECT_EQ(as_operator("DELETE", accounts + "/Cleo").status, 204);
  EXPECT_EQ(as_operator("DELETE", accounts + "/cleo").status, 404);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/none/accounts").status, 404);
}

TEST_F(OperatorApi, KeysUsageAndAudit) {
  const Reply made = as_operator("POST", "/operator/v1/tenants/shop/keys", "label=cron");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(call("GET", "/v1/keys", bearer(made.text("api_key"))).json().at("keys").as_array().size(), 2u);
  const std::string key = "/operator/v1/tenants/shop/keys/" + std::to_string(made.json().at("id").as_int64());
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/tenants/forum/keys/" + std::to_string(made.json().at("id").as_int64()))
                .status,
            404);
  EXPECT_EQ(as_operator("DELETE", key).status, 204);
  EXPECT_EQ(as_operator("DELETE", key).status, 404);
  EXPECT_EQ(call("GET", "/v1/keys", bearer(made.text("api_key"))).status, 401);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/signing-secrets").status, 201);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann").status, 200);  // the one before it is still good
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/signing-secrets").status, 201);
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann").status, 401);
  EXPECT_EQ(
      as_operator("GET", "/operator/v1/tenants/shop/usage").json().at("limits").at("accounts").at("used").as_int64(),
      2);
  EXPECT_GE(as_operator("GET", "/operator/v1/audit?tenant=shop").json().at("lines").as_array().size(), 4u);
  EXPECT_EQ(as_operator("GET", "/operator/v1/audit").json().at("lines").as_array().size(), 0u);
  EXPECT_EQ(as_operator("GET", "/operator/v1/ping").status, 200);
  EXPECT_EQ(as_operator("PUT", "/operator/v1/tenants/shop/certificate", "chain=x&private_key=y").status, 400);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/shop/certificate").status, 200);
}

}  // namespace
}  // namespace teahouse::api::operator_test
