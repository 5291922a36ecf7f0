// Resellers: makes, changes, suspends and removes resellers, and moves tenants between them, in the control plane and
// in every loop at once.
//
// Each change is one transaction, its line in the audit with it, and takes its turn among those of the tenants.
//
// Thread: as Tenants.
// Limits: 1,000 resellers; each has 100,000 tenants at most and as many as it is allotted, 100 plans and 20 keys.
// Errors: bad_request with a sentence for what does not parse, conflict for a name or panel host that is taken and for
// the removal of one that has tenants, item_not_found, resource_constraint for more than is allotted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/allotment.h"
#include "tenant/key_rows.h"
#include "tenant/reseller_directory.h"

namespace teahouse {

class Audit;
class Tenants;

// A part that is not given stays as it is; a new reseller has what reseller.h says, and no limits.
struct ResellerChange {
  std::map<std::string_view, std::string> texts = {};  // by the names of reseller_fields()
  std::optional<int64_t> tenants = {}, oversell_percent = {};
  std::map<std::string_view, int64_t> limits = {};  // by the names of plan_limit_names()
};
struct MadeReseller {
  ResellerPtr reseller;
  std::string api_key;  // the only time that it is seen
};

// Errors: bad_request for limits that no plan or allotment can have.
Result<void> check_limits(const PlanLimits& limits);

class Resellers {
 public:
  Resellers(store::ControlPlane& control, const Clock& clock, Audit& audit, Tenants& tenants)
      : control_(control), clock_(clock), audit_(audit), tenants_(tenants) {}
  Resellers(const Resellers&) = delete;

  // With its first key, and a plan "default" that all its tenants can have within its allotment.
  Task<Result<MadeReseller>> create(Executor& home, std::string name, ResellerChange change, std::string actor);
  Task<Result<ResellerPtr>> change(Executor& home, std::string name, ResellerChange change, std::string actor);
  // All its tenants with it, in one transaction; resuming it leaves those suspended that are so of themselves.
  Task<Result<ResellerPtr>> suspend(Executor& home, std::string name, std::string reason, std::string actor);
  Task<Result<ResellerPtr>> resume(Executor& home, std::string name, std::string actor);
  // With its keys and plans. Errors: conflict while it has tenants.
  Task<Result<ResellerPtr>> remove(Executor& home, std::string name, std::string actor);
  Task<Result<MadeKey>> make_key(Executor& home, std::string name, std::string label, std::string actor);
  Task<Result<void>> revoke_key(Executor& home, std::string name, int64_t id, std::string actor);
  // The tenant becomes this reseller's, or the operator's where `reseller` is empty, with a plan that is theirs: the
  // one that is named (as "small"), or else one of the name that its plan has now.
  Task<Result<TenantPtr>> move(Executor& home, std::string tenant, std::string reseller, std::string plan,
                               std::string actor);

  // Thread, of all that follow: any.
  const ResellerDirectory& directory() const { return directory_; }
  Result<ResellerPtr> find(const std::string& name) const;  // Errors: item_not_found
  std::vector<Plan> plans_of(std::string_view reseller) const;
  Given given(const Reseller& reseller) const;
  // Whether the tenant, new, changed or moved, keeps within the allotment of its reseller; null: the operator's own.
  Result<void> check_tenant(const Reseller* reseller, const Tenant& tenant) const;
  Result<void> check_plan(const Plan& plan) const;
  // Errors: conflict where one of its domains is that of a panel.
  Result<void> check_panel_hosts(const Tenant& tenant) const;

 private:
  friend class Tenants;  // keeps the directory up to date

  Result<Reseller> make_changed(Reseller reseller, const ResellerChange& change) const;
  // REQUIRES of those that follow: it is the caller's turn.
  Task<Result<ResellerPtr>> store(Executor& home, Reseller reseller, std::string actor, std::string action,
                                  std::string detail);
  std::vector<store::Statement> note(std::string actor, std::string action, std::string detail) const;
  Task<Result<ResellerPtr>> store_suspension(Executor& home, Reseller changed, std::string actor, std::string action);

  store::ControlPlane& control_;
  const Clock& clock_;
  Audit& audit_;
  Tenants& tenants_;
  ResellerDirectory directory_;
};

}  // namespace teahouse
