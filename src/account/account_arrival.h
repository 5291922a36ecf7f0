// Accounts of a tenant that arrives from elsewhere, each as it was there: nobody serves the tenant yet (Tenants).
//
// Thread: `home`'s. Limits: the plan's accounts. Errors: conflict for an account that is there, or that programs can't
// tell from one; resource_constraint; bad_request and jid_malformed for what no account can be.
#pragma once

#include <optional>

#include "account/accounts.h"

namespace teahouse {

// `keys`: none, and only tokens log in.
Task<Result<void>> store_arrived(store::ControlPlane& control, Executor& home, TenantPtr tenant, Account account,
                                 std::optional<sasl::ScramKeys> keys);

}  // namespace teahouse
