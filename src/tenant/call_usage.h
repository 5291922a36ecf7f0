// CallUsage: what tenants have used of the calls' relay in this month of UTC, kept over restarts. The counts themselves
// are in their Meters.
//
// When a month has ended all begin at 0 again, at the next store(): within a minute of it. A crash loses what came
// since the last one.
//
// Thread: load() before the loops run, store() on one loop. Limits: a row for each tenant that has used it.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

class CallUsage {
 public:
  CallUsage(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static std::vector<store::Migration> migrations();

  // Sets the meters.
  Result<void> load(const std::vector<TenantPtr>& tenants);
  // Writes what has changed, in one transaction; what could not be written is written the next time.
  static Task<Result<void>> store(CallUsage& self, Executor& home, std::vector<TenantPtr> tenants);

 private:
  struct Counts {
    int64_t bytes = 0, seconds = 0;
    bool operator==(const Counts&) const = default;
  };
  int64_t month() const;  // since the year 0

  store::ControlPlane& control_;
  const Clock& clock_;
  int64_t month_ = 0;                            // of the counts
  std::unordered_map<TenantId, Counts> stored_;  // as the table has them
};

}  // namespace teahouse
