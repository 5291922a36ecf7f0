// Failures are counted in windows of ten minutes that begin with the first of them.
//
// A guesser with many addresses meets the one count that all strangers to an account share. They can use it up, and
// that is all: who comes from an address where the account is known has a count of their own there, which strangers
// can't reach. What fails there is counted nowhere else; so a client that goes on trying an old password, as many do
// unattended, keeps nobody else out. A guesser who tries many accounts from one address meets the count of those.
#include "account/login_throttle.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "account/network.h"
#include "crypto/hash.h"

namespace teahouse {
namespace {

constexpr size_t keys_max = 100'000;
constexpr size_t known_addresses_max = 8;  // of one account
constexpr size_t key_bytes = 15;           // what a std::string holds in itself
constexpr size_t news_max = 10'000;
constexpr int64_t window_ms = 10 * 60 * 1000;
constexpr int64_t day_ms = 24LL * 60 * 60 * 1000;
constexpr int64_t known_ms = 30 * day_ms;
constexpr int failures_where_known = 60, failures_of_stranger = 20, failures_of_strangers = 30, accounts_max = 30;
constexpr int trying_max = 500;
constexpr int free_failures = 3;
constexpr int64_t first_delay_ms = 250;
constexpr int64_t delay_ms_max = 8000;

// Keys are hashed so that each has one small size, however long a name somebody tries.
std::string key_of(char kind, TenantId tenant, std::string_view name) {
  return crypto::sha256(kind + std::to_string(raw(tenant)) + " " + std::string(name)).substr(0, key_bytes);
}
std::string account_key(TenantId tenant, std::string_view localpart) { return key_of('a', tenant, localpart); }

int64_t delay_after(int failures) {
  if (failures <= free_failures) return 0;
  int64_t delay_ms = first_delay_ms;
  for (int i = free_failures + 1; i < failures && delay_ms < delay_ms_max; ++i) delay_ms *= 2;
  return std::min(delay_ms, delay_ms_max);
}

// A map of a limited size that forgets what was longest unused.
template <class Value>
class Recent {
 public:
  Value* find(const std::string& key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->second;
  }
  // Made when it is not there; in any case now the last to be forgotten.
  Value& touch(const std::string& key) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      entries_.splice(entries_.end(), entries_, found->second);
    } else {
      if (by_key_.size() >= keys_max) forget(std::string(entries_.front().first));
      entries_.emplace_back(key, Value{});
      by_key_.emplace(entries_.back().first, std::prev(entries_.end()));
    }
    return entries_.back().second;
  }
  void forget(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    const auto entry = found->second;
    by_key_.erase(found);
    entries_.erase(entry);
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;  // the longest unused first
  Entries entries_;
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_;  // views into `entries_`
};

struct Count {
  int failures = 0;  // and attempts that have not ended yet
  int64_t began_ms = 0;
  int trying = 0;  // how many of them have not ended, as far as the address counts them
};
// Where an account has logged in, when last, and when that was news last.
struct Known {
  std::string address;
  int64_t last_ms;
  int64_t told_ms;
};

// Who tries, as keys: the address, the account, and the account at that address.
struct Attempt {
  Attempt(TenantId tenant, std::string_view localpart, std::string_view from)
      : address(key_of('i', tenant, network_of(from))),
        account(account_key(tenant, localpart)),
        both(key_of('b', tenant, account + address)) {}
  std::string address, account, both;
};

}  // namespace

// REQUIRES of all: the mutex is held.
struct LoginThrottle::State {
  explicit State(const Clock& the_clock) : clock(the_clock) {}

  int failures(const std::string& key) {
    const Count* count = counts.find(key);
    return count && clock.monotonic_ms() - count->began_ms < window_ms ? count->failures : 0;
  }
  void add(const std::string& key) {
    const int now = failures(key);
    Count& count = counts.touch(key);
    if (now == 0) count = {0, clock.monotonic_ms()};
    count.failures = now + 1;
  }
  // Many people may come back to one address at once: only what has ended counts against it, up to a bound.
  bool refuses_another(const Attempt& attempt) {
    const int tried = failures(attempt.address);
    if (tried == 0) return false;
    const int trying = counts.find(attempt.address)->trying;
    return tried - trying > accounts_max || trying >= trying_max;
  }
  void begin_another(const Attempt& attempt) {
    add(attempt.address);
    ++counts.touch(attempt.address).trying;
    counts.touch(attempt.both).trying = 1;
  }
  // The attempt that the address counts, if this is one, is over.
  void end(const Attempt& attempt) {
    Count* both = counts.find(attempt.both);
    if (!both || std::exchange(both->trying, 0) == 0) return;
    if (Count* address = counts.find(attempt.address); address && address->trying > 0) --address->trying;
  }
  void take_off(const std::string& key) {
    if (Count* count = counts.find(key); count && count->failures > 0) --count->failures;
  }

