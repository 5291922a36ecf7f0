// Failures are counted in windows of ten minutes that begin with the first of them.
//
// A guesser with many addresses meets the one count that all strangers to an account share. They can use it up, and
// that is all: a client from an address where the account is known has a count of its own there, which strangers
// can't reach. A failure there is counted nowhere else; so a client that goes on trying an old password, as many do
// unattended, keeps nobody else out. A guesser who tries many accounts from one address meets the count of those.
//
// Nobody can tell beforehand whether a neighbour at one address tries a password or its owner does. So where an account
// is known nothing is refused for long: past the bound an attempt may begin every ten seconds.
//
// An attempt under way is no failure yet, since many right passwords may come at once, as all devices of one person do
// after a restart. Attempts under way are bounded by themselves: however many begin at once, a guesser gets the sum of
// both bounds in a window.
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
constexpr int64_t slow_ms = 10'000;
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

// Past these no attempt begins: failures, and attempts under way.
struct Bound {
  int failures, trying;
};
constexpr Bound of_known{60, 64}, of_stranger{20, 64}, of_strangers{30, 64}, of_address{30, 500};

struct Count {
  int failures = 0;  // in the window that began then
  int64_t began_ms = 0;
  int trying = 0;          // attempts that have not ended yet
  int strangers = 0;       // how many of those began where the account was not known
  int64_t may_try_ms = 0;  // past the bound: when one may begin again
};
// Where an account has logged in, when last, and when that was news last.
struct Known {
  std::string address;
  int64_t last_ms;
  int64_t told_ms;
};

// The source and aim of an attempt, as keys: the address, the account, and the account at that address.
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
  int trying(const std::string& key) {
    const Count* count = counts.find(key);
    return count ? count->trying : 0;
  }
  void add_failure(const std::string& key) {
    const int now = failures(key);
    Count& count = counts.touch(key);
    if (now == 0) count.began_ms = clock.monotonic_ms();
    count.failures = now + 1;
  }
  bool is_past(const std::string& key, Bound bound) {
    return failures(key) > bound.failures || trying(key) >= bound.trying;
  }

  bool refuses_stranger(const Attempt& attempt) {
    return is_past(attempt.both, of_stranger) || is_past(attempt.account, of_strangers) ||
           (failures(attempt.both) == 0 && is_past(attempt.address, of_address));
  }
  bool refuses_where_known(const Attempt& attempt) {
    if (!is_past(attempt.both, of_known)) return false;
    Count& count = counts.touch(attempt.both);
    if (clock.monotonic_ms() < count.may_try_ms) return true;
    count.may_try_ms = clock.monotonic_ms() + slow_ms;
    return false;
  }

  void begin(const Attempt& attempt) {
    const bool is_stranger = !is_known(attempt);
    Count& both = counts.touch(attempt.both);
    ++both.trying;
    if (!is_stranger) return;
    ++both.strangers;
    ++counts.touch(attempt.account).trying;
    ++counts.touch(attempt.address).trying;
  }
  // An attempt that began as a stranger's ends as one, though its account may have become known here meanwhile.
  void end(const Attempt& attempt) {
    Count* both = counts.find(attempt.both);
    const bool was_stranger = !both || take_one(both->strangers);
    if (both) take_one(both->trying);
    forget_empty(attempt.both);
    if (!was_stranger) return;
    for (const std::string* key : {&attempt.account, &attempt.address}) {
      if (Count* count = counts.find(*key)) take_one(count->trying);
      forget_empty(*key);
    }
  }
  // A count that says no more than one that is not there is most counts' end, and takes 150 bytes.
  void forget_empty(const std::string& key) {
    const Count* count = counts.find(key);
    if (!count || count->trying > 0 || count->strangers > 0 || count->may_try_ms > clock.monotonic_ms()) return;
    if (failures(key) == 0) counts.forget(key);
  }
  // Nothing where there is none left: the count was forgotten meanwhile.
  static bool take_one(int& number) {
    if (number == 0) return false;
    --number;
    return true;
  }
  void fail(const Attempt& attempt) {
    if (!is_known(attempt)) {
      if (failures(attempt.both) == 0) add_failure(attempt.address);
      add_failure(attempt.account);
    }
    add_failure(attempt.both);
  }
  // An account that has found its way in is no failure of its address.
  void forgive(const Attempt& attempt) {
    if (failures(attempt.both) == 0) return;
    counts.find(attempt.both)->failures = 0;
    if (Count* address = counts.find(attempt.address)) take_one(address->failures);
  }

  bool is_known(const Attempt& attempt) {
    const auto* addresses = known.find(attempt.account);
    return addresses && std::ranges::any_of(*addresses, [&](const Known& one) {
             return one.address == attempt.address && clock.monotonic_ms() - one.last_ms < known_ms;
           });
  }
  // Notes the address as its account's newest. True: it is to be kept again.
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
  uint64_t news_kept = 0;  // how much news came before these
};

LoginThrottle::LoginThrottle(const Clock& clock) : state_(std::make_unique<State>(clock)) {}
LoginThrottle::~LoginThrottle() = default;

bool LoginThrottle::take(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  const bool refused =
      state_->is_known(attempt) ? state_->refuses_where_known(attempt) : state_->refuses_stranger(attempt);
  if (!refused) state_->begin(attempt);
  return !refused;
}

void LoginThrottle::failed(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  state_->end(attempt);
  state_->fail(attempt);
}

// The account and the address keep what failed before: else somebody with one account here could try others for ever,
// logging in to their own in between.
void LoginThrottle::succeeded(TenantId tenant, std::string_view localpart, std::string_view address) {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  state_->end(attempt);
  if (!state_->is_known(attempt)) state_->forgive(attempt);
  if (state_->make_known(attempt.account, attempt.address, state_->clock.monotonic_ms())) {
    state_->news.push_back({tenant, std::string(localpart), attempt.address, state_->clock.wall_ms()});
  }
}

void LoginThrottle::give_back(TenantId tenant, std::string_view localpart, std::string_view address) {
  const std::lock_guard lock(state_->mutex);
  state_->end(Attempt(tenant, localpart, address));
}

int64_t LoginThrottle::delay_ms(TenantId tenant, std::string_view localpart, std::string_view address) const {
  const Attempt attempt(tenant, localpart, address);
  const std::lock_guard lock(state_->mutex);
  return delay_after(state_->failures(attempt.both));
}

void LoginThrottle::forget(TenantId tenant, std::string_view localpart) {
  const std::lock_guard lock(state_->mutex);
  state_->known.forget(account_key(tenant, localpart));
}

LoginThrottle::News LoginThrottle::news() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->news, state_->news_kept + state_->news.size()};
}

void LoginThrottle::keep_no_more(uint64_t end) {
  const std::lock_guard lock(state_->mutex);
  if (end <= state_->news_kept) return;
  const size_t kept = std::min<size_t>(end - state_->news_kept, state_->news.size());
  state_->news.erase(state_->news.begin(), state_->news.begin() + static_cast<std::ptrdiff_t>(kept));
  state_->news_kept = end;
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
