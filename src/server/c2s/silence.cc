#include "server/c2s/silence.h"

namespace teahouse::c2s {

Silence::Then Silence::look(int64_t now_ms, bool heard, int64_t probe_after_ms, int64_t answer_ms) {
  if (heard || heard_ms_ == 0) {
    heard_ms_ = now_ms;
    probed_ms_ = 0;
    return Then::wait;
  }
  if (is_probed()) return now_ms - probed_ms_ >= answer_ms ? Then::give_up : Then::wait;
  if (now_ms - heard_ms_ < probe_after_ms) return Then::wait;
  probed_ms_ = now_ms;
  return Then::probe;
}

}  // namespace teahouse::c2s
