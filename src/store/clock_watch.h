// ClockWatch: whether the wall clock is believed where something is removed for good because its time has come:
// archives that are trimmed, guests who have expired.
//
// The plane notes about once a minute what a believed clock says. One that is more than a day beyond that is doubted: a
// clock that was set wrong, also while the house stood still, would let everything be too old at once. So would the
// right one of a house that was off for longer than a day, and nobody can tell the two apart; so a doubted clock is
// believed when the house has run by it for a day, in which somebody may put it right, over restarts too; or when the
// operator says so. A clock that is put back is believed: it keeps things for longer.
//
// Thread: look() and believe() one at a time; is_believed() any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/data_plane.h"

namespace teahouse::store {

class ClockWatch {
 public:
  static constexpr int64_t day_ms = 86'400'000;

  // Lifetime: plane and clock outlive it.
  ClockWatch(DataPlane& plane, const Clock& clock) : plane_(plane), clock_(clock) {}

  // Takes up what earlier runs noted, and looks. In a plane without such a note the newest of what is stored counts:
  // `newest_ms`, or the plane's last arrival. Thread: before any loop runs.
  Result<void> begin(int64_t newest_ms);
  // Compares the clocks and notes what is to be known after a restart. About once a minute.
  void look();
  // The operator knows that the clock is right.
  void believe();
  bool is_believed() const { return believed_.load(); }

 private:
  void say_doubt(int64_t wall_ms) const;
  void doubt(int64_t wall_ms);
  void trust(int64_t wall_ms);
  void store();

  DataPlane& plane_;
  const Clock& clock_;
  std::atomic<bool> believed_ = true;
  int64_t newest_ms_ = 0;       // the latest that a believed clock has said
  int64_t looked_ms_ = 0;       // by the monotonic clock
  int64_t doubted_ms_ = 0;      // what the doubted clock said last
  int64_t doubted_for_ms_ = 0;  // so long the house has run by it
};

}  // namespace teahouse::store
