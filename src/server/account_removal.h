// Removing an account as a whole: who it was, its sessions, all that the modules stored for it, and what others keep of
// it; and the latter for all accounts of a domain.
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

struct House;

Task<Result<void>> remove_account_whole(House& house, net::Loop& loop, TenantPtr tenant, std::string localpart);

// What is left to do for an account whose removal has begun; also what an earlier run left.
Task<Result<void>> finish_account_removal(House& house, net::Loop& loop, TenantPtr tenant, AccountRemovalPtr removal);

// What others keep of addresses at this domain, before it can be another tenant's.
Task<Result<void>> forget_domain(House& house, Executor& home, std::string domain);

}  // namespace teahouse
