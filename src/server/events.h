// Events of the data plane and of sessions, on their way to the tenant's EventLog.
//
// Thread: any.
#pragma once

#include "events/event_log.h"
#include "tenant/tenant.h"

namespace teahouse {

struct Shared;

// As EventLog::append(), where the tenant keeps events of this kind; elsewhere `write` is called with null.
Lsn record_event(Shared& shared, const Tenant& tenant, EventBody body, const EventLog::WriteWith& write);
void record_event(Shared& shared, const Tenant& tenant, EventBody body);

}  // namespace teahouse
