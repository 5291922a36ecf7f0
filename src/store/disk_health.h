// DiskHealth: whether the disk under both planes takes what is new, as the planes and the watch over its room found
// out.
//
// The ways in ask before anything new is begun. Stored things can be read, and on a disk that is merely full they can
// be removed too: the reserve is for that.
//
// Thread: any. Asking costs one relaxed load while all is well.
// Errors: storage_full, storage_failing, with a sentence for users.
#pragma once

#include <atomic>

#include "base/result.h"

namespace teahouse::store {

class DiskHealth {
 public:
  enum Fault : unsigned {
    little_space = 1,   // less is free than the reserve
    data_waits = 2,     // the data plane tries in vain to write
    data_is_full = 4,   // beside data_waits: since not a byte is free
    control_fails = 8,  // the disk refused the control plane's last write
  };

  void raise(unsigned faults) { faults_.fetch_or(faults, std::memory_order_relaxed); }
  void clear(unsigned faults) { faults_.fetch_and(~faults, std::memory_order_relaxed); }
  bool has(Fault fault) const { return (faults_.load(std::memory_order_relaxed) & fault) != 0; }
  // The planes may fail whatever is asked of them: worse than that little room is left.
  bool is_failing() const { return has(data_waits) || has(control_fails); }

  // May something be added: a message, room, account, tenant?
  Result<void> check_addition() const {
    return faults_.load(std::memory_order_relaxed) == 0 ? Result<void>() : judge(little_space);
  }
  // May something be removed, or a small thing be changed?
  Result<void> check_removal() const {
    return faults_.load(std::memory_order_relaxed) == 0 ? Result<void>() : judge(0);
  }

  static Error full();
  static Error failing();

 private:
  Result<void> judge(unsigned refused) const;

  std::atomic<unsigned> faults_ = 0;
};

}  // namespace teahouse::store
