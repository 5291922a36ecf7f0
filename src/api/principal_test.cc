// Every operation by every principal, at their own tenant and at another.
#include "api/principal.h"

#include <set>

#include "api/testing/api_world.h"

namespace teahouse::api::principal_test {
namespace {

using testing::HeaderList;
using testing::Reply;

TenantPtr tenant_of(uint64_t id) {
  auto tenant = std::make_shared<Tenant>();
  tenant->id = static_cast<TenantId>(id);
  return tenant;
}

ResellerPtr reseller_of(uint64_t id, const char* name) {
  auto reseller = std::make_shared<Reseller>();
  reseller->id = static_cast<ResellerId>(id);
  reseller->name = name;
  return reseller;
}

// All rows of the route table, by principals of each kind, at subjects of each kind; the right answer is worked out
// beside may(), from what each kind may see.
TEST(Principal, MayDoWhatIsForItsKindToItsOwn) {
  const TenantPtr own = tenant_of(1), later = tenant_of(1), foreign = tenant_of(2), of_house = tenant_of(3);
  const ResellerPtr acme = reseller_of(1, "acme"), acme_later = reseller_of(1, "acme"), zeta = reseller_of(2, "zeta");
  const SignedInUser ann{.user_id = "ann", .localpart = "ann"};
  const std::vector<Principal> principals = {Principal{}, Principal{by_operator}, Principal{by_owner, own},
                                             Principal{by_user, own, ann}, Principal{by_reseller, {}, {}, acme}};
  const std::vector<Subject> subjects = {{},         {own, acme}, {later, acme_later}, {foreign, zeta}, {of_house, {}},
                                         {{}, acme}, {{}, zeta},  {own, zeta}};
  size_t denied = 0;
  for (const Endpoint& endpoint : endpoints()) {
    for (const Principal& by : principals) {
      for (size_t i = 0; i < subjects.size(); ++i) {
        const Subject& subject = subjects[i];
        const bool is_own_tenant = subject.tenant && subject.tenant->id == own->id;
        const bool is_server = !subject.tenant && !subject.reseller;
        const bool is_own_reseller = subject.reseller && subject.reseller->id == acme->id;
        bool expected = (endpoint.kinds & by.kind) != 0;
        if (by.kind == by_owner || by.kind == by_user) expected = expected && is_own_tenant;
        if (by.kind == by_reseller) expected = expected && (is_server || is_own_reseller);
        if (endpoint.kinds & by_anyone) expected = true;
        denied += expected ? 0 : 1;
        EXPECT_EQ(may(by, endpoint.kinds, subject).has_value(), expected)
            << endpoint.method << " " << endpoint.pattern << " by " << describe(by.kind) << " to subject " << i;
      }
    }
  }
  EXPECT_GT(denied, endpoints().size() * 10);
}

TEST(Principal, IsToldOfAForeignTenantAsOfOneThatIsNotThere) {
  auto foreign = std::make_shared<Tenant>();
  foreign->name = "forum";
  Principal acme{by_reseller};
  acme.reseller = reseller_of(1, "acme");
  for (const ResellerPtr& owner : {reseller_of(2, "zeta"), ResellerPtr()}) {
    const auto refused = may(acme, by_operator | by_reseller, {foreign, owner});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::item_not_found);
    EXPECT_EQ(refused.error().text, no_tenant("forum").text);
  }
}

TEST(Principal, HasANameForTheAudit) {
  EXPECT_EQ(Principal{}.name(), "");
  EXPECT_EQ(Principal{by_operator}.name(), "operator");
  EXPECT_EQ((Principal{by_owner, tenant_of(1)}.name()), "key");
  EXPECT_EQ((Principal{by_reseller, {}, {}, reseller_of(1, "acme")}.name()), "reseller:acme");
  EXPECT_EQ((Principal{by_user, tenant_of(1), SignedInUser{.user_id = "42"}}.name()), "user:42");
}

class PrincipalApi : public testing::ApiWorld {
 protected:
  struct Caller {
    std::string name;
    unsigned kind;
    std::string credential;
    std::string user;  // whose id stands in the path
  };

