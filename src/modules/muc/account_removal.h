// What the rooms of a tenant keep of an account that is removed: its affiliations and reserved nicks. They go, or the
// next account of its name would be a member, or banned, where this one was.
#pragma once

#include "server/home.h"

namespace teahouse::muc {

// Starts it, on the account's home; `forgotten` is let go when all rooms have done so.
void forget_account(Home& home, const HostPtr& host, const BareJid& account, const ReceiptPtr& forgotten);

}  // namespace teahouse::muc
