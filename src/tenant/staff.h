// Staff: those of a tenant's accounts that are moderators or admins of the whole site, and so moderate all its rooms.
//
// Nearly always nobody or a few: a room may ask at every stanza, and where there is nobody it asks one atomic.
//
// Thread: any. Lifetime: one for each tenant, kept while its Tenant snapshots are replaced. Limits: the tenant's
// accounts. Accounts keeps it, from the role of each account that it reads or writes.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace teahouse {

class Staff {
 public:
  bool has(std::string_view localpart) const {
    if (size_.load(std::memory_order_relaxed) == 0) return false;
    const std::lock_guard lock(mutex_);
    return localparts_.contains(localpart);
  }

  void set(std::string_view localpart, bool belongs) {
    if (!belongs && size_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(mutex_);
    if (belongs) {
      localparts_.emplace(localpart);
    } else if (const auto found = localparts_.find(localpart); found != localparts_.end()) {
      localparts_.erase(found);
    }
    size_.store(localparts_.size(), std::memory_order_relaxed);
  }

 private:
  std::atomic<size_t> size_ = 0;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> localparts_;
};

}  // namespace teahouse
