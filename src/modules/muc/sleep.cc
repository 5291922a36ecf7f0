// How rooms in which nobody is leave memory.
//
// A persistent room is on disk as a whole: each change of it is a write of that change, and a read sees all writes
// before it. So a room may be dropped whenever nothing of it is under way, and the next stanza or call that is for it
// loads it again; what came before that stands in the line of with_room, as for a room that was never loaded.
//
// A room is kept awake by stanzas in its line, which wait for the disk; by rows on their way from its archive; and by
// people who have asked its admins for something, until they may ask as often as at first. Slow mode may last a day, so
// those who have to wait are written down instead.
#include <algorithm>

#include "modules/muc/service.h"
#include "server/module_context.h"

namespace teahouse::muc {

// REQUIRES: nobody is in it.
void Service::let_idle(const Room& room) {
  if (!room.config.persistent) return idle_.remove(room.jid().str());
  const int64_t idle_ms = 1000 * context_.option<int64_t>(*room.host, "idle_room_time");
  idle_.put(room.jid().str(), context_.clock().monotonic_ms() + idle_ms);
  await_idle();
}

void Service::await_idle() {
  const int64_t now_ms = context_.clock().monotonic_ms();
  const auto due_ms = idle_.wait_ms(now_ms);
  if (!due_ms) return;
  const int64_t at_ms = std::max(now_ms + *due_ms, dozed_ms_ + doze_every_ms);
  if (doze_timer_.running() && doze_at_ms_ <= at_ms) return;
  doze_at_ms_ = at_ms;
  doze_timer_ = context_.loop().start_timer(at_ms - now_ms, [this] { doze(); });
}

void Service::doze() {
  doze_timer_.stop();
  dozed_ms_ = context_.clock().monotonic_ms();
  std::vector<std::string> awake;
  while (const auto jid = idle_.take(dozed_ms_)) {
    if (!put_to_sleep(*jid)) awake.push_back(*jid);
  }
  for (const auto& jid : awake) idle_.put(jid, dozed_ms_ + sleepless_ms);
  await_idle();
}

bool Service::may_sleep(const Room& room) const {
  const int64_t now_ms = context_.clock().monotonic_ms();
  const bool is_at_work =
      room.traffic()->waiting() > 0 || !room.burials.rows->empty() || loading_.is_held(room.jid().str());
  return !is_at_work && !room.locked && room.voice_requests.is_full(now_ms) && room.registration_rate.is_full(now_ms);
}

// False: it has to stay for now.
bool Service::put_to_sleep(const std::string& jid) {
  const auto found = rooms_.find(jid);
  if (found == rooms_.end()) return true;
  Room& room = *found->second;
  if (!room.occupants.empty() || !room.config.persistent) return true;
  if (!may_sleep(room)) return false;
  room.store_slow_mode();
  rooms_.erase(found);
  ++put_to_sleep_;
  return true;
}

}  // namespace teahouse::muc
