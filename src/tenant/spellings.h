// Spellings: the user ids of a tenant's accounts that cannot be read from their localparts as the site spells them
// ("Bo", whose localpart is "bo"), and the localparts of those that cannot have the one that their id has anywhere else
// ("gross", where "gro\u00DF" was first).
//
// Thread: any. Lifetime: one for each tenant, kept while its Tenant snapshots are replaced. Limits: the tenant's
// accounts. Accounts keeps it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_map.h"

namespace teahouse {

class Spellings {
 public:
  std::optional<std::string> find(std::string_view localpart) const {
    const std::lock_guard lock(mutex_);
    const auto found = user_ids_.find(localpart);
    return found == user_ids_.end() ? std::nullopt : std::optional(found->second);
  }

  void set(std::string_view localpart, std::string user_id) {
    const std::lock_guard lock(mutex_);
    user_ids_[std::string(localpart)] = std::move(user_id);
  }

  void remove(std::string_view localpart) {
    const std::lock_guard lock(mutex_);
    if (const auto found = user_ids_.find(localpart); found != user_ids_.end()) user_ids_.erase(found);
  }

  // The localpart of the account whose id is elsewhere at `natural`.
  std::optional<std::string> find_moved(std::string_view natural) const {
    const std::lock_guard lock(mutex_);
    const auto found = moved_.find(natural);
    return found == moved_.end() ? std::nullopt : std::optional(found->second);
  }
  void set_moved(std::string_view natural, std::string localpart) {
    const std::lock_guard lock(mutex_);
    moved_[std::string(natural)] = std::move(localpart);
  }
  void remove_moved(std::string_view natural) {
    const std::lock_guard lock(mutex_);
    if (const auto found = moved_.find(natural); found != moved_.end()) moved_.erase(found);
  }

 private:
  mutable std::mutex mutex_;
  TextMap<std::string> user_ids_, moved_;
};

}  // namespace teahouse
