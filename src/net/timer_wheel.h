// TimerWheel: timers in a hierarchy of five wheels of 64 slots, so that starting and stopping one costs the same with
// ten as with a million of them. A tick is 10 ms.
//
// Thread: its loop. Lifetime: entries may outlive it; they are stopped then.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "net/intrusive_list.h"
#include "net/loop.h"

namespace teahouse::net {

struct Timer::Entry : ListNode {
  int64_t deadline = 0;  // in ticks
  std::function<void()> work;
};

class TimerWheel {
 public:
  explicit TimerWheel(int64_t now_ms);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;

  // The timer fires in the first advance() to `at_ms` or later.
  Timer start(int64_t at_ms, std::function<void()> work);
  // Fires what is due, in the order of the ticks.
  void advance(int64_t now_ms);
  // When advance() has something to do next, perhaps only to sort; nothing when no timer runs.
  std::optional<int64_t> next_ms() const;

 private:
  static constexpr int levels = 5;
  static constexpr int slot_bits = 6;
  static constexpr int slots = 1 << slot_bits;
  struct Level {
    std::array<ListNode, slots> slot;
    mutable uint64_t used = 0;  // a bit for each slot that may have entries; put right when read
  };

  void insert(Timer::Entry& entry);
  std::optional<int64_t> next_tick() const;
  void cascade(int level);
  void fire_slot();

  std::array<Level, levels> levels_;
  int64_t now_;  // the tick up to which all is done
};

}  // namespace teahouse::net