  // Of acme and zeta; a tenant of each, and one of acme's that is suspended.
  void make_resellers() {
    for (const char* name : {"acme", "zeta", "late"}) {
      const Reply made = as_operator("POST", "/operator/v1/resellers", "tenants=9&name=" + std::string(name));
      EXPECT_EQ(made.status, 201) << made.body;
      keys_[name] = made.text("api_key");
      const std::string tenant = std::string("name=") + name + "-shop&domain=" + name + ".example&reseller=" + name;
      EXPECT_EQ(as_operator("POST", "/operator/v1/tenants", tenant).status, 201);
    }
    EXPECT_EQ(as_operator("POST", "/operator/v1/resellers/late/suspend", "reason=Gone").status, 200);
  }

  std::vector<Caller> callers() {
    make_resellers();
    const std::string revoked = with_key(shop_, "POST", "/v1/keys").text("api_key");
    const auto keys = with_key(shop_, "GET", "/v1/keys").json().at("keys").as_array();
    EXPECT_EQ(with_key(shop_, "DELETE", "/v1/keys/" + std::to_string(keys.back().at("id").as_int64())).status, 204);
    const std::string of_reseller = "/operator/v1/resellers/acme/keys";
    const Reply ended = as_operator("POST", of_reseller);
    const std::string ended_id = std::to_string(ended.json().at("id").as_int64());
    EXPECT_EQ(as_operator("DELETE", of_reseller + "/" + ended_id).status, 204);
    return {{"nobody", by_anyone, "", "ann"},
            {"garbage", by_anyone, "nonsense-4711", "ann"},
            {"a revoked key", by_anyone, revoked, "ann"},
            {"a revoked key of a reseller", by_anyone, ended.text("api_key"), "ann"},
            {"a token of the wrong secret", by_anyone,
             token(testing::Site{shop_.tenant, {}, forum_.signing_secret}, "ann"), "ann"},
            {"the operator", by_operator, testing::operator_key_text, "ann"},
            {"a reseller", by_reseller, keys_["acme"], "ann"},
            {"another reseller", by_reseller, keys_["zeta"], "ann"},
            {"an owner", by_owner, shop_.api_key, "ann"},
            {"another owner", by_owner, forum_.api_key, "ann"},
            {"a user", by_user, token(shop_, "ann"), "ann"},
            {"a user elsewhere", by_user, token(forum_, "ann"), "ann"}};
  }

  // Names what is not there, so that who may do it has nothing to spoil; `tenant` and the user are.
  std::string path(std::string pattern, const std::string& tenant, const std::string& user) {
    const bool is_of_user = pattern.starts_with("/v1/users/");
    for (const auto& [capture, value] :
         std::initializer_list<std::pair<std::string, std::string>>{{"{name}", tenant},
                                                                    {"{site}", shop_.tenant->site_id},
                                                                    {"{id}", is_of_user ? user : "777"},
                                                                    {"{user}", "777"},
                                                                    {"{message}", "777"},
                                                                    {"{device}", "777"},
                                                                    {"{domain}", "irc.shop.example"},
                                                                    {"{localpart}", "777"},
                                                                    {"{plan}", "777"},
                                                                    {"{reseller}", tenant},
                                                                    {"{email}", "777@p.example"}}) {
      if (const size_t at = pattern.find(capture); at != pattern.npos) pattern.replace(at, capture.size(), value);
    }
    return pattern;
  }
  Reply ask(const Endpoint& endpoint, const Caller& caller, const std::string& tenant) {
    const HeaderList headers = caller.credential.empty() ? HeaderList() : bearer(caller.credential);
    return call(std::string(endpoint.method), path(endpoint.pattern, tenant, caller.user), headers);
  }
  std::string audit(const std::string& tenant) {
    return as_operator("GET", "/operator/v1/audit?tenant=" + tenant).body;
  }

