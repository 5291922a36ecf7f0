// The route table. openapi.json describes the same; api_test compares the two.
#include "api/handlers.h"

namespace teahouse::api {
namespace {

using Names = std::vector<std::string_view>;

const Names no_names;
const Names page = {"cursor", "limit"};
const Names user_fields = {"name", "picture", "role", "password"};
const Names room_fields = {"name", "description", "subject", "public", "members_only", "moderated", "owner", "members"};

Names tenant_field_names(Names names = {}) {
  for (const TenantField& field : tenant_fields()) names.push_back(field.name);
  return names;
}

std::vector<Endpoint> operator_endpoints() {
  const std::string_view tenants = "/operator/v1/tenants", tenant = "/operator/v1/tenants/{name}";
  Names limits;
  for (const PlanLimitName& limit : plan_limit_names()) limits.push_back(limit.name);
  return {
      {"GET", "/operator/v1/ping", operator_key, ping},
      {"GET", "/operator/v1/audit", operator_key, list_audit, no_names, {"tenant", "limit"}},
      {"POST", "/operator/v1/snapshot", operator_key, make_snapshot, no_names, no_names, false, Effect::adds, false},
      {"GET", "/operator/v1/plans", operator_key, list_plans},
      {"GET", "/operator/v1/plans/{plan}", operator_key, get_plan},
      {"PUT", "/operator/v1/plans/{plan}", operator_key, put_plan, limits, no_names, false, Effect::changes_control},
      {"GET", tenants, operator_key, list_tenants, no_names, {"cursor", "limit", "domain"}},
      {"POST", tenants, operator_key, create_tenant, tenant_field_names({"name", "domain"})},
      {"GET", tenant, operator_key, get_tenant},
      {"PUT", tenant, operator_key, change_tenant, tenant_field_names(), no_names, false, Effect::changes_control},
      {"PATCH", tenant, operator_key, change_tenant, tenant_field_names(), no_names, false, Effect::changes_control},
      {"DELETE", tenant, operator_key, remove_tenant},
      {"POST",
       "/operator/v1/tenants/{name}/suspend",
       operator_key,
       suspend_tenant,
       {"reason"},
       no_names,
       false,
       Effect::changes_control},
      {"POST", "/operator/v1/tenants/{name}/resume", operator_key, resume_tenant, no_names, no_names, false,
       Effect::changes_control},
      {"GET", "/operator/v1/tenants/{name}/usage", operator_key, get_usage},
      {"GET", "/operator/v1/tenants/{name}/keys", operator_key, list_keys},
      {"POST", "/operator/v1/tenants/{name}/keys", operator_key, make_key, {"label"}},
      {"DELETE", "/operator/v1/tenants/{name}/keys/{id}", operator_key, revoke_key, no_names, no_names, false,
       Effect::changes_control},
      {"POST", "/operator/v1/tenants/{name}/signing-secrets", operator_key, rotate_signing_secret},
      {"GET", "/operator/v1/tenants/{name}/certificate", operator_key, list_certificates},
      {"PUT",
       "/operator/v1/tenants/{name}/certificate",
       operator_key,
       put_certificate,
       {"domain", "chain", "private_key"},
       no_names,
       false,
       Effect::changes_control},
      {"DELETE",
       "/operator/v1/tenants/{name}/certificate",
       operator_key,
       remove_certificate,
       no_names,
       {"domain"},
       false,
       Effect::changes_control},
      {"GET", "/operator/v1/tenants/{name}/accounts", operator_key, list_accounts, no_names, page},
      {"POST",
       "/operator/v1/tenants/{name}/accounts",
       operator_key,
       create_account,
       {"localpart", "password", "name", "picture", "role"}},
      {"PUT",
       "/operator/v1/tenants/{name}/accounts/{localpart}/password",
       operator_key,
       set_password,
       {"password"},
       no_names,
       false,
       Effect::changes_control},
      {"DELETE", "/operator/v1/tenants/{name}/accounts/{localpart}", operator_key, remove_account},
  };
}

std::vector<Endpoint> tenant_endpoints() {
  const unsigned key_or_token = api_key | site_token;
  const bool cors = true;
  return {
      {"POST",
       "/v1/tokens",
       api_key,
       make_token,
       {"user", "name", "picture", "role", "rooms", "ttl"},
       no_names,
       false,
       Effect::reads},
      {"POST", "/v1/messages", key_or_token, send_message, {"to", "text", "from"}},
      {"GET", "/v1/users", api_key, list_users, no_names, page},
      {"PUT", "/v1/users/{id}", key_or_token, put_user, user_fields, no_names, cors, Effect::changes_control},
      {"GET", "/v1/users/{id}", key_or_token, get_user, no_names, no_names, cors},
      {"DELETE", "/v1/users/{id}", api_key, remove_user},
      {"GET", "/v1/users/{id}/messages", key_or_token, list_user_messages, no_names, {"with", "cursor", "limit"}},
      {"GET", "/v1/users/{id}/status", key_or_token, get_status},
      {"GET", "/v1/users/{id}/unread", key_or_token, get_unread},
      {"GET", "/v1/addresses", key_or_token, list_addresses, no_names, {"of"}, cors},
      {"GET", "/v1/online", api_key, list_online},
      {"GET", "/v1/rooms", api_key, list_rooms, no_names, page},
      {"PUT", "/v1/rooms/{id}", api_key, put_room, room_fields},
      {"GET", "/v1/rooms/{id}", api_key, get_room},
      {"DELETE", "/v1/rooms/{id}", api_key, remove_room},
      {"PUT", "/v1/rooms/{id}/members/{user}", api_key, put_member, {"role"}},
      {"DELETE", "/v1/rooms/{id}/members/{user}", api_key, remove_member},
      {"GET", "/v1/rooms/{id}/messages", key_or_token, list_room_messages, no_names, page, cors},
      {"GET", "/v1/usage", api_key, get_usage},
      {"GET", "/v1/keys", api_key, list_keys},
      {"POST", "/v1/keys", api_key, make_key, {"label"}},
      {"DELETE", "/v1/keys/{id}", api_key, revoke_key, no_names, no_names, false, Effect::changes_control},
      {"POST", "/v1/signing-secrets", api_key, rotate_signing_secret},
      {"GET", "/v1/sites/{site}/widget", anyone, get_widget, no_names, no_names, cors},
      {"POST", "/v1/sites/{site}/guests", anyone, make_guest, {"name"}, no_names, cors, Effect::reads},
      {"GET", "/openapi.json", anyone, get_openapi},
      {"GET", "/healthz", anyone, get_health},
  };
}

std::vector<Endpoint> all_endpoints() {
  auto all = operator_endpoints();
  for (Endpoint& endpoint : tenant_endpoints()) all.push_back(std::move(endpoint));
  return all;
}

}  // namespace

const std::vector<Endpoint>& endpoints() {
  static const std::vector<Endpoint> all = all_endpoints();
  return all;
}

}  // namespace teahouse::api
