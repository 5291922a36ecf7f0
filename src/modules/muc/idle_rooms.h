// IdleRooms: those rooms of a home that are in memory and in which nobody is, in the order in which they are to leave
// it.
//
// Thread: its home loop.
// Limits: above rooms_max the first ones are due at once.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/text_map.h"

namespace teahouse::muc {

class IdleRooms {
 public:
  static constexpr size_t rooms_max = 1000;

  // The room is due then; anew where it is there already.
  void put(const std::string& jid, int64_t due_ms);
  void remove(std::string_view jid);
  // Takes the first one out, if it is due; none: there is no such room.
  std::optional<std::string> take(int64_t now_ms);
  // In how long the first is due; 0: one is now. None: there is no room.
  std::optional<int64_t> wait_ms(int64_t now_ms) const;
  size_t size() const { return by_due_.size(); }

 private:
  bool is_due(int64_t now_ms) const { return by_due_.size() > rooms_max || by_due_.begin()->first <= now_ms; }

  std::set<std::pair<int64_t, std::string>> by_due_;
  TextMap<int64_t> due_ms_;
};

}  // namespace teahouse::muc