  std::map<std::string, std::string> keys_;  // of resellers
};

TEST_F(PrincipalApi, IsDeniedEverythingElse) {
  const auto all = callers();
  const std::string before = audit("shop") + audit("forum");
  size_t denied = 0;
  for (const Endpoint& endpoint : endpoints()) {
    for (const Caller& caller : all) {
      if ((endpoint.kinds & by_anyone) || ((endpoint.kinds & caller.kind) && caller.kind != by_anyone)) continue;
      ++denied;
      const std::string what = std::string(endpoint.method) + " " + endpoint.pattern + " by " + caller.name;
      for (const char* tenant : {"shop", "forum", "nobody"}) {
        const Reply reply = ask(endpoint, caller, tenant);
        const bool is_known = (caller.kind == by_user && (endpoint.kinds & by_owner)) || caller.kind == by_reseller;
        EXPECT_EQ(reply.status, is_known ? 403 : 401) << what << " at " << tenant << reply.body;
        EXPECT_FALSE(reply.detail().empty()) << what;
        EXPECT_EQ(reply.body.find(caller.credential.empty() ? "\n" : caller.credential), std::string::npos) << what;
      }
    }
  }
  EXPECT_GT(denied, endpoints().size());
  EXPECT_EQ(audit("shop") + audit("forum"), before) << "nothing was done";
  EXPECT_FALSE(base_.tenants.find("shop")->suspended || base_.tenants.find("forum")->suspended);
}

// A reseller's calls for its own open nothing of another's, and are answered as if that were not there.
TEST_F(PrincipalApi, OfAResellerSeesNothingOfAnothers) {
  callers();
  const std::string before = as_operator("GET", "/operator/v1/tenants").body;
  size_t denied = 0;
  for (const Endpoint& endpoint : endpoints()) {
    const bool is_of_one = endpoint.pattern.find("{name}") != std::string::npos ||
                           endpoint.pattern.find("{reseller}") != std::string::npos;
    if (!(endpoint.kinds & by_reseller) || !is_of_one) continue;
    const bool is_of_tenant = endpoint.pattern.find("{name}") != std::string::npos;
    const Caller acme{"acme", by_reseller, keys_["acme"], "ann"}, late{"late", by_reseller, keys_["late"], "ann"};
    const std::string what = std::string(endpoint.method) + " " + endpoint.pattern;
    std::string absent = ask(endpoint, acme, "nobody").detail();
    for (const char* foreign : {"zeta-shop", "late-shop", "shop", "zeta"}) {
      const Reply reply = ask(endpoint, acme, foreign);
      EXPECT_EQ(reply.status, 404) << what << reply.body;
      std::string wanted = absent;
      wanted.replace(wanted.find("nobody"), 6, foreign);
      EXPECT_EQ(reply.detail(), wanted) << what;
      ++denied;
    }
    const Reply refused = ask(endpoint, late, is_of_tenant ? "late-shop" : "late");
    EXPECT_EQ(refused.code(), "reseller-suspended") << what;
    EXPECT_NE(refused.detail().find("Gone"), std::string::npos) << what;
  }
  EXPECT_GT(denied, 25u);
  EXPECT_EQ(as_operator("GET", "/operator/v1/tenants").body, before);
}

// A person is what their role makes them: each call by each role, against what the role is to open.
TEST_F(PrincipalApi, APersonMayDoWhatTheirRoleMay) {
  make_resellers();
  struct OfRole {
    std::string role, place;
    unsigned kind;
    std::set<std::string> calls;  // of a tenant's staff
  };
  const std::set<std::string> reading = {
      "GET /v1/usage",      "GET /v1/users",  "GET /v1/users/{id}", "GET /v1/users/{id}/status",
      "GET /v1/online",     "GET /v1/rooms",  "GET /v1/rooms/{id}", "GET /v1/files",
      "GET /v1/files/{id}", "GET /v1/tenant", "GET /v1/steps"};
  std::set<std::string> answering = reading, moderating = reading;
  answering.insert("GET /v1/rooms/{id}/messages");
  moderating.insert({"GET /v1/rooms/{id}/messages", "DELETE /v1/rooms/{id}/messages/{message}",
                     "PUT /v1/rooms/{id}/members/{user}", "DELETE /v1/rooms/{id}/members/{user}", "GET /v1/reports",
                     "DELETE /v1/files/{id}"});
  size_t denied = 0, admitted = 0;
  for (const OfRole& each :
       {OfRole{"operator", "", by_operator, {}}, OfRole{"reseller", "reseller=acme", by_reseller, {}},
        OfRole{"owner", "tenant=shop", by_owner, {}}, OfRole{"moderate", "tenant=shop", by_owner, moderating},
        OfRole{"agents", "tenant=shop", by_owner, answering}, OfRole{"read", "tenant=shop", by_owner, reading},
        OfRole{"none", "", by_anyone, {}}}) {
    const std::string email = each.role + "@p.example", password = "password=a+long+password&email=" + email;
    EXPECT_EQ(as_operator("POST", "/operator/v1/persons", password).status, 201);
    const std::string role = "role=" + each.role + (each.place.empty() ? "" : "&" + each.place);
    EXPECT_EQ(as_operator("PUT", "/operator/v1/persons/" + email + "/role", role).status, 200);
    const std::string token =
        call("POST", "/v1/persons/sessions", {{"Content-Type", "application/x-www-form-urlencoded"}}, password)
            .text("token");
    for (const Endpoint& endpoint : endpoints()) {
      if (endpoint.kinds & (by_anyone | by_person)) continue;
      const std::string name = std::string(endpoint.method) + " " + endpoint.pattern;
      const bool is_open = (endpoint.kinds & each.kind) && (each.calls.empty() || each.calls.contains(name));
      const bool spoils = name == "DELETE /v1/users/{id}" || name == "PUT /v1/rooms/{id}" || name == "POST /v1/invites";
      if (is_open && spoils) continue;
      const std::string own = each.kind == by_reseller ? "acme-shop" : "shop";
      const Reply reply =
          ask(endpoint, {each.role, each.kind, token, "777"}, endpoint.method == "GET" ? own : "nobody");
      (is_open ? admitted : denied) += 1;
      EXPECT_EQ(reply.status == 401 || reply.status == 403, !is_open) << name << " by " << each.role << reply.body;
      if (each.kind == by_reseller && is_open && endpoint.pattern.find("{name}") != std::string::npos) {
        EXPECT_EQ(ask(endpoint, {each.role, each.kind, token, "777"}, "zeta-shop").status, 404) << name;
      }
    }
  }
  EXPECT_GT(denied, endpoints().size() * 3);
  EXPECT_GT(admitted, 100u);
}

TEST_F(PrincipalApi, IsAdmittedToWhatIsItsOwn) {
  for (const Caller& caller : callers()) {
    for (const Endpoint& endpoint : endpoints()) {
      // These change what others are answered; guests sign in otherwise; and no module invites anybody here.
      const bool spoils = (endpoint.method == "DELETE" && endpoint.pattern == "/v1/users/{id}") ||
                          (endpoint.method == "PUT" && endpoint.pattern == "/v1/rooms/{id}") ||
                          endpoint.pattern.ends_with("/guests") ||
                          (endpoint.method == "POST" && endpoint.pattern.ends_with("/invites"));
      if (!(endpoint.kinds & (caller.kind | by_anyone)) || spoils) continue;
      const bool is_reading = endpoint.method == "GET" && caller.kind != by_reseller;
      const std::string tenant = is_reading ? "shop" : "nobody";
      const Reply reply = ask(endpoint, caller, tenant);
      const std::string what = std::string(endpoint.method) + " " + endpoint.pattern + " by " + caller.name;
      EXPECT_NE(reply.status, 401) << what << reply.body;
      EXPECT_NE(reply.status, 403) << what << reply.body;
    }
  }
}

}  // namespace
}  // namespace teahouse::api::principal_test
