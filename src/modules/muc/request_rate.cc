#include "modules/muc/request_rate.h"

namespace teahouse::muc {

Result<void> RequestRate::take(const BareJid& account, int64_t now_ms) {
  int64_t wait_ms = all_.wait_ms(now_ms);
  if (wait_ms == 0) wait_ms = by_account_.take_ms(account.str(), now_ms, request_rate);
  if (wait_ms > 0) {
    const std::string seconds = std::to_string((wait_ms + 999) / 1000);
    return Error{ErrorKind::resource_constraint, "This room is asked too often: wait " + seconds + " seconds."};
  }
  all_.take(now_ms);
  return {};
}

}  // namespace teahouse::muc
