// FirstSteps: which of the steps a new tenant has been through that lead to its first chat. A step that was taken
// stays.
//
// Thread: any; load_all() before the loops run. Limits: a row for each tenant and step.
#pragma once

#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "store/control_plane.h"

namespace teahouse {

// A page of an allowed origin has asked for the widget; a message was sent.
enum class FirstStep : uint8_t { widget, message };

class FirstSteps {
 public:
  FirstSteps(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  bool has(TenantId tenant, FirstStep step) const;
  // Where the step is not there yet it is written; a disk that fails is logged, and the step is taken until the end of
  // the program.
  static Task<void> mark(FirstSteps& self, Executor& home, TenantId tenant, FirstStep step);

 private:
  bool take(TenantId tenant, FirstStep step);  // false: it was taken before
  store::Statement insert(TenantId tenant, FirstStep step) const;

  store::ControlPlane& control_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // of what follows
  std::set<std::pair<TenantId, FirstStep>> taken_;
};

}  // namespace teahouse
