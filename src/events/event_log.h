// EventLog: the events of one tenant, in one order: an archive in the tenant's own key space of the data plane, which
// ends with the tenant.
//
// All loops append to the log under its lock, so the order of its ids is that of the commits: a reader sees a prefix,
// and nothing comes in before what it has seen. An event that goes with a write (a message's, a room's) is committed
// with it or not at all.
//
// Thread: any. Lifetime: one for each tenant, kept while its Tenant snapshots are replaced.
// Limits: event_row.h's of a row; as many bytes and days as the plan keeps (event_trim.h); 20 waiters.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "events/event.h"
#include "store/arrival_order.h"
#include "store/stores.h"

namespace teahouse {

inline constexpr size_t event_waiters_max = 20;

class EventLog {
 public:
  static constexpr std::string_view store_name = "events", owner = "log";
  static constexpr std::string_view at_once = "now", by_outbox = "outbox";  // ArchiveRow::with

  // Calls `write` with the event's row, which is to go with what is written; gives what it gives.
  using WriteWith = std::function<Lsn(const store::Companion*)>;
  Lsn append(store::DataPlane& data, TenantId tenant, const Event& event, const WriteWith& write);
  Lsn append(store::DataPlane& data, TenantId tenant, const Event& event);

  // Waiter: one who is told that there is more. Its members but for `is_told` are its home's own.
  struct Waiter {
    Waiter(Executor& its_home, EventKinds its_kinds, std::function<void()> its_tell)
        : home(its_home), kinds(its_kinds), tell(std::move(its_tell)) {}
    Executor& home;
    const EventKinds kinds;
    std::function<void()> tell;         // called at `home`, as long as it is there
    std::atomic<bool> is_told = false;  // and not yet begun to look
  };
  // Told of each event of these kinds that is appended from now on, until the waiter is dropped. Null: there are
  // event_waiters_max already.
  std::shared_ptr<Waiter> add_waiter(Executor& home, EventKinds kinds, std::function<void()> tell);

  size_t count_waiters() const;

  // The call when the control plane has events for this log (tenant/event_outbox.h).
  void set_drain(std::function<void()> drain);
  void drain_soon() const;

 private:
  void tell_waiters(EventKind kind);

  mutable std::mutex mutex_;
  std::optional<store::ArchiveIdMaker> ids_;  // guarded by mutex_, as is what follows
  std::vector<std::weak_ptr<Waiter>> waiters_;
  std::function<void()> drain_;
};

}  // namespace teahouse
