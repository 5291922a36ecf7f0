// Calls that the API still takes while a disk takes little: each route by its Effect.
#include <boost/json.hpp>

#include <map>
#include <set>

#include "api/api_call.h"
#include "api/testing/api_world.h"
#include "store/testing/temp_directory.h"
#include "tenant/local_ca.h"

namespace teahouse::api::effects_test {
namespace {

namespace json = boost::json;
using testing::Reply;

std::string name_of(const Endpoint& endpoint) { return std::string(endpoint.method) + " " + endpoint.pattern; }

class Effects : public testing::ApiWorld {
 protected:
  Effects() {
    LocalCa ca = LocalCa::load_or_make(folder_.path() + "/ca.pem", folder_.path() + "/ca.key", base_.clock).value();
    const PemPair pair = ca.issue_local({"shop.example"}).value();
    const std::string secret = R"({"password":"a long password"})";
    const json::object certificate = {{"chain", pair.chain_pem}, {"private_key", pair.key_pem}};
    const std::string tenant = "/operator/v1/tenants/{name}";
    of_control_ = {
        {"PUT /operator/v1/plans/{plan}", R"({"accounts":7})"},
        {"PUT " + tenant, R"({"title":"Shop"})"},
        {"PATCH " + tenant, R"({"title":"The Shop"})"},
        {"POST " + tenant + "/suspend", R"({"reason":"not paid"})"},
        {"POST " + tenant + "/resume", ""},
        {"DELETE " + tenant + "/keys/{id}", ""},
        {"PUT " + tenant + "/certificate", json::serialize(certificate)},
        {"DELETE " + tenant + "/certificate", ""},
        {"PUT " + tenant + "/accounts/{localpart}/password", secret},
        {"POST " + tenant + "/accounts/{localpart}/disable", ""},
        {"POST " + tenant + "/accounts/{localpart}/enable", ""},
        {"PUT /v1/users/{id}", secret},
        {"DELETE /v1/keys/{id}", ""},
        {"POST /operator/v1/tenants/{name}/move", "{}"},
        {"PATCH /operator/v1/resellers/{reseller}", R"({"title": "Acme"})"},
        {"PATCH /operator/v1/resellers/{reseller}/brand", R"({"support": "help@acme.example"})"},
        {"PATCH /v1/tenant", R"({"title": "Our shop"})"},
        {"POST /operator/v1/resellers/{reseller}/suspend", R"({"reason": "not paid"})"},
        {"POST /operator/v1/resellers/{reseller}/resume", ""},
        {"DELETE /operator/v1/resellers/{reseller}/keys/{id}", ""},
        {"DELETE /operator/v1/resellers/{reseller}", ""},
        {"PUT /operator/v1/persons/{email}/password", R"({"password":"another password"})"},
        {"PUT /operator/v1/persons/{email}/role", R"({"role":"read","tenant":"shop"})"},
        {"DELETE /operator/v1/persons/{email}", ""},
        {"POST /v1/persons/sessions", R"({"email":"ann@a.example","password":"a long password"})"},
        {"PUT /v1/persons/me/password", R"({"password":"a long password","new_password":"a new password"})"},
        {"POST /v1/persons/me/totp", R"({"password":"a new password"})"},
        {"POST /v1/persons/me/totp/end", R"({"password":"a new password"})"},
        {"DELETE /v1/users/{id}/devices", ""},
        {"PUT /operator/v1/sign-up", R"({"on":false})"},
    };
  }

  Reply send(const Endpoint& endpoint, const std::string& body = {}) {
    std::string path = endpoint.pattern;
    const auto fill = [&path](std::string_view capture, const std::string& value) {
      if (const size_t at = path.find(capture); at != path.npos) path.replace(at, capture.size(), value);
    };
    const bool names_key = path.find("/keys/{id}") != path.npos;
    if (names_key) fill("{id}", std::to_string(next_key_++));
    for (const auto& [capture, value] : std::map<std::string_view, std::string>{{"{name}", "shop"},
                                                                                {"{plan}", "large"},
                                                                                {"{localpart}", "ann"},
                                                                                {"{user}", "bob"},
                                                                                {"{message}", "777"},
                                                                                {"{device}", "777"},
                                                                                {"{domain}", "irc.shop.example"},
                                                                                {"{id}", "ann"},
                                                                                {"{site}", shop_.tenant->site_id},
                                                                                {"{reseller}", "acme"},
                                                                                {"{email}", "bob@b.example"}}) {
      fill(capture, value);
    }
    const std::string key = endpoint.kinds & by_operator ? testing::operator_key_text
                            : endpoint.kinds & by_person ? session_
                                                         : shop_.api_key;
    testing::HeaderList headers = {{"Authorization", "Bearer " + key}};
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return call(std::string(endpoint.method), path, headers, body);
  }
  // A key of a reseller's and two of the shop's that nobody needs, for the calls that revoke one; and a person's
  // session.
  void make_spare_keys() {
    EXPECT_EQ(as_operator("POST", "/operator/v1/resellers", "name=acme&tenants=1").status, 201);
    for (const std::string email : {"ann@a.example", "bob@b.example"}) {
      EXPECT_EQ(as_operator("POST", "/operator/v1/persons", "password=a+long+password&email=" + email).status, 201);
    }
    session_ = call("POST", "/v1/persons/sessions", {{"Content-Type", "application/x-www-form-urlencoded"}},
                    "email=ann@a.example&password=a+long+password")
                   .text("token");
    next_key_ = as_operator("POST", "/operator/v1/resellers/acme/keys").json().at("id").as_int64();
    for (const int64_t more : {1, 2}) {
      EXPECT_EQ(with_key(shop_, "POST", "/v1/keys").json().at("id").as_int64(), next_key_ + more);
    }
  }

