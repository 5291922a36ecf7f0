// The parts of a tenant that all its snapshots share: its Meter, staff, disabled, Aliases, Spellings and EventLog.
//
// They are one piece of memory for each tenant, and end with the last one who holds any of them.
#pragma once

#include "tenant/tenant.h"

namespace teahouse {

// Gives a tenant that has none new and empty ones.
void add_lasting_parts(Tenant& tenant);

}  // namespace teahouse
