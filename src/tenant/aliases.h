// Aliases: the other forms of localparts that lead to their accounts, and are nobody else's: what clients make of them
// that prepare addresses as RFC 3920 does ("strasse" of "straße").
//
// Most tenants have none, and then a question costs one atomic. Every account that is being made holds its form too,
// so that of two at once with one form only one is made.
//
// Thread: any. Lifetime: one for each tenant, kept while its Tenant snapshots are replaced. Limits: the tenant's
// accounts. Accounts keeps it.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace teahouse {

class Aliases {
 public:
  // Whose the form is; nothing if it is nobody's but perhaps an account's own name.
  std::optional<std::string> owner(std::string_view form) const {
    if (size_.load(std::memory_order_relaxed) == 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto found = owners_.find(form);
    return found == owners_.end() ? std::nullopt : std::optional(found->second);
  }

  enum class Reserved { now, before, by_another };
  Reserved reserve(const std::string& form, const std::string& localpart) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = owners_.emplace(form, localpart);
    size_.store(owners_.size(), std::memory_order_relaxed);
    if (is_new) return Reserved::now;
    return place->second == localpart ? Reserved::before : Reserved::by_another;
  }

  void release(std::string_view form, std::string_view localpart) {
    if (size_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(mutex_);
    const auto found = owners_.find(form);
    if (found != owners_.end() && found->second == localpart) owners_.erase(found);
    size_.store(owners_.size(), std::memory_order_relaxed);
  }

 private:
  std::atomic<size_t> size_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> owners_;
};

}  // namespace teahouse
