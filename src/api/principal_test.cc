// Every operation by every principal, at their own tenant and at another.
#include "api/principal.h"

#include "api/testing/api_world.h"

namespace teahouse::api {
namespace {

using testing::HeaderList;
using testing::Reply;

TenantPtr tenant_of(uint64_t id) {
  auto tenant = std::make_shared<Tenant>();
  tenant->id = static_cast<TenantId>(id);
  return tenant;
}

TEST(Principal, MayDoWhatIsForItsKindAtItsOwnTenant) {
  const TenantPtr own = tenant_of(1), foreign = tenant_of(2);
  const TenantPtr later = tenant_of(1);  // another snapshot of its own
  const SignedInUser ann{.user_id = "ann", .localpart = "ann"};
  for (const Endpoint& endpoint : endpoints()) {
    for (const Principal& by :
         {Principal{}, Principal{by_operator}, Principal{by_owner, own}, Principal{by_user, own, ann}}) {
      const bool is_for_all = (endpoint.kinds & by_anyone) != 0;
      const bool is_for_kind = is_for_all || (endpoint.kinds & by.kind) != 0;
      const std::string what = std::string(endpoint.method) + " " + endpoint.pattern + " by " + describe(by.kind);
      EXPECT_EQ(may(by, endpoint.kinds, own).has_value(), is_for_kind) << what;
      EXPECT_EQ(may(by, endpoint.kinds, later).has_value(), is_for_kind) << what;
      for (const TenantPtr& elsewhere : {foreign, TenantPtr()}) {
        const bool is_bound = by.kind == by_owner || by.kind == by_user;
        EXPECT_EQ(may(by, endpoint.kinds, elsewhere).has_value(), is_for_all || (is_for_kind && !is_bound)) << what;
      }
    }
  }
}

TEST(Principal, HasANameForTheAudit) {
  EXPECT_EQ(Principal{}.name(), "");
  EXPECT_EQ(Principal{by_operator}.name(), "operator");
  EXPECT_EQ((Principal{by_owner, tenant_of(1)}.name()), "key");
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

  std::vector<Caller> callers() {
    const std::string revoked = with_key(shop_, "POST", "/v1/keys").text("api_key");
    const auto keys = with_key(shop_, "GET", "/v1/keys").json().at("keys").as_array();
    EXPECT_EQ(with_key(shop_, "DELETE", "/v1/keys/" + std::to_string(keys.back().at("id").as_int64())).status, 204);
    return {{"nobody", by_anyone, "", "ann"},
            {"garbage", by_anyone, "nonsense-4711", "ann"},
            {"a revoked key", by_anyone, revoked, "ann"},
            {"a token of the wrong secret", by_anyone,
             token(testing::Site{shop_.tenant, {}, forum_.signing_secret}, "ann"), "ann"},
            {"the operator", by_operator, testing::operator_key_text, "ann"},
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
                                                                    {"{plan}", "777"}}) {
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
        const bool is_known = caller.kind == by_user && (endpoint.kinds & by_owner);
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

TEST_F(PrincipalApi, IsAdmittedToWhatIsItsOwn) {
  for (const Caller& caller : callers()) {
    for (const Endpoint& endpoint : endpoints()) {
      // These change what others are answered; guests sign in otherwise; and no module invites anybody here.
      const bool spoils = (endpoint.method == "DELETE" && endpoint.pattern == "/v1/users/{id}") ||
                          (endpoint.method == "PUT" && endpoint.pattern == "/v1/rooms/{id}") ||
                          endpoint.pattern.ends_with("/guests") ||
                          (endpoint.method == "POST" && endpoint.pattern.ends_with("/invites"));
      if (!(endpoint.kinds & (caller.kind | by_anyone)) || spoils) continue;
      const std::string tenant = endpoint.method == "GET" ? "shop" : "nobody";
      const Reply reply = ask(endpoint, caller, tenant);
      const std::string what = std::string(endpoint.method) + " " + endpoint.pattern + " by " + caller.name;
      EXPECT_NE(reply.status, 401) << what << reply.body;
      EXPECT_NE(reply.status, 403) << what << reply.body;
    }
  }
}

}  // namespace
}  // namespace teahouse::api
