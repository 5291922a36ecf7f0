#include "server/events.h"

#include "server/home.h"

namespace teahouse {

Lsn record_event(Shared& shared, const Tenant& tenant, EventBody body, const EventLog::WriteWith& write) {
  const EventType* type = type_of(body);
  if (!type || !tenant.events.has(type->kind)) return write(nullptr);
  return tenant.event_log->append(shared.data, tenant.id, {shared.clock.wall_ms(), std::move(body)}, write);
}

void record_event(Shared& shared, const Tenant& tenant, EventBody body) {
  record_event(shared, tenant, std::move(body), [](const store::Companion* with) {
    return with ? with->store.append(with->owner, with->row) : Lsn::none;
  });
}

}  // namespace teahouse
