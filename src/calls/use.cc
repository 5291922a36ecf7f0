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
  refusal = Refusal::quota;
  if (Meter::is_full(tenant->meter->call_bytes, tenant->limits().call_bytes_per_month)) return nullptr;
  // tidy: allow new: make_unique cannot call a private constructor
  std::unique_ptr<Use> use(new Use(limits, std::move(tenant), account, std::move(network)));
  for (; use->taken_ != Share::all; use->taken_ = static_cast<Share>(static_cast<uint8_t>(use->taken_) + 1)) {
    if (use->take(use->taken_)) continue;
    if (use->taken_ == Share::machine) refusal = Refusal::capacity;
    return nullptr;
  }
  refusal = Refusal::none;
  return use;
}

bool Use::take(Share share) {
  Meter& meter = *tenant_->meter;
  const PlanLimits& plan = tenant_->limits();
  switch (share) {
    case Share::machine: return Meter::take(limits_.allocations_, limits_.allocations_max_);
    case Share::network: return limits_.of_network_.take(network_, Limits::per_network);
    case Share::tenant: return Meter::take(meter.call_allocations, plan.call_allocations);
    case Share::network_of_tenant: return meter.call_allocations_from.take(network_, plan.call_allocations_per_network);
    case Share::account: return meter.call_allocations_of.take(account_, plan.call_allocations_per_account);
    case Share::all: break;
  }
  return true;
}

void Use::give_back(Share share) {
  Meter& meter = *tenant_->meter;
  switch (share) {
    case Share::machine: return Meter::give_back(limits_.allocations_);
    case Share::network: return limits_.of_network_.give_back(network_);
    case Share::tenant: return Meter::give_back(meter.call_allocations);
    case Share::network_of_tenant: return meter.call_allocations_from.give_back(network_);
    case Share::account: return meter.call_allocations_of.give_back(account_);
    case Share::all: return;
  }
}

Use::~Use() {
  for (uint8_t share = 0; share < static_cast<uint8_t>(taken_); ++share) give_back(static_cast<Share>(share));
}

}  // namespace teahouse::calls
