// Audit: each change, its author and its time, for the operator and for each tenant's owner.
//
// Thread: any; the tasks go on on `home`.
// Limits: the newest 10,000 lines of each tenant, and of the house (TenantId::server); a detail has 1,000 bytes, the
// rest is cut.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

struct AuditLine {
  int64_t id = 0, at_ms = 0;  // filled in by record()
  TenantId tenant = TenantId::server;
  std::string actor;      // "operator", "key:a1b2", "user:42"
  std::string action;     // "tenant.suspend", "key.make"
  std::string detail;     // for people; never a secret
  bool is_event = false;  // the tenant keeps events of this kind: the line comes with one
};

class Audit {
 public:
  Audit(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static std::vector<store::Migration> migrations();

  // record() in a transaction of others.
  std::vector<store::Statement> insert(const AuditLine& line) const;
  // The removal of a tenant is recorded under the house: the tenant's own lines go with it.
  Task<Result<void>> record(Executor& home, AuditLine line);
  // A line of a tenant (null: of the house), with its event where the tenant keeps those. A change that cannot be
  // recorded is logged, and stays.
  Task<void> note(Executor& home, TenantPtr tenant, std::string actor, std::string action, std::string detail);
  // Newest first.
  Task<Result<std::vector<AuditLine>>> list(Executor& home, TenantId tenant, size_t limit) const;

 private:
  store::ControlPlane& control_;
  const Clock& clock_;
};

}  // namespace teahouse
