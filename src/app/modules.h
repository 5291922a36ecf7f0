// THE list of modules, of which a home consists, in the order in which their hooks run.
#pragma once

#include <memory>
#include <vector>

#include "server/module.h"
#include "server/rooms.h"

namespace teahouse {

struct Shared;

std::vector<std::unique_ptr<Module>> make_modules();
// The rooms as the HTTP API sees them; one for all homes. Lifetime: the server outlives it.
std::unique_ptr<Rooms> make_rooms(Shared& shared);

}  // namespace teahouse
