// QuotaWarnings: tells of tenants that have used up 80 and 100 % of a limit of their plan: by an event of the tenant
// and a line of the house's audit, in the transaction that notes that it was told.
//
// Each limit and share is told once in a month of UTC, however often the use goes up and down. Of a limit that the plan
// only counts (OverUse::allow) nothing is told.
//
// Thread: load() before the loops run; look() on one loop, one at a time.
// Limits: a row for each tenant and limit that it was warned of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/audit.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"
#include "tenant/usage.h"

namespace teahouse {

struct Quota {
  TenantPtr tenant;
  UsageLine line;   // whose `used` is known
  int percent = 0;  // 80 or 100
};

class QuotaWarnings {
 public:
  // Statements that tell others of it, in the same transaction.
  using AlsoTell = std::function<std::vector<store::Statement>(const Quota&)>;

  QuotaWarnings(store::ControlPlane& control, const Clock& clock, const Tenants& tenants, const Audit& audit)
      : control_(control), clock_(clock), tenants_(tenants), audit_(audit) {}
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();

  void also(AlsoTell tell) { also_ = std::move(tell); }
  Result<void> load();
  // Compares what all tenants use with their plans. About once a minute.
  static Task<Result<void>> look(QuotaWarnings& self, Executor& home);

 private:
  using Key = std::pair<TenantId, size_t>;  // and the limit's place
  std::vector<store::Statement> tell(const Quota& quota) const;

  store::ControlPlane& control_;
  const Clock& clock_;
  const Tenants& tenants_;
  const Audit& audit_;
  AlsoTell also_;
  int64_t month_ = 0;        // of what was told
  std::map<Key, int> told_;  // the larger percentage
};

}  // namespace teahouse
