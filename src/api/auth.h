// Finds out a request's caller: by the operator's key, a reseller's, a tenant's API key, a site token, or as nobody in
// particular.
#pragma once

#include <string>
#include <string_view>

#include "api/api_call.h"

namespace teahouse::api {

// The key or token that the request shows, taken out of its header or form, not checked yet. Empty: none.
// Errors: bad_request for a key in the URL and for an Authorization header that cannot be read.
Result<std::string> find_credential(const Endpoint& endpoint, const http::Request& request, const http::Form& query,
                                    Fields& fields);

// The tenant whose page this is, as far as it can be told before anything is checked: by the {site} of the path, or by
// the token's `iss`.
TenantPtr find_claimed_tenant(const ApiContext& api, const http::Request& request, std::string_view credential);

// Of the credential, of a person by themselves (roles.h); what of it ran out, was revoked or was never good is an
// error. Nothing is made or counted yet.
Result<Principal> identify(const Endpoint& endpoint, const ApiContext& api, const http::Request& request,
                           const std::string& credential);

// The subject of the call; nothing where that is not there.
Subject find_subject(const ApiContext& api, const ApiCall& call);
// For those who may() know of it. Errors: item_not_found; conflict for what would change something of a tenant that is
// being removed.
Result<void> check_subject(const Endpoint& endpoint, const ApiCall& call, const Subject& subject);

// One who may call comes in: counts a tenant's calls, which are refused while it is suspended, as a reseller's are, and
// signs its user in.
Task<std::optional<Outcome>> admit(ApiContext& api, ApiCall& call, std::string credential);

Refusal refuse_suspended(const Tenant& tenant);
Refusal refuse_suspended(const Reseller& reseller);
Refusal refuse_disabled();  // disabled_account(), by a code of its own
Refusal refuse_calls_off(const Tenant& tenant);
Refusal refuse_for_now(std::string text, int64_t retry_after_s);

}  // namespace teahouse::api
