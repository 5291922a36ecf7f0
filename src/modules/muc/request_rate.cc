#include "modules/muc/request_rate.h"

#include <algorithm>

namespace teahouse::muc {

Result<void> RequestRate::take(const BareJid& account, int64_t now_ms) {
  int64_t wait_ms = all_.wait_ms(now_ms);
  if (wait_ms == 0) wait_ms = by_account_.take_ms(account.str(), now_ms, request_rate);
  if (wait_ms > 0) {
    const std::string seconds = std::to_string((wait_ms + 999) / 1000);
    return Error{ErrorKind::resource_constraint, "This room is asked too often: wait " + seconds + " seconds."};
  }
  all_.take(now_ms);
  taken_ms_ = now_ms;
  return {};
}

bool RequestRate::is_full(int64_t now_ms) const {
  constexpr int64_t hour_ms = 3'600'000;
  constexpr int64_t fills_ms = std::max(request_rate.burst * hour_ms / request_rate.per_hour,
                                        room_request_rate.burst * hour_ms / room_request_rate.per_hour);
  return !taken_ms_ || now_ms - *taken_ms_ >= fills_ms;
}

}  // namespace teahouse::muc
