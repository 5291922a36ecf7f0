// Removing an account as a whole: who it was, its sessions, and all that the modules stored for it.
//
// Thread: any loop's; the task goes on there. Ends when the removal is on disk. Errors: item_not_found.
#pragma once

#include <string>

#include "base/task.h"
#include "server/home.h"

namespace teahouse {

Task<Result<void>> remove_account_whole(House& house, net::Loop& loop, TenantPtr tenant, std::string localpart);

}  // namespace teahouse
