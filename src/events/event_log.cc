#include "events/event_log.h"

#include <algorithm>
#include <utility>

#include "events/event_row.h"
#include "store/data_plane.h"

namespace teahouse {

// The row's own time is that of its id, which never goes back: so what is trimmed by time is always a prefix.
Lsn EventLog::append(store::DataPlane& data, TenantId tenant, const Event& event, const WriteWith& write) {
  const store::ArchiveStore log = data.archive(tenant, store_name);
  store::ArchiveRow row{store::ArchiveId::none, std::string(event.outbox_number == 0 ? at_once : by_outbox),
                        write_event(event)};
  const EventType* type = type_of(event.body);
  const std::lock_guard lock(mutex_);
  if (!ids_) ids_.emplace(data.arrivals(), 0);
  row.id = ids_->make(event.at_ms).id;
  const store::Companion with{log, owner, row};
  const Lsn lsn = write(&with);
  if (type && !waiters_.empty()) tell_waiters(type->kind);
  return lsn;
}

Lsn EventLog::append(store::DataPlane& data, TenantId tenant, const Event& event) {
  return append(data, tenant, event,
                [](const store::Companion* with) { return with->store.append(with->owner, with->row); });
}

void EventLog::tell_waiters(EventKind kind) {
  for (const auto& each : waiters_) {
    const auto waiter = each.lock();
    if (!waiter || !waiter->kinds.has(kind) || waiter->is_told.exchange(true)) continue;
    waiter->home.post([each] {
      if (const auto there = each.lock()) there->tell();
    });
  }
}

std::shared_ptr<EventLog::Waiter> EventLog::add_waiter(Executor& home, EventKinds kinds, std::function<void()> tell) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [](const auto& each) { return each.expired(); });
  if (waiters_.size() >= event_waiters_max) return nullptr;
  auto waiter = std::make_shared<Waiter>(home, kinds, std::move(tell));
  waiters_.push_back(waiter);
  return waiter;
}

size_t EventLog::count_waiters() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(waiters_.begin(), waiters_.end(), [](const auto& each) { return !each.expired(); }));
}

void EventLog::set_drain(std::function<void()> drain) {
  const std::lock_guard lock(mutex_);
  drain_ = std::move(drain);
}

void EventLog::drain_soon() const {
  const std::lock_guard lock(mutex_);
  if (drain_) drain_();
}

}  // namespace teahouse
