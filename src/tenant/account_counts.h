// AccountCounts: a count for each account that has any.
//
// Thread: any. Limits: its user's, by the sum of the counts.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/text_map.h"

namespace teahouse {

class AccountCounts {
 public:
  // One more, unless that would pass `limit` (unlimited: -1). True when it was counted.
  bool take(std::string_view account, int64_t limit) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(account);
    const int64_t now = found == counts_.end() ? 0 : found->second;
    if (limit >= 0 && now >= limit) return false;
    if (found == counts_.end()) {
      counts_.emplace(account, 1);
    } else {
      ++found->second;
    }
    return true;
  }

  void give_back(std::string_view account) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(account);
    if (found != counts_.end() && --found->second <= 0) counts_.erase(found);
  }

 private:
  std::mutex mutex_;
  TextMap<int64_t> counts_;
};

}  // namespace teahouse
