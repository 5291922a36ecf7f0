// Delayed delivery: the time at which a stanza was first on its way, told by the entity that held it.
//
// Spec: XEP-0203.
#pragma once

#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace teahouse {

// <delay/> of this entity; `from` is an address.
std::string make_delay(std::string_view from, int64_t wall_ms);

// True where this entity has told already; other entities tell of another time.
bool is_delayed_by(const Stanza& stanza, std::string_view from);

}  // namespace teahouse
