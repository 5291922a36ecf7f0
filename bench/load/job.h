// Job: what a work is given, and what it tells; Measure: an interval of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/options.h"
#include "bench/load/report.h"
#include "bench/load/session.h"
#include "bench/load/watch.h"

namespace teahouse::bench {

// Works throw std::runtime_error when there is nothing to report.
struct Job {
  Realm& realm;
  const Options& options;
  const Watch& watch;
  Report report;
  int64_t wrong = 0;        // messages lost, doubled, out of order or at the wrong one
  std::string first_wrong;  // the first of them

  void complain(std::string what) {
    if (wrong++ == 0) first_wrong = std::move(what);
  }
};

class Measure {
 public:
  explicit Measure(const Job& job);
  // Adds seconds, units a second, and for each watched server its CPU in all and for a unit; also the
  // load's own share of a core, and that of everything else on the machine, which should be next to nothing.
  void end(Report& report, int64_t units) const;
  double seconds() const { return static_cast<double>(now_ns() - start_ns_) / 1e9; }

 private:
  const Watch& watch_;
  const std::vector<Usage> before_;
  const double own_s_, machine_s_;
  const int64_t start_ns_;
};

inline int64_t after_s(double seconds) { return now_ns() + static_cast<int64_t>(seconds * 1e9); }

}  // namespace teahouse::bench
