#include "calls/use.h"

namespace teahouse::calls {
namespace {

std::string key_of(TenantId tenant, std::string_view account) {
  return std::to_string(raw(tenant)).append(":").append(account);
}

}  // namespace

void Limits::end_account(TenantId tenant, std::string_view account, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ended_, [now_ms](const auto& each) { return each.second + CallCredentials::lasts_ms <= now_ms; });
  ended_.insert_or_assign(key_of(tenant, account), now_ms);
}

bool Limits::is_ended(const CallCredentials::Claim& claim) const {
  const std::lock_guard lock(mutex_);
  if (ended_.empty()) return false;
  const auto found = ended_.find(key_of(claim.tenant, claim.account));
  return found != ended_.end() && claim.expires_ms - CallCredentials::lasts_ms <= found->second;
}

std::unique_ptr<Use> Use::take(Limits& limits, TenantPtr tenant, std::string_view account, std::string network,
                               Refusal& refusal) {
  Meter& meter = *tenant->meter;
  const PlanLimits& plan = tenant->limits();
  const std::string name(account);
  refusal = Refusal::quota;
  if (Meter::is_full(meter.call_bytes, plan.call_bytes_per_month)) return nullptr;
  if (!Meter::take(limits.allocations_, limits.allocations_max_)) {
    refusal = Refusal::capacity;
    return nullptr;
  }
  if (!limits.of_network_.take(network, Limits::per_network)) {
    Meter::give_back(limits.allocations_);
    return nullptr;
  }
  if (!Meter::take(meter.call_allocations, plan.call_allocations)) {
    limits.of_network_.give_back(network);
    Meter::give_back(limits.allocations_);
    return nullptr;
  }
  if (!meter.call_allocations_of.take(name, plan.call_allocations_per_account)) {
    Meter::give_back(meter.call_allocations);
    limits.of_network_.give_back(network);
    Meter::give_back(limits.allocations_);
    return nullptr;
  }
  refusal = Refusal::none;
  // tidy: allow new: make_unique cannot call a private constructor
  return std::unique_ptr<Use>(new Use(limits, std::move(tenant), account, std::move(network)));
}

Use::~Use() {
  tenant_->meter->call_allocations_of.give_back(account_);
  Meter::give_back(tenant_->meter->call_allocations);
  limits_.of_network_.give_back(network_);
  Meter::give_back(limits_.allocations_);
}

}  // namespace teahouse::calls
