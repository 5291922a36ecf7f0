// LocalpartSet: some of a tenant's accounts, by their localparts: its staff (moderators or admins of the whole site,
// who so moderate all its rooms), and those that are disabled.
//
// Nearly always nobody or a few: a room may ask at every stanza, and where there is nobody it asks one atomic.
//
// Thread: any. Lifetime: each of a tenant's is kept while its Tenant snapshots are replaced. Limits: the tenant's
// accounts. Accounts keeps them, from what it reads or writes.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace teahouse {

class LocalpartSet {
 public:
  bool has(std::string_view localpart) const {
    if (size_.load(std::memory_order_acquire) == 0) return false;
    const std::lock_guard lock(mutex_);
    return localparts_.contains(localpart);
  }

  size_t size() const { return size_.load(std::memory_order_acquire); }

  // The first of them, in their order; at most so many.
  std::vector<std::string> list(size_t count_max) const {
    std::vector<std::string> listed;
    const std::lock_guard lock(mutex_);
    for (const std::string& each : localparts_) {
      if (listed.size() == count_max) break;
      listed.push_back(each);
    }
    return listed;
  }

  void set(std::string_view localpart, bool belongs) {
    if (!belongs && size_.load(std::memory_order_acquire) == 0) return;
    const std::lock_guard lock(mutex_);
    if (belongs) {
      localparts_.emplace(localpart);
    } else if (const auto found = localparts_.find(localpart); found != localparts_.end()) {
      localparts_.erase(found);
    }
    size_.store(localparts_.size(), std::memory_order_release);
  }

 private:
  std::atomic<size_t> size_ = 0;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> localparts_;
};

}  // namespace teahouse
