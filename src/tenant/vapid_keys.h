// VapidKeys: the key by which push services know a tenant, for each tenant that has asked for one, sealed under a key
// that is not in the database.
//
// A browser's subscription is good for one key alone, so a tenant keeps its key for ever; it is a row of the tenant's.
// They live in memory as well; the table is read once, at the start.
// Thread: any; the task goes on on `home`. Spec: RFC 8292.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "crypto/p256.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/turns.h"

namespace teahouse {

using VapidKeyPtr = std::shared_ptr<const crypto::P256Key>;

class VapidKeys {
 public:
  // `seal_key`: signing_secrets.h.
  VapidKeys(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  VapidKeyPtr find(TenantId tenant) const;  // null: the tenant has none yet
  // Makes one where there is none. Errors: item_not_found for a tenant that is gone; those of the control plane.
  Task<Result<VapidKeyPtr>> find_or_make(Executor& home, TenantId tenant);
  void forget(TenantId tenant);

 private:
  void keep(TenantId tenant, VapidKeyPtr key);

  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
  Turns turns_;

  mutable std::mutex mutex_;  // of what follows
  std::unordered_map<TenantId, VapidKeyPtr> of_tenant_;
};

}  // namespace teahouse
