// How a tenant's events end: those that are older than its plan keeps them, and the oldest beyond the plan's bytes.
//
// Thread: any; the task goes on on `home`.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/task.h"
#include "events/event_log.h"

namespace teahouse {

// Key-value, of EventLog::store_name: the id of the newest event that was removed.
inline constexpr std::string_view trimmed_key = "trimmed";

struct EventsKept {
  int64_t from_ms = 0;     // what is older goes; REQUIRES: nothing is appended for such a time any more
  int64_t bytes_max = -1;  // -1: as many as there are
};
// How many bytes that left are told by the store. REQUIRES: what the outbox had for this log is drained, so that the
// log still tells what came by it (tenant/event_outbox.h).
Task<Result<store::ArchiveStore::Trimmed>> trim_events(Executor& home, store::DataPlane& data, TenantId tenant,
                                                       EventsKept kept);

}  // namespace teahouse
