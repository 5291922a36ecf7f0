// Rise: how far the servers' resident memory rises above what it was when the Rise was made.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/load/job.h"

namespace teahouse::bench {

// Limits: one at a time: the peaks are the kernel's, and making a Rise forgets those before it.
class Rise {
 public:
  explicit Rise(const Job& job);
  // For each watched server KiB resident before, at most since, and the rise: in all and for each of `count`.
  Report end(int64_t count) const;

 private:
  const Watch& watch_;
  std::vector<Usage> before_;
};

}  // namespace teahouse::bench
