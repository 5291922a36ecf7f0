// Another password for an account: the tokens of its devices end with the old one (Accounts::set_password), and so do
// its sessions, the one that asks excepted: a device that somebody else holds is out, and the others come back by the
// new one.
//
// Thread: any loop's; the task goes on there. Errors: as Accounts::set_password has them; then no session ends.
#pragma once

#include <string>

#include "base/task.h"
#include "net/loop.h"
#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse {

struct Shared;

// `asking`: the full JID that asks; its session is spared where it is the account's own.
Task<Result<void>> change_password(Shared& shared, net::Loop& loop, TenantPtr tenant, std::string localpart,
                                   std::string password, std::string asking = {});
// The second half alone: for what has set the password already.
void end_sessions_of_old_password(Shared& shared, const BareJid& account, std::string asking = {});

}  // namespace teahouse
