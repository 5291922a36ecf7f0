// Schedule: what happens later in simulated time, in the order of time and, at one time, in which it was asked for.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/clock.h"

namespace teahouse::simulator {

class Schedule {
 public:
  explicit Schedule(const Clock& clock) : clock_(clock) {}

  void after(int64_t delay_ms, std::function<void()> work) {
    due_.emplace(clock_.monotonic_ms() + delay_ms, std::move(work));
  }
  void run_due() {
    while (!due_.empty() && due_.begin()->first <= clock_.monotonic_ms()) {
      const auto work = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      work();
    }
  }
  // The process that asked for them has ended.
  void clear() { due_.clear(); }

 private:
  const Clock& clock_;
  std::multimap<int64_t, std::function<void()>> due_;
};

}  // namespace teahouse::simulator
