// check_hosts: whether a tenant can do with these hosts alone.
//
// Thread: the loop of the ApiContext.
#pragma once

#include <vector>

#include "api/api_call.h"

namespace teahouse::api {

// Errors: conflict where a host that is to go has something, as rooms; those of the stores.
Task<Result<void>> check_hosts(ApiContext& api, TenantPtr tenant, std::vector<HostName> hosts);

}  // namespace teahouse::api
