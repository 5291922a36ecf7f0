// The removal of all that rooms keep of an account that is no more: its affiliations, reserved nicks and invitations,
// and that they count for it. Else the next account of its name would be a member, or banned, where this one was.
#pragma once

#include "server/module_context.h"

namespace teahouse::muc {

// Starts it, on the account's home; `removal` is let go when all rooms, of all tenants, have done so.
void forget_account(ModuleContext& context, const BareJid& account, const RemovalPtr& removal);

// The addresses at this domain of which rooms of other tenants keep something.
Task<Result<std::vector<BareJid>>> find_named(ModuleContext& context, std::string domain);

}  // namespace teahouse::muc
