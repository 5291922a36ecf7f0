// Removing an account as a whole: its credentials, its sessions, all that the modules stored for it, and what others
// keep of it; and the latter for all accounts of a domain.
//
// Thread: any loop's; the task goes on there. Ends when the removal is on disk. Errors: item_not_found;
// internal_server_error when something could not be removed: it will be, by finish_account_removal.
#pragma once

#include <string>

#include "account/account_removals.h"
#include "base/task.h"
#include "net/loop.h"
#include "tenant/tenant.h"

namespace teahouse {

struct Shared;

Task<Result<void>> remove_account_whole(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart);

// Does the rest for an account whose removal has begun; also for one that an earlier run left.
Task<Result<void>> finish_account_removal(Shared& shared, net::Loop& loop, TenantPtr tenant, AccountRemovalPtr removal);

// Removes what others keep of addresses at this domain, before it can be another tenant's.
Task<Result<void>> forget_domain(Shared& shared, Executor& home, std::string domain);

}  // namespace teahouse
