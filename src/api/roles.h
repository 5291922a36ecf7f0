// choose_role: a person as the principal that one of their roles makes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "account/person.h"
#include "api/api_call.h"

namespace teahouse::api {

// Whether somebody with this role at a tenant may make this call of the tenant's. Pure, for the table of the tests.
bool is_for_role(Role role, std::string_view method, std::string_view pattern);

// The calls that the person's roles open, as "GET /v1/users": at the tenant that the header names, or without it at
// the server.
std::vector<std::string> list_open_calls(const ApiContext& api, const ApiCall& call);

// A person acts as the first of their roles that opens the call: as the operator, a reseller, or a tenant's owner. Of
// several tenants the header `Teahouse-Tenant` names one; an operator who has opened it is its owner too. Errors:
// forbidden; item_not_found to a reseller.
Result<Principal> choose_role(const Endpoint& endpoint, const ApiContext& api, const ApiCall& call);

}  // namespace teahouse::api
