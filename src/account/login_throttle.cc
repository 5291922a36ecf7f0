// Failures are counted in windows of ten minutes that begin with the first of them. Accounts and addresses are counted
// for each tenant by itself: who fails at one tenant is a stranger at the next, and an office behind one address that
// is refused at one site is not refused at another. An IPv6 address is its /64, since that is what one customer gets.
#include "account/login_throttle.h"

#include <list>
#include <mutex>

#include "account/network.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

constexpr size_t keys_max = 100'000;
constexpr size_t key_bytes = 15;  // what a std::string holds in itself
constexpr int64_t window_ms = 10 * 60 * 1000;
constexpr int free_failures = 3;
constexpr int64_t first_delay_ms = 250;
constexpr int64_t delay_ms_max = 8000;
constexpr int refused_failures = 30;

// Keys are hashed so that each has one small size, however long a name somebody tries.
std::string key_of(char kind, TenantId tenant, std::string_view name) {
  return crypto::sha256(kind + std::to_string(raw(tenant)) + " " + std::string(name)).substr(0, key_bytes);
}
std::string account_key(TenantId tenant, std::string_view localpart) { return key_of('a', tenant, localpart); }
std::string address_key(TenantId tenant, std::string_view address) { return key_of('i', tenant, network_of(address)); }

int64_t delay_after(int failures) {
  if (failures <= free_failures) return 0;
  int64_t delay_ms = first_delay_ms;
  for (int i = free_failures + 1; i < failures && delay_ms < delay_ms_max; ++i) delay_ms *= 2;
  return std::min(delay_ms, delay_ms_max);
}

}  // namespace

struct LoginThrottle::State {
  explicit State(const Clock& the_clock) : clock(the_clock) {}

  struct Count {
    std::string key;
    int failures = 0;
    int64_t began_ms = 0;
  };
  using Counts = std::list<Count>;

  const Clock& clock;
  std::mutex mutex;
  Counts counts;                                                  // by the time of the last failure, oldest first
  std::unordered_map<std::string_view, Counts::iterator> by_key;  // views into `counts`

  int failures(const std::string& key) const {
    const auto found = by_key.find(key);
    if (found == by_key.end() || clock.monotonic_ms() - found->second->began_ms >= window_ms) return 0;
    return found->second->failures;
  }

  void add(const std::string& key) {
    const int64_t now_ms = clock.monotonic_ms();
    auto found = by_key.find(key);
    if (found == by_key.end()) {
      if (by_key.size() >= keys_max) forget(counts.front().key);
      counts.push_back({key, 0, now_ms});
      found = by_key.emplace(counts.back().key, std::prev(counts.end())).first;
    } else {
      counts.splice(counts.end(), counts, found->second);
    }
    Count& count = *found->second;
    if (now_ms - count.began_ms >= window_ms) {
      count.failures = 0;
      count.began_ms = now_ms;
    }
    ++count.failures;
  }

  void forget(const std::string& key) {
    const auto found = by_key.find(key);
    if (found == by_key.end()) return;
    const auto count = found->second;
    by_key.erase(found);
    counts.erase(count);
  }
};

LoginThrottle::LoginThrottle(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
LoginThrottle::~LoginThrottle() = default;

LoginThrottle::Wait LoginThrottle::before_answer(TenantId tenant, std::string_view localpart,
                                                 std::string_view address) const {
  const std::string account = account_key(tenant, localpart), from = address_key(tenant, address);
  const std::lock_guard lock(state_->mutex);
  const int of_address = state_->failures(from);
  return {delay_after(std::max(state_->failures(account), of_address)), of_address > refused_failures};
}

void LoginThrottle::failed(TenantId tenant, std::string_view localpart, std::string_view address) {
  const std::string account = account_key(tenant, localpart), from = address_key(tenant, address);
  const std::lock_guard lock(state_->mutex);
  state_->add(account);
  state_->add(from);
}

// The address keeps its count: else who has one account here could try others for ever, logging in to his own in
// between.
void LoginThrottle::succeeded(TenantId tenant, std::string_view localpart, std::string_view) {
  const std::string account = account_key(tenant, localpart);
  const std::lock_guard lock(state_->mutex);
  state_->forget(account);
}

}  // namespace teahouse
