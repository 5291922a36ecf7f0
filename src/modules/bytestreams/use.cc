#include "modules/bytestreams/use.h"

#include <utility>

namespace teahouse::bytestreams {

Use::Use(HostPtr host, BareJid requester, BareJid target)
    : host_(std::move(host)), requester_(std::move(requester)), target_(std::move(target)) {}

Result<UsePtr> Use::take(const HostPtr& host, const Jid& requester, const Jid& target) {
  const PlanLimits& limits = host->tenant->limits();
  Meter& meter = *host->tenant->meter;
  if (!Meter::take(meter.bytestreams, limits.bytestreams)) {
    return Error{ErrorKind::resource_constraint,
                 "There are as many transfers as the plan allows at once: " + std::to_string(limits.bytestreams) +
                     ". Try again when one has ended."};
  }
  if (!meter.bytestreams_of.take(requester.bare_view(), limits.bytestreams_per_account)) {
    Meter::give_back(meter.bytestreams);
    return Error{ErrorKind::resource_constraint, "You have as many transfers as the plan allows at once: " +
                                                     std::to_string(limits.bytestreams_per_account) +
                                                     ". Try again when one has ended."};
  }
  return UsePtr(new Use(host, requester.bare(), target.bare()));  // tidy: allow new: the constructor is private
}

Use::~Use() {
  Meter& meter = *host_->tenant->meter;
  meter.bytestreams_of.give_back(requester_.str());
  Meter::give_back(meter.bytestreams);
}

void Use::count(size_t bytes) const {
  Meter& meter = *host_->tenant->meter;
  meter.relayed_bytes.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  meter.usage.add(Used::relayed_bytes, static_cast<int64_t>(bytes));
}

}  // namespace teahouse::bytestreams
