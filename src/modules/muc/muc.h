// The rooms of every tenant: the whole of XEP-0045, with archives, occupant-ids and self-pings.
#pragma once

#include <memory>

#include "server/module.h"
#include "server/module_context.h"
#include "server/rooms.h"

namespace teahouse {

// The module; one for each home.
std::unique_ptr<Module> make_muc();
// The rooms as the HTTP API uses them; one for all homes, each of which has the module. Lifetime: the server outlives
// it.
std::unique_ptr<Rooms> make_muc_rooms(Shared& shared);

namespace muc {
class Service;
// The rooms of a home, by its module; null where there is none. Thread: the home's loop.
Service* find_service(Module* module);
}  // namespace muc

}  // namespace teahouse
