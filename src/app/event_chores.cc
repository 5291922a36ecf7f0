// One run at a time: nothing is trimmed between the moment when an event of the outbox comes to a log and that when it
// has left the outbox, as the log is what tells that it came.
#include "app/event_chores.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "events/event_trim.h"
#include "server/home.h"
#include "tenant/event_outbox.h"

namespace teahouse {
namespace {
constexpr int64_t day_ms = 86'400'000, minute_ms = 60'000;
}

void EventChores::watch(const Tenant& tenant) {
  tenant.event_log->set_drain([this] {
    if (net::Loop* loop = loop_) loop->post([this] { spawn(run(*this, Trims::none)); });
  });
}

void EventChores::start(net::Loop& loop) {
  loop_ = &loop;
  for (const TenantPtr& tenant : tenants_.list()) watch(*tenant);
  spawn(run(*this, Trims::all));
}

Task<bool> EventChores::drain(EventChores& self) {
  event_outbox::FindTenant find = [&self](TenantId id) { return self.tenants_.find(id); };
  const auto drained = co_await event_outbox::drain(*self.loop_, self.control_, self.shared_.data, std::move(find));
  if (!drained) log::warning("events", "Events wait in the control plane", {{"why", drained.error().text}});
  co_return drained.has_value();
}

Task<void> EventChores::trim(EventChores& self, TenantPtr tenant) {
  const PlanLimits& limits = tenant->limits();
  EventsKept kept;
  kept.bytes_max = limits.events_bytes;
  // A minute more: what is being appended now has a time that is not older.
  if (limits.events_days >= 0) {
    kept.from_ms = std::max<int64_t>(0, self.shared_.clock.wall_ms() - limits.events_days * day_ms - minute_ms);
  }
  const auto trimmed = co_await trim_events(*self.loop_, self.shared_.data, tenant->id, kept);
  if (!trimmed) {
    log::warning("events", "Events were not trimmed", {{"tenant", tenant->name}, {"why", trimmed.error().text}});
  }
}

Task<void> EventChores::run(EventChores& self, Trims trims) {
  if (std::exchange(self.running_, true)) {
    self.again_ = true;
    co_return;
  }
  bool is_drained = false;
  do {
    self.again_ = false;
    is_drained = co_await drain(self);
  } while (self.again_);
  if (trims != Trims::none && is_drained && self.clock_watch_.is_believed()) {
    for (const TenantPtr& tenant : self.tenants_.list()) {
      const bool keeps = trims == Trims::all || !tenant->events.empty();
      if (keeps && !tenant->being_removed) co_await trim(self, tenant);
    }
  }
  self.running_ = false;
  if (std::exchange(self.again_, false)) co_await run(self, Trims::none);
}

}  // namespace teahouse
