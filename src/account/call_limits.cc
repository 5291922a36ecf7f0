// A bucket is kept as the moment at which it will be full again: taking one moves that moment on by the time that one
// takes to fill, and there is nothing left when it lies further ahead than a whole bucket takes.
#include "account/call_limits.h"

#include <mutex>
#include <unordered_map>

#include "account/network.h"

namespace teahouse {
namespace {

constexpr size_t buckets_max = 100'000;
constexpr int64_t minute_us = 60'000'000;
constexpr int64_t hour_us = 60 * minute_us;

std::string account_key(TenantId tenant, std::string_view address) {
  return "account " + std::to_string(raw(tenant)) + " " + network_of(address);
}

std::string calls_of(TenantId tenant) { return "call " + std::to_string(raw(tenant)); }

// How long one of a bucket takes to fill: of a very large one, as long as can be told.
int64_t time_of_one(int64_t size, int64_t fill_us) { return std::max<int64_t>(fill_us / size, 1); }

}  // namespace

struct CallLimits::State {
  explicit State(const Clock& the_clock) : clock(the_clock) {}

  // Takes one from a bucket of `size` (unlimited: -1) that fills within `fill_us`; the seconds to wait when it is
  // empty. Nothing else is locked.
  int64_t take(const std::string& key, int64_t size, int64_t fill_us) {
    if (size < 0) return 0;
    if (size == 0) return fill_us / 1'000'000;
    const std::lock_guard lock(mutex);
    const int64_t now_us = clock.monotonic_ms() * 1000;
    make_room(now_us);
    int64_t& full_us = full_at_us.try_emplace(key, now_us).first->second;
    const int64_t after_us = std::max(full_us, now_us) + time_of_one(size, fill_us);
    if (after_us - now_us <= fill_us) {
      full_us = after_us;
      return 0;
    }
    return std::max<int64_t>(1, (after_us - now_us - fill_us + 999'999) / 1'000'000);
  }

  void give_back(const std::string& key, int64_t size, int64_t fill_us) {
    if (size <= 0) return;
    const std::lock_guard lock(mutex);
    if (const auto found = full_at_us.find(key); found != full_at_us.end()) found->second -= time_of_one(size, fill_us);
  }

  int64_t used(const std::string& key, int64_t size, int64_t fill_us) {
    if (size <= 0) return 0;
    const std::lock_guard lock(mutex);
    const auto bucket = full_at_us.find(key);
    if (bucket == full_at_us.end()) return 0;
    const int64_t one_us = time_of_one(size, fill_us);
    return (std::max<int64_t>(bucket->second - clock.monotonic_ms() * 1000, 0) + one_us - 1) / one_us;
  }

  void make_room(int64_t now_us) {
    if (full_at_us.size() < buckets_max) return;
    std::erase_if(full_at_us, [now_us](const auto& bucket) { return bucket.second <= now_us; });
    if (full_at_us.size() >= buckets_max) full_at_us.clear();
  }

  const Clock& clock;
  std::mutex mutex;
  std::unordered_map<std::string, int64_t> full_at_us;
};

CallLimits::CallLimits(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
CallLimits::~CallLimits() = default;

int64_t CallLimits::take_call(TenantId tenant, int64_t calls_per_min) {
  return state_->take(calls_of(tenant), calls_per_min, minute_us);
}

int64_t CallLimits::used_calls(TenantId tenant, int64_t calls_per_min) {
  return state_->used(calls_of(tenant), calls_per_min, minute_us);
}

int64_t CallLimits::take_guest(TenantId tenant, std::string_view address) {
  const std::string id = std::to_string(raw(tenant));
  const int64_t wait_s =
      state_->take("guest " + id + " " + network_of(address), guests_per_address, guests_per_address * minute_us);
  return wait_s != 0 ? wait_s : state_->take("guests " + id, guests_per_tenant_min, minute_us);
}

int64_t CallLimits::take_account(TenantId tenant, std::string_view address, int64_t per_h) {
  return state_->take(account_key(tenant, address), per_h, hour_us);
}

void CallLimits::give_back_account(TenantId tenant, std::string_view address, int64_t per_h) {
  state_->give_back(account_key(tenant, address), per_h, hour_us);
}

}  // namespace teahouse