  bool is_known(const Attempt& attempt) {
    const auto* addresses = known.find(attempt.account);
    return addresses && std::ranges::any_of(*addresses, [&](const Known& one) {
             return one.address == attempt.address && clock.monotonic_ms() - one.last_ms < known_ms;
           });
  }
  // As the newest of its account. True: it is to be kept again.
  bool make_known(const std::string& account, const std::string& address, int64_t last_ms) {
    std::vector<Known>& addresses = known.touch(account);
    Known login{address, last_ms, last_ms - day_ms};
    if (const auto old = std::ranges::find(addresses, address, &Known::address); old != addresses.end()) {
      login.told_ms = old->told_ms;
      addresses.erase(old);
    }
    if (addresses.size() >= known_addresses_max) addresses.erase(addresses.begin());
    const bool is_news = last_ms - login.told_ms >= day_ms && news.size() < news_max;
    if (is_news) login.told_ms = last_ms;
    addresses.push_back(std::move(login));
    return is_news;
  }

  const Clock& clock;
  std::mutex mutex;
  Recent<Count> counts;
  Recent<std::vector<Known>> known;  // by account
  std::vector<KnownLogin> news;
};

LoginThrottle::LoginThrottle(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
LoginThrottle::~LoginThrottle() = default;

bool LoginThrottle::take(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  const int here = state_->failures(attempt.both);
  if (state_->is_known(attempt)) {
    if (here > failures_where_known) return false;
    state_->add(attempt.both);
    return true;
  }
  const bool is_another_account = here == 0;
  if (here > failures_of_stranger || state_->failures(attempt.account) > failures_of_strangers ||
      (is_another_account && state_->refuses_another(attempt))) {
    return false;
  }
  state_->add(attempt.both);
  state_->add(attempt.account);
  if (is_another_account) state_->begin_another(attempt);
  return true;
}

void LoginThrottle::failed(TenantId tenant, std::string_view localpart, std::string_view address) {
  const std::lock_guard lock(state_->mutex);
  state_->end(Attempt(tenant, localpart, address));
}

// The address keeps what failed there before: else somebody with one account here could try others for ever, logging in
// to their own in between.
void LoginThrottle::succeeded(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  state_->end(attempt);
  if (state_->is_known(attempt)) {
    state_->take_off(attempt.both);
  } else {
    state_->counts.forget(attempt.both);
    state_->take_off(attempt.account);
    state_->take_off(attempt.address);
  }
  if (state_->make_known(attempt.account, attempt.address, state_->clock.monotonic_ms())) {
    state_->news.push_back({tenant, std::string(localpart), attempt.address, state_->clock.wall_ms()});
  }
}

void LoginThrottle::give_back(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  state_->end(attempt);
  state_->take_off(attempt.both);
  if (state_->is_known(attempt)) return;
  state_->take_off(attempt.account);
  if (state_->failures(attempt.both) == 0) state_->take_off(attempt.address);
}

int64_t LoginThrottle::delay_ms(TenantId tenant, std::string_view localpart, std::string_view address) const {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  return delay_after(state_->failures(attempt.both));
}

void LoginThrottle::forget(TenantId tenant, std::string_view localpart) {
  const std::lock_guard lock(state_->mutex);
  state_->known.forget(account_key(tenant, localpart));
  if (state_->news.size() < 2 * news_max) state_->news.push_back({tenant, std::string(localpart), {}, 0});
}

std::vector<KnownLogin> LoginThrottle::take_news() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->news, {});
}

void LoginThrottle::learn(const KnownLogin& login) {
  const std::lock_guard lock(state_->mutex);
  const int64_t age_ms = std::max<int64_t>(state_->clock.wall_ms() - login.last_ms, 0);
  const int64_t last_ms = state_->clock.monotonic_ms() - age_ms;
  std::vector<Known>& addresses = state_->known.touch(account_key(login.tenant, login.localpart));
  if (addresses.size() >= known_addresses_max) addresses.erase(addresses.begin());
  addresses.push_back({login.address, last_ms, last_ms});
}

}  // namespace teahouse
