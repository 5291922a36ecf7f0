// Ghosts: sessions whose client may be gone: it has no stream, or has not answered a probe. Where a limit of sessions
// is reached, the quietest of them makes room for who is there: a phone that lost its network often, and never came
// back to resume, must not lock its owner out.
#pragma once

#include <functional>

#include "base/ids.h"
#include "server/home.h"

namespace teahouse {

// Why it ends, for its client.
inline constexpr char ghost_text[] = "Nothing was heard of this client for long, and another one needed its place.";

// The one that has been silent for longest; null: all are there. Thread: their home's.
Session* find_quietest_ghost(const Resident& resident);

// Ends the quietest of a tenant's, on whatever home it lives; then calls back, later, with whether there was one.
// Thread: `home`'s.
void close_quietest_ghost(Home& home, TenantId tenant, std::function<void(bool closed)> done);

}  // namespace teahouse
