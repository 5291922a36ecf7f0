// The removal of all that nodes keep of an account that is no more: its affiliations and subscriptions. Else the next
// account of its name would be what this one was.
#pragma once

#include "server/module_context.h"

namespace teahouse::pubsub {

// On the account's home; `removal` is held until all nodes, of all tenants, have done so.
Task<void> forget_elsewhere(ModuleContext& context, BareJid account, RemovalPtr removal);

// The addresses at this domain that nodes of other tenants name.
Task<Result<std::vector<BareJid>>> find_named(ModuleContext& context, std::string domain);

}  // namespace teahouse::pubsub
