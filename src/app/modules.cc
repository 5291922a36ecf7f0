#include "app/modules.h"

#include "modules/archive/archive_module.h"
#include "modules/carbons/carbons_module.h"
#include "modules/entity/entity_module.h"
#include "modules/muc/muc.h"
#include "modules/offline/offline_module.h"
#include "modules/presence/presence_module.h"
#include "modules/registration/registration_module.h"
#include "modules/roster/roster_module.h"

namespace teahouse {

std::vector<std::unique_ptr<Module>> make_modules() {
  std::vector<std::unique_ptr<Module>> modules;
  auto roster = std::make_unique<RosterModule>();
  RosterModule& contacts = *roster;
  modules.push_back(std::move(roster));
  modules.push_back(std::make_unique<PresenceModule>(contacts));
  modules.push_back(std::make_unique<EntityModule>(contacts));
  modules.push_back(std::make_unique<RegistrationModule>());
  modules.push_back(std::make_unique<ArchiveModule>());
  modules.push_back(std::make_unique<CarbonsModule>());
  modules.push_back(std::make_unique<OfflineModule>());
  modules.push_back(make_muc());
  return modules;
}

std::unique_ptr<Rooms> make_rooms(House& house) { return make_muc_rooms(house); }

}  // namespace teahouse
