// Who asks: the operator's key, a tenant's API key, a site token, or nobody in particular.
#pragma once

#include <string>
#include <string_view>

#include "api/call.h"

namespace teahouse::api {

// What the request shows, taken out of its header or form: a key or token, not checked yet. Empty: nothing.
// Errors: bad_request for a key in the URL and for an Authorization header that cannot be read.
Result<std::string> find_credential(const Endpoint& endpoint, const http::Request& request, const http::Form& query,
                                    Fields& fields);

// Whose page this is, as far as it can be told before anything is checked: by the {site} of the path, or by the token's
// `iss`.
TenantPtr find_claimed_tenant(const ApiContext& api, const http::Request& request, std::string_view credential);

// Fills in the call's tenant, user and actor, or says why not. A tenant's calls are counted here, and refused while it
// is suspended.
Task<std::optional<Outcome>> identify(const Endpoint& endpoint, ApiContext& api, Call& call, std::string credential);

Refusal refuse_suspended(const Tenant& tenant);
Refusal refuse_for_now(std::string text, int64_t retry_after_s);

}  // namespace teahouse::api
