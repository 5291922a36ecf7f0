// Exports and imports over HTTP: who may, what they get, and what is noted.
#include "api/testing/api_world.h"

namespace teahouse::api::exports_test {
namespace {

using testing::Reply;

class ExportsApi : public testing::ApiWorld {
 protected:
  Reply import(const std::string& body, const std::string& query = {}, const std::string& key = {}) {
    return call("POST", "/operator/v1/tenants/import" + query,
                {{"Authorization", "Bearer " + (key.empty() ? testing::operator_key_text : key)},
                 {"Content-Type", "application/x-tar"}},
                body);
  }
  bool is_noted(const std::string& tenant, const std::string& action) {
    const std::string query = tenant.empty() ? "" : "?tenant=" + tenant;
    return as_operator("GET", "/operator/v1/audit" + query).body.find(action) != std::string::npos;
  }
};

TEST_F(ExportsApi, AnOwnerHasTheirTenantAndNobodyElseHas) {
  EXPECT_EQ(with_key(shop_, "POST", "/v1/messages", "to=user:ann&text=tea+for+ann").status, 201);
  EXPECT_EQ(with_key(forum_, "POST", "/v1/messages", "to=user:ann&text=words+of+the+forum").status, 201);
  const Reply own = with_key(shop_, "GET", "/v1/export");
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.headers.value("Content-Type"), "application/x-tar");
  EXPECT_EQ(own.headers.value("Content-Disposition"), "attachment; filename=\"shop.tar\"");
  EXPECT_NE(own.body.find("tea for ann"), std::string::npos);
  for (const std::string& foreign :
       {std::string("words of the forum"), std::string("forum.example"), shop_.api_key, shop_.signing_secret}) {
    EXPECT_EQ(own.body.find(foreign), std::string::npos) << foreign;
  }
  EXPECT_TRUE(is_noted("shop", "tenant.export"));
  EXPECT_FALSE(is_noted("forum", "tenant.export"));
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/export").status, 403);
  EXPECT_EQ(call("GET", "/v1/export").status, 401);
  EXPECT_EQ(with_key(shop_, "GET", "/operator/v1/tenants/forum/export").status, 401);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/forum/export").status, 200);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/nobody/export").status, 404);
}

TEST_F(ExportsApi, OneUsersDataIsForTheOwner) {
  const Reply ann = with_key(shop_, "GET", "/v1/users/ann/export");
  EXPECT_EQ(ann.status, 200);
  EXPECT_NE(ann.body.find("users/ann.xml"), std::string::npos);
  EXPECT_EQ(ann.body.find("users/bob.xml"), std::string::npos);
  EXPECT_TRUE(is_noted("shop", "account.export"));
  EXPECT_EQ(as_user(shop_, "ann", "GET", "/v1/users/ann/export").status, 403);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/nobody/export").status, 404);
  EXPECT_EQ(import(ann.body).status, 400);
}

TEST_F(ExportsApi, ATenantComesBackWithNewKeysAlone) {
  const std::string body = with_key(shop_, "GET", "/v1/export").body;
  EXPECT_EQ(import(body).status, 409);
  EXPECT_EQ(import(body, "?name=cafe").status, 409);
  EXPECT_EQ(import(body, {}, shop_.api_key).status, 401);
  const Reply made = import(body, "?name=cafe&domain=cafe.example");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("domain"), "cafe.example");
  EXPECT_EQ(call("GET", "/v1/users/ann", bearer(made.text("api_key"))).status, 200);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/ann").status, 200);
  EXPECT_TRUE(is_noted("cafe", "tenant.import"));
  EXPECT_TRUE(is_noted({}, "tenant.import"));
}

TEST_F(ExportsApi, OfARefusedImportNothingIsLeft) {
  const std::string body = with_key(shop_, "GET", "/v1/export").body;
  for (const size_t end : {size_t{0}, size_t{100}, body.size() / 2, body.size() - 1024}) {
    const Reply refused = import(body.substr(0, end), "?name=cafe&domain=cafe.example");
    EXPECT_EQ(refused.status, 400) << end;
    EXPECT_EQ(as_operator("GET", "/operator/v1/tenants/cafe").status, 404);
  }
  EXPECT_EQ(import(body, "?name=cafe&domain=cafe.example&plan=none").status, 400);
  EXPECT_EQ(import(body, "?name=Bad+Name&domain=cafe.example").status, 400);
  EXPECT_EQ(import(body, "?where=here").status, 400);
  EXPECT_EQ(import(body, "?name=cafe&domain=cafe.example").status, 201);
}

}  // namespace
}  // namespace teahouse::api::exports_test
