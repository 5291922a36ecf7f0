#include "server/c2s/inflow.h"

namespace teahouse::c2s {

void Inflow::use(int64_t now_ms, const PlanLimits& plan) {
  is_limited_ = plan.stanzas_per_s >= 0;
  stanzas_.set_rate(now_ms, TokenRate::per_second(plan.stanzas_per_s, 2 * plan.stanzas_per_s));
}

int64_t Inflow::count_bytes(int64_t now_ms, size_t bytes) {
  if (!is_limited_) return 0;
  bytes_.take_or_owe(now_ms, static_cast<int64_t>(bytes));
  return bytes_.wait_ms(now_ms, 0);
}

}  // namespace teahouse::c2s
