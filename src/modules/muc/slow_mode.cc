#include "modules/muc/slow_mode.h"

#include <algorithm>

#include "modules/muc/config.h"

namespace teahouse::muc {

int64_t SlowMode::wait_ms(std::string_view account, int64_t now_ms, int64_t duration_s) const {
  const auto found = spoke_ms_.find(account);
  return found == spoke_ms_.end() ? 0 : std::max<int64_t>(0, found->second + 1000 * duration_s - now_ms);
}

void SlowMode::note(std::string_view account, int64_t now_ms, int64_t duration_s) {
  if (spoke_ms_.size() >= slow_speakers_max) {
    std::erase_if(spoke_ms_, [&](const auto& each) { return each.second + 1000 * duration_s <= now_ms; });
    if (spoke_ms_.size() >= slow_speakers_max) spoke_ms_.clear();
  }
  spoke_ms_.insert_or_assign(std::string(account), now_ms);
}

std::map<std::string, int64_t> SlowMode::waiting(int64_t now_ms, int64_t duration_s) const {
  std::map<std::string, int64_t> waiting;
  for (const auto& [account, spoke_ms] : spoke_ms_) {
    if (spoke_ms + 1000 * duration_s > now_ms) waiting.emplace(account, spoke_ms);
  }
  return waiting;
}

void SlowMode::restore(std::string_view account, int64_t spoke_ms) {
  spoke_ms_.insert_or_assign(std::string(account), spoke_ms);
}

}  // namespace teahouse::muc
