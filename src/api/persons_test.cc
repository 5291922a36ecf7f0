// Two persons over HTTP: ann, an owner of the shop, and bob, of the forum.
#include "account/persons.h"

#include "api/testing/api_world.h"
#include "crypto/totp.h"

namespace teahouse::api::persons_test {
namespace {

using testing::Reply;

class PersonApi : public testing::ApiWorld {
 protected:
  PersonApi() {
    for (const auto& [email, tenant] : std::initializer_list<std::pair<std::string, std::string>>{
             {"ann@a.example", "shop"}, {"bob@b.example", "forum"}}) {
      const Reply made = as_operator("POST", "/operator/v1/persons", credentials(email) + "&name=A+person");
      EXPECT_EQ(made.status, 201) << made.body;
      EXPECT_EQ(give(email, "role=owner&tenant=" + tenant).status, 200);
    }
  }
  static std::string credentials(const std::string& email) { return "password=a+long+password&email=" + email; }
  Reply give(const std::string& email, const std::string& role) {
    return as_operator("PUT", "/operator/v1/persons/" + email + "/role", role);
  }
  Reply sign_in(const std::string& form) {
    return call("POST", "/v1/persons/sessions", {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
  }
  std::string token_of(const std::string& email) { return sign_in(credentials(email)).text("token"); }
  Reply by(const std::string& token, const std::string& method, const std::string& path, const std::string& form = {},
           testing::HeaderList more = {}) {
    return call(method, path, bearer(token, std::move(more)), form);
  }
};

TEST_F(PersonApi, ActsInItsRoleAtItsOwnTenant) {
  const std::string ann = token_of("ann@a.example"), bob = token_of("bob@b.example");
  EXPECT_EQ(by(ann, "GET", "/v1/persons/me").text("email"), "ann@a.example");
  EXPECT_EQ(by(ann, "PUT", "/v1/users/carol", "name=Carol").status, 201);
  EXPECT_EQ(with_key(shop_, "GET", "/v1/users/carol").status, 200);
  EXPECT_EQ(by(bob, "GET", "/v1/users/carol").status, 404);
  EXPECT_EQ(by(ann, "GET", "/operator/v1/tenants").status, 403);
  EXPECT_EQ(by(ann, "POST", "/v1/keys", "label=from+the+panel").status, 201);
  EXPECT_NE(as_operator("GET", "/operator/v1/audit?tenant=shop").body.find("person:ann@a.example"), std::string::npos);
  EXPECT_EQ(as_operator("POST", "/operator/v1/tenants/shop/suspend", "reason=Bill").status, 200);
  EXPECT_EQ(by(ann, "GET", "/v1/users").code(), "tenant-suspended");
  EXPECT_EQ(by(ann, "GET", "/v1/persons/me").status, 200);
  EXPECT_EQ(by(bob, "GET", "/v1/users").status, 200);
}

TEST_F(PersonApi, OfSeveralTenantsNamesOne) {
  const std::string ann = token_of("ann@a.example");
  EXPECT_EQ(give("ann@a.example", "role=read&tenant=forum").status, 200);
  EXPECT_EQ(by(ann, "GET", "/v1/users").status, 400);
  EXPECT_EQ(by(ann, "GET", "/v1/users", "", {{"Teahouse-Tenant", "forum"}}).status, 200);
  EXPECT_EQ(by(ann, "PUT", "/v1/users/dora", "", {{"Teahouse-Tenant", "forum"}}).status, 403);
  EXPECT_EQ(by(ann, "PUT", "/v1/users/dora", "", {{"Teahouse-Tenant", "shop"}}).status, 201);
  EXPECT_EQ(by(ann, "GET", "/v1/users", "", {{"Teahouse-Tenant", "nobody"}}).status, 403);
  EXPECT_EQ(give("ann@a.example", "role=none&tenant=forum").status, 200);
  EXPECT_EQ(by(ann, "GET", "/v1/users").status, 200) << "at once";
  EXPECT_EQ(as_operator("GET", "/operator/v1/persons/ann@a.example").json().at("roles").as_array().size(), 1u);
}

TEST_F(PersonApi, IsListedMadeAndRemovedByTheOperator) {
  EXPECT_EQ(as_operator("GET", "/operator/v1/persons").json().at("persons").as_array().size(), 2u);
  EXPECT_EQ(as_operator("POST", "/operator/v1/persons", credentials("ann@a.example")).status, 409);
  EXPECT_EQ(as_operator("POST", "/operator/v1/persons", credentials("nobody")).status, 400);
  for (const char* role : {"role=owner", "role=owner&tenant=none", "role=king&tenant=shop", "role=operator&tenant=shop",
                           "role=reseller", "role=reseller&tenant=shop", "role=owner&tenant=shop&reseller=acme"}) {
    EXPECT_EQ(give("ann@a.example", role).status, 400) << role;
  }
  EXPECT_EQ(give("none@a.example", "role=operator").status, 404);
  const std::string ann = token_of("ann@a.example");
  EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/ann@a.example/password", "password=another+password").status, 204);
  EXPECT_EQ(by(ann, "GET", "/v1/persons/me").status, 401);
  EXPECT_EQ(sign_in(credentials("ann@a.example")).status, 401);
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/persons/ann@a.example").status, 204);
  EXPECT_EQ(as_operator("GET", "/operator/v1/persons/ann@a.example").status, 404);
  EXPECT_EQ(as_operator("DELETE", "/operator/v1/persons/ann@a.example").status, 404);
}

TEST_F(PersonApi, SeesAndEndsItsOwnSessions) {
  const std::string ann = token_of("ann@a.example"), other = token_of("ann@a.example"), bob = token_of("bob@b.example");
  const auto sessions = by(ann, "GET", "/v1/persons/me/sessions").json();
  ASSERT_EQ(sessions.at("sessions").as_array().size(), 2u);
  const std::string bobs =
      std::to_string(by(bob, "GET", "/v1/persons/me/sessions").json().at("sessions").at(0).at("id").as_int64());
  EXPECT_EQ(by(ann, "DELETE", "/v1/persons/me/sessions/" + bobs).status, 404);
  EXPECT_EQ(by(ann, "DELETE", "/v1/persons/me/sessions/%27%20OR%201=1").status, 404);
  EXPECT_EQ(by(ann, "PUT", "/v1/persons/me/password", "password=wrong&new_password=a+new+password").status, 403);
  EXPECT_EQ(by(ann, "PUT", "/v1/persons/me/password", "password=a+long+password&new_password=a+new+password").status,
            204);
  EXPECT_EQ(by(other, "GET", "/v1/persons/me").status, 401);
  EXPECT_EQ(by(ann, "DELETE", "/v1/persons/me/sessions/current").status, 204);
  EXPECT_EQ(by(ann, "GET", "/v1/persons/me").status, 401);
  EXPECT_EQ(by(bob, "GET", "/v1/persons/me").status, 200);
  EXPECT_EQ(call("GET", "/v1/persons/me?token=" + bob).status, 400);
}

TEST_F(PersonApi, NeedsACodeOnceItHasAnApp) {
  const std::string ann = token_of("ann@a.example");
  EXPECT_EQ(by(ann, "POST", "/v1/persons/me/totp", "password=wrong").status, 403);
  const Reply begun = by(ann, "POST", "/v1/persons/me/totp", "password=a+long+password");
  EXPECT_EQ(begun.status, 201);
  EXPECT_TRUE(begun.text("uri").starts_with("otpauth://totp/Teahouse:ann@a.example?secret=" + begun.text("secret")));
  EXPECT_EQ(by(ann, "PUT", "/v1/persons/me/totp", "code=000000").status, 403);
  EXPECT_EQ(sign_in(credentials("ann@a.example")).status, 201) << "not on yet";
  const std::string secret = base_.wait(persons_.begin_totp(base_.home, persons_.find("ann@a.example"))).value();
  const std::string code = crypto::make_totp(secret, base_.clock.wall_ms() / crypto::totp_step_ms);
  const auto codes = by(ann, "PUT", "/v1/persons/me/totp", "code=" + code).json().at("recovery_codes").as_array();
  ASSERT_EQ(codes.size(), 10u);
  const Reply asked = sign_in(credentials("ann@a.example"));
  EXPECT_EQ(asked.status, 401);
  EXPECT_EQ(asked.code(), "code-needed");
  const std::string recovery = std::string(codes[0].as_string().c_str());
  EXPECT_EQ(sign_in(credentials("ann@a.example") + "&code=" + code).status, 401) << "used before";
  EXPECT_EQ(sign_in(credentials("ann@a.example") + "&code=" + recovery).status, 201);
  EXPECT_EQ(sign_in(credentials("ann@a.example") + "&code=" + recovery).status, 401);
  EXPECT_EQ(by(ann, "POST", "/v1/persons/me/totp/end", "password=a+long+password").status, 204);
  EXPECT_EQ(sign_in(credentials("ann@a.example")).status, 201);
  const std::string again = base_.wait(persons_.begin_totp(base_.home, persons_.find("ann@a.example"))).value();
  base_.clock.advance_ms(2 * crypto::totp_step_ms);
  const std::string next = crypto::make_totp(again, base_.clock.wall_ms() / crypto::totp_step_ms);
  EXPECT_EQ(by(ann, "PUT", "/v1/persons/me/totp", "code=" + next).status, 200);
  const std::string password = "/operator/v1/persons/ann@a.example/password";
  EXPECT_EQ(as_operator("PUT", password, "password=a+long+password").status, 204);
  EXPECT_EQ(sign_in(credentials("ann@a.example")).code(), "code-needed");
  EXPECT_EQ(as_operator("PUT", password, "password=a+long+password&end_totp=true").status, 204);
  EXPECT_EQ(sign_in(credentials("ann@a.example")).status, 201);
}

TEST_F(PersonApi, GuessesAreBounded) {
  int refused = 0;
  for (int i = 0; i < 22; ++i) {
    if (sign_in("email=ann@a.example&password=wrong").status == 429) ++refused;
  }
  EXPECT_EQ(refused, 1) << "past 20 failures";
  const Reply held = sign_in(credentials("ann@a.example"));
  EXPECT_EQ(held.status, 429);
  EXPECT_NE(held.headers.find("Retry-After"), nullptr);
  EXPECT_EQ(sign_in(credentials("bob@b.example")).status, 201);
}

}  // namespace
}  // namespace teahouse::api::persons_test