  ::teahouse::testing::TempDirectory folder_;
  std::map<std::string, std::string> of_control_;  // bodies of calls that change what the control plane alone holds
  // Calls of that kind whose thing is not there.
  const std::set<std::string> of_control_alone_ = {"DELETE /operator/v1/tenants/{name}/invites/{id}",
                                                   "DELETE /v1/invites/{id}",
                                                   "DELETE /operator/v1/tenants/{name}/services/{id}",
                                                   "DELETE /operator/v1/tenants/{name}/components/{domain}",
                                                   "DELETE /v1/components/{domain}",
                                                   "PUT /operator/v1/tenants/{name}/components/{domain}/permissions",
                                                   "PUT /v1/components/{domain}/permissions",
                                                   "DELETE /v1/services/{id}",
                                                   "DELETE /v1/persons/me/sessions/{id}",
                                                   "DELETE /v1/users/{id}/devices/{device}"};
  // Calls of that kind that end sessions: those of before a restart lose their row, which no answer waits for; so the
  // row may go while the next call is answered.
  const std::set<std::string> of_sessions_ = {"PUT /operator/v1/tenants/{name}/accounts/{localpart}/password",
                                              "POST /operator/v1/tenants/{name}/accounts/{localpart}/disable",
                                              "POST /operator/v1/tenants/{name}/accounts/{localpart}/enable",
                                              "PUT /v1/users/{id}", "DELETE /v1/users/{id}/devices"};
  // Calls of that kind that need more than a body of before.
  const std::map<std::string, std::string> of_two_steps_ = {
      {"PUT /v1/persons/me/totp", R"({"code":"000000"})"},
      {"POST /operator/v1/tenants/{name}/open", ""},
      {"POST /v1/sign-up", R"({"email":"eve@e.example","name":"Tea","puzzle":"1","answer":"1"})"},
      {"POST /v1/persons/first", R"({"token":"pf_1","email":"eve@e.example","password":"a long password"})"}};
  int64_t next_key_ = 0;
  std::string session_;
};

TEST_F(Effects, WhatTheControlPlaneAloneHoldsChangesWhileTheDataPlaneWaits) {
  make_spare_keys();
  data_.fail();
  Lsn appended = data_.appended();
  for (const Endpoint& endpoint : endpoints()) {
    const std::string name = name_of(endpoint);
    if (const auto sample = of_control_.find(name); sample != of_control_.end()) {
      const Reply reply = send(endpoint, sample->second);
      EXPECT_TRUE(reply.status >= 200 && reply.status < 300) << name << ": " << reply.status << " " << reply.body;
      EXPECT_TRUE(data_.appended() == appended || of_sessions_.contains(name)) << name << " writes to the data plane";
      appended = data_.appended();
      of_control_.erase(sample);
    } else if (const auto late = of_two_steps_.find(name); late != of_two_steps_.end()) {
      EXPECT_EQ(send(endpoint, late->second).status, 403) << name;
    } else if (of_control_alone_.contains(name)) {
      EXPECT_EQ(send(endpoint).status, 404) << name << " looks, and finds none";
    } else if (endpoint.its_effect() != Effect::reads) {
      EXPECT_EQ(send(endpoint).status, 503) << name;
    }
  }
  EXPECT_TRUE(of_control_.empty()) << of_control_.begin()->first << " is no route";
  EXPECT_FALSE(base_.tenants.find("shop")->suspended);
  data_.recover();
  EXPECT_EQ(with_key(shop_, "GET", "/v1/keys").json().at("keys").as_array().size(), 1u);
}

TEST_F(Effects, WhatAddsToTheControlPlaneWaitsForTheDataPlaneToo) {
  base_.control->health().raise(store::DiskHealth::data_waits);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/carol").status, 503);
  EXPECT_EQ(with_key(shop_, "PUT", "/v1/users/ann", "name=Ann").status, 200);
}

TEST_F(Effects, AnAnswerThatCannotBeKeptForItsIdempotencyKeyIsNotGiven) {
  data_.fail();
  const std::string suspend = "/operator/v1/tenants/shop/suspend";
  auto headers = bearer(testing::operator_key_text, {{"Idempotency-Key", "once"}});
  EXPECT_EQ(call("POST", suspend, headers, "reason=not+paid").status, 503);
  EXPECT_FALSE(base_.tenants.find("shop")->suspended);
  EXPECT_EQ(as_operator("POST", suspend, "reason=not+paid").status, 200);
  EXPECT_TRUE(base_.tenants.find("shop")->suspended);
  EXPECT_FALSE(base_.tenants.find("forum")->suspended);
}

TEST_F(Effects, AFullDiskTakesNothingThatAdds) {
  make_spare_keys();
  data_.health().raise(store::DiskHealth::little_space);
  for (const Endpoint& endpoint : endpoints()) {
    const std::string name = name_of(endpoint);
    if (endpoint.its_effect() == Effect::adds) {
      EXPECT_EQ(send(endpoint).status, 507) << name;
    } else if (const auto sample = of_control_.find(name); sample != of_control_.end()) {
      EXPECT_LT(send(endpoint, sample->second).status, 300) << name;
    }
  }
  EXPECT_EQ(as_operator("POST", "/operator/v1/snapshot").status, 507);
}

}  // namespace
}  // namespace teahouse::api::effects_test
