// SlowMode: when the accounts of a room have last spoken, so that each waits a while before it speaks again. They are
// known by their occupant-ids, which nobody has who is given an account's name after it.
//
// Thread: the room's home loop.
// Limits: slow_speakers_max accounts; above that those are forgotten who need not wait any more, and then all.
// Spec: XEP-0500.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/text_map.h"

namespace teahouse::muc {

class SlowMode {
 public:
  // How long until the account may speak; 0: it may.
  int64_t wait_ms(std::string_view account, int64_t now_ms, int64_t duration_s) const;
  void note(std::string_view account, int64_t now_ms, int64_t duration_s);
  // Those that have to wait, and when they spoke.
  std::map<std::string, int64_t> waiting(int64_t now_ms, int64_t duration_s) const;
  void restore(std::string_view account, int64_t spoke_ms);

 private:
  TextMap<int64_t> spoke_ms_;
};

}  // namespace teahouse::muc
