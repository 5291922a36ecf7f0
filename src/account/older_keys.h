// OlderKeys: the tenants of which an account's password has keys from before SHA-512 still. SCRAM-SHA-512 is not
// offered there: who a client is, is not known when mechanisms are offered, and most clients give up where the
// strongest fails. Such keys are completed at a PLAIN login, and replaced with the password; none are made any more.
//
// Thread: load() before the loops run; the rest any.
#pragma once

#include <mutex>
#include <set>

#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "store/control_plane.h"

namespace teahouse {

class OlderKeys {
 public:
  explicit OlderKeys(store::ControlPlane& control) : control_(control) {}
  static store::Migration migration();

  Result<void> load();
  bool has(TenantId tenant) const;
  // After an account's keys were replaced or went: the tenant may have none of the older ones now. Costs nothing at a
  // tenant that had none.
  Task<void> look_again(Executor& home, TenantId tenant);

 private:
  store::ControlPlane& control_;
  mutable std::mutex mutex_;
  std::set<TenantId> tenants_;  // guarded by mutex_
};

}  // namespace teahouse
