// EventPage: some events of a tenant's log, after a place in it.
//
// A reader sees each event once, in the order of the log, and learns it when some were removed before it came for them.
//
// Thread: any; the task goes on on `home`. Limits: a read looks at 5,000 events; where that finds none of the kinds,
// the page is empty and says that there is more.
#pragma once

#include <vector>

#include "base/task.h"
#include "events/event_log.h"

namespace teahouse {

struct EventPage {
  struct Entry {
    store::ArchiveId id;
    Event event;
  };
  std::vector<Entry> events;
  store::ArchiveId last = store::ArchiveId::none;  // how far it was read; a later page goes on after it
  bool more = false;                               // there is more to read now
};

struct EventsWanted {
  store::ArchiveId after = store::ArchiveId::none;  // none: from the oldest that is kept
  EventKinds kinds = EventKinds::all();
  size_t events_max = 50;
};

// Errors: gone when events after that place were removed; bad_request for a place that is none of this log.
Task<Result<EventPage>> read_events(Executor& home, store::DataPlane& data, TenantId tenant, EventsWanted wanted);

// The place of the newest event that was removed for its age or for the bytes; none: none was.
Task<Result<store::ArchiveId>> load_trimmed(Executor& home, store::DataPlane& data, TenantId tenant);

}  // namespace teahouse
