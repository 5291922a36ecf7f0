// The id of an occupant: it names the same account in a room for ever, and tells nothing of it; another account of its
// name has another.
//
// Spec: XEP-0421.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tenant/tenant.h"
#include "xmpp/jid.h"

namespace teahouse {

// `tenant`: the room's. `account`: its real bare JID.
std::string make_occupant_id(const Tenant& tenant, const BareJid& room, std::string_view account, int64_t incarnation);

}  // namespace teahouse
