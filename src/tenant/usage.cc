#include "tenant/usage.h"

namespace teahouse {
namespace {

std::optional<int64_t> used_of(const Meter& meter, int64_t PlanLimits::*limit) {
  if (limit == &PlanLimits::accounts) return meter.accounts.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::sessions) return meter.sessions.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::rooms) return meter.rooms.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::archive_bytes) return meter.archive_bytes.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::files_total_bytes) return meter.files_bytes.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::bytestreams) return meter.bytestreams.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::call_allocations) return meter.call_allocations.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::call_bytes_per_month) return meter.call_bytes.load(std::memory_order_relaxed);
  if (limit == &PlanLimits::s2s_queue_bytes) return meter.s2s_queue_bytes.load(std::memory_order_relaxed);
  return std::nullopt;
}

}  // namespace

std::vector<UsageLine> usage(const Tenant& tenant) {
  std::vector<UsageLine> lines;
  const Plan& plan = tenant.plan;
  size_t place = 0;
  for (const PlanLimitName& limit : plan_limit_names()) {
    lines.push_back(
        {limit.name, used_of(*tenant.meter, limit.member), plan.sold_limits().*limit.member, plan.over_use(place++)});
  }
  return lines;
}

}  // namespace teahouse
