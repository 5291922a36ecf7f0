// The addresses from which accounts have logged in, kept over restarts: else a restart in the middle of an attack would
// make everybody a stranger (login_throttle.h).
//
// Thread: load_known_logins before the loops run; the rest any.
// Limits: the last 8 addresses of an account, as hashes, for 30 days; a start reads the 100,000 newest of all.
#pragma once

#include "account/login_throttle.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"

namespace teahouse {

std::vector<store::Migration> known_logins_migrations();  // among those of Accounts, as is the table
store::Statement forget_known_logins(TenantId tenant, const std::string& localpart);  // with the account's row

// Tells the throttle the logins that are kept, and removes those that are too old, unless the clock is doubted.
Result<void> load_known_logins(store::ControlPlane& control, const Clock& clock, bool clock_is_believed,
                               LoginThrottle& throttle);
// Keeps the throttle's news, in one transaction: for a timer, once a minute, and for the end of the server. News that
// could not be kept is new still.
Task<Result<void>> store_known_logins(store::ControlPlane& control, Executor& home, LoginThrottle& throttle);

}  // namespace teahouse
