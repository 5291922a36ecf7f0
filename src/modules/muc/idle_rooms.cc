#include "modules/muc/idle_rooms.h"

#include <algorithm>

namespace teahouse::muc {

void IdleRooms::put(const std::string& jid, int64_t due_ms) {
  remove(jid);
  due_ms_.insert_or_assign(jid, due_ms);
  by_due_.emplace(due_ms, jid);
}

void IdleRooms::remove(std::string_view jid) {
  const auto known = due_ms_.find(jid);
  if (known == due_ms_.end()) return;
  by_due_.erase({known->second, known->first});
  due_ms_.erase(known);
}

std::optional<std::string> IdleRooms::take(int64_t now_ms) {
  if (by_due_.empty() || !is_due(now_ms)) return std::nullopt;
  std::string jid = by_due_.begin()->second;
  remove(jid);
  return jid;
}

std::optional<int64_t> IdleRooms::wait_ms(int64_t now_ms) const {
  if (by_due_.empty()) return std::nullopt;
  return is_due(now_ms) ? 0 : by_due_.begin()->first - now_ms;
}

}  // namespace teahouse::muc
