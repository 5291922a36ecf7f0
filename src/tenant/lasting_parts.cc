#include "tenant/lasting_parts.h"

#include <memory>

#include "events/event_log.h"

namespace teahouse {
namespace {

struct LastingParts {
  Meter meter;
  LocalpartSet staff, disabled;
  Aliases aliases;
  Spellings spellings;
  EventLog event_log;
};

}  // namespace

void add_lasting_parts(Tenant& tenant) {
  const auto parts = std::make_shared<LastingParts>();
  tenant.meter = {parts, &parts->meter};
  tenant.staff = {parts, &parts->staff};
  tenant.disabled = {parts, &parts->disabled};
  tenant.aliases = {parts, &parts->aliases};
  tenant.spellings = {parts, &parts->spellings};
  tenant.event_log = {parts, &parts->event_log};
}

}  // namespace teahouse
