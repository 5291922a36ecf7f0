// THE list of modules, of which a home consists, in the order in which their hooks run.
#pragma once

#include <memory>
#include <vector>

#include "server/module.h"
#include "server/pushes.h"
#include "server/rooms.h"

namespace teahouse {

class Home;
struct Shared;
class VapidKeys;
namespace webpush {
class Sender;
}

std::vector<std::unique_ptr<Module>> make_modules();
// The rooms as the HTTP API sees them; one for all homes. Lifetime: the server outlives it.
std::unique_ptr<Rooms> make_rooms(Shared& shared);
// The same of devices that are woken by pushes.
std::unique_ptr<Pushes> make_pushes(Shared& shared, VapidKeys& keys);
// The home's pushes leave by this sender. Lifetime: both outlive the home's loop. REQUIRES: that does not run yet.
void send_pushes(Home& home, webpush::Sender& sender, VapidKeys& keys);

}  // namespace teahouse
