#include "api/roles.h"

#include <algorithm>
#include <array>

#include "api/auth.h"

namespace teahouse::api {
namespace {

struct Allowed {
  std::string_view method, pattern;
};

// Each of the staff sees the users, the rooms and how much of the plan is used.
constexpr std::array<Allowed, 11> for_reading = {{{"GET", "/v1/usage"},
                                                  {"GET", "/v1/tenant"},
                                                  {"GET", "/v1/steps"},
                                                  {"GET", "/v1/users"},
                                                  {"GET", "/v1/users/{id}"},
                                                  {"GET", "/v1/users/{id}/status"},
                                                  {"GET", "/v1/online"},
                                                  {"GET", "/v1/rooms"},
                                                  {"GET", "/v1/rooms/{id}"},
                                                  {"GET", "/v1/files"},
                                                  {"GET", "/v1/files/{id}"}}};
constexpr std::array<Allowed, 1> for_agents = {{{"GET", "/v1/rooms/{id}/messages"}}};
constexpr std::array<Allowed, 6> for_moderating = {{{"GET", "/v1/rooms/{id}/messages"},
                                                    {"DELETE", "/v1/rooms/{id}/messages/{message}"},
                                                    {"PUT", "/v1/rooms/{id}/members/{user}"},
                                                    {"DELETE", "/v1/rooms/{id}/members/{user}"},
                                                    {"GET", "/v1/reports"},
                                                    {"DELETE", "/v1/files/{id}"}}};

template <size_t count>
bool has(const std::array<Allowed, count>& table, std::string_view method, std::string_view pattern) {
  return std::any_of(table.begin(), table.end(),
                     [&](const Allowed& each) { return each.method == method && each.pattern == pattern; });
}

// The tenant that the header names, where this session has opened it.
TenantPtr find_opened(const ApiContext& api, const ApiCall& call) {
  const std::string* named = call.request.headers.find("Teahouse-Tenant");
  TenantPtr tenant = named ? api.tenants.find(*named) : nullptr;
  if (!tenant || tenant->being_removed || !api.persons.has_opened(call.by.session, tenant->id)) return nullptr;
  return tenant;
}

// The principal that the role makes of the person; none where its place is no more, or another is meant.
std::optional<Principal> act_as(const PersonRole& role, const Endpoint& endpoint, const ApiContext& api,
                                const ApiCall& call) {
  Principal by = call.by;
  switch (role.role) {
    case Role::operators:
      if (!(endpoint.kinds & by_operator)) {
        by.tenant = find_opened(api, call);
        if (!by.tenant) return std::nullopt;
        by.kind = by_owner;
        return by;
      }
      by.kind = by_operator;
      return by;
    case Role::reseller:
      by.kind = by_reseller;
      by.reseller = api.tenants.resellers().directory().find(role.reseller);
      return by.reseller ? std::optional(by) : std::nullopt;
    case Role::owner:
    case Role::moderate:
    case Role::agents:
    case Role::read: break;
  }
  by.kind = by_owner;
  by.tenant = api.tenants.find(role.tenant);
  if (!by.tenant || by.tenant->being_removed || !is_for_role(role.role, endpoint.method, endpoint.pattern)) {
    return std::nullopt;
  }
  const std::string* named = call.request.headers.find("Teahouse-Tenant");
  return named && *named != by.tenant->name ? std::nullopt : std::optional(by);
}

}  // namespace

bool is_for_role(Role role, std::string_view method, std::string_view pattern) {
  switch (role) {
    case Role::operators:
    case Role::reseller: return false;
    case Role::owner: return true;
    case Role::moderate: return has(for_reading, method, pattern) || has(for_moderating, method, pattern);
    case Role::agents: return has(for_reading, method, pattern) || has(for_agents, method, pattern);
    case Role::read: return has(for_reading, method, pattern);
  }
  return false;
}

Result<Principal> choose_role(const Endpoint& endpoint, const ApiContext& api, const ApiCall& call) {
  if (endpoint.kinds & by_person) return call.by;
  std::optional<Principal> chosen;
  Error refused{ErrorKind::forbidden, "Your roles do not open this call."};
  ApiCall as = {};
  as.request = call.request;
  for (const PersonRole& role : call.by.person->roles) {
    const auto by = act_as(role, endpoint, api, call);
    if (!by) continue;
    as.by = *by;
    const auto allowed = may(*by, endpoint.kinds, find_subject(api, as));
    if (!allowed) {
      if (allowed.error().kind == ErrorKind::item_not_found) refused = allowed.error();
      continue;
    }
    const bool is_another = chosen && by->kind == by_owner && chosen->kind == by_owner;
    if (is_another && chosen->tenant->id != by->tenant->id) {
      return Error{ErrorKind::bad_request,
                   "You have roles at several tenants: name one in the header Teahouse-Tenant, as 'shop'."};
    }
    if (!chosen) chosen = by;
  }
  return chosen ? Result<Principal>(*chosen) : Result<Principal>(refused);
}

std::vector<std::string> list_open_calls(const ApiContext& api, const ApiCall& call) {
  const bool names_tenant = call.request.headers.find("Teahouse-Tenant") != nullptr;
  std::vector<std::string> open;
  for (const Endpoint& endpoint : endpoints()) {
    if (endpoint.kinds & by_anyone) continue;
    const auto& roles = call.by.person->roles;
    const bool is_open = std::any_of(roles.begin(), roles.end(), [&](const PersonRole& role) {
      const auto by = act_as(role, endpoint, api, call);
      return by && (by->kind & endpoint.kinds) && (by->kind != by_owner || names_tenant);
    });
    if (!is_open && !(endpoint.kinds & by_person)) continue;
    open.push_back(std::string(endpoint.method) + " " + endpoint.pattern);
  }
  return open;
}

}  // namespace teahouse::api
