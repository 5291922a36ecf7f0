#include "account/api_call_limits.h"

#include <mutex>

#include "account/network.h"
#include "base/token_buckets.h"

namespace teahouse {
namespace {

constexpr int64_t hour_s = 3600;

std::string network_key(TenantId tenant, std::string_view address) {
  return "account " + std::to_string(raw(tenant)) + " " + network_of(address);
}

std::string calls_of(TenantId tenant) { return "call " + std::to_string(raw(tenant)); }

TokenRate calls_rate(int64_t per_min) { return TokenRate::per_minute(per_min, per_min); }

TokenRate daily(int64_t tokens) { return TokenRate::per_hour_of(tokens / 24, tokens); }

}  // namespace

struct ApiCallLimits::State {
  explicit State(const Clock& the_clock) : clock(the_clock) {}

  // The seconds to wait when the bucket of this name, of so many (unlimited: -1), is empty. Nothing else is locked.
  int64_t take(const std::string& key, int64_t size, TokenRate rate) {
    if (size < 0) return 0;
    if (size == 0) return hour_s / rate.per_hour;
    const std::lock_guard lock(mutex);
    return (buckets.take_ms(key, clock.monotonic_ms(), rate) + 999) / 1000;
  }
  void give_back(const std::string& key) {
    const std::lock_guard lock(mutex);
    buckets.give_back(key, clock.monotonic_ms());
  }
  int64_t used(const std::string& key, int64_t size, TokenRate rate) {
    if (size <= 0) return 0;
    const std::lock_guard lock(mutex);
    return buckets.used(key, clock.monotonic_ms(), rate);
  }

  const Clock& clock;
  std::mutex mutex;
  TokenBuckets buckets{100'000};
};

ApiCallLimits::ApiCallLimits(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
ApiCallLimits::~ApiCallLimits() = default;

int64_t ApiCallLimits::take_call(TenantId tenant, int64_t calls_per_min) {
  return state_->take(calls_of(tenant), calls_per_min, calls_rate(calls_per_min));
}

int64_t ApiCallLimits::used_calls(TenantId tenant, int64_t calls_per_min) {
  return state_->used(calls_of(tenant), calls_per_min, calls_rate(calls_per_min));
}

int64_t ApiCallLimits::take_guest(TenantId tenant, std::string_view address, int64_t per_h) {
  const std::string id = std::to_string(raw(tenant));
  const TokenRate rate = TokenRate::per_hour_of(per_h, per_h);
  const int64_t wait_s = state_->take("guest " + id + " " + network_of(address), per_h, rate);
  if (wait_s != 0) return wait_s;
  return state_->take("guests " + id, guests_per_tenant_min, calls_rate(guests_per_tenant_min));
}

int64_t ApiCallLimits::take_account(TenantId tenant, std::string_view address, int64_t per_h) {
  return state_->take(network_key(tenant, address), per_h, TokenRate::per_hour_of(per_h, per_h));
}

void ApiCallLimits::give_back_account(TenantId tenant, std::string_view address, int64_t per_h) {
  if (per_h > 0) state_->give_back(network_key(tenant, address));
}

int64_t ApiCallLimits::take_idempotency_key(TenantId tenant, const std::string& caller) {
  const std::string id = "idempotency " + std::to_string(raw(tenant)) + " ";
  const auto take = [&](const std::string& who, int64_t most) { return state_->take(id + who, most, daily(most)); };
  if (caller == "key" || caller == "operator") return take(caller, idempotency_keys_per_site);
  const int64_t wait_s = take(caller, idempotency_keys_per_caller);
  return wait_s != 0 ? wait_s : take("all", idempotency_keys_per_site);
}

bool ApiCallLimits::take_ghost_hunt(TenantId tenant) {
  return state_->take("ghosts " + std::to_string(raw(tenant)), ghost_hunts_per_min, calls_rate(ghost_hunts_per_min)) ==
         0;
}

}  // namespace teahouse
