// Tenants: makes, changes, suspends and removes tenants and plans, in the control plane and in every loop at once.
//
// A change ends when it is on disk AND every loop has taken it over: what an API answers is true everywhere.
//
// Thread: the functions are called on `home` executors (a loop); changes from all of them take turns.
// Limits: names.h has them; plans 1,000.
// Errors: conflict for a name or domain that is taken (also as somebody's rooms domain), bad_request with a sentence
// for what does not parse, item_not_found.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

struct NewTenant {
  std::string name, domain;
  std::string plan = "default";
  std::string title;
  std::vector<std::string> origins;
  bool guests_allowed = false, registration_allowed = false;
};
// Each field that is set is changed.
struct TenantChange {
  std::optional<std::string> title, plan, theme;
  std::optional<std::vector<std::string>> origins;
  std::optional<bool> guests_allowed, registration_allowed;
};

class Tenants {
 public:
  // How a change reaches the loops: called with the new snapshot (or with `removed`), ends when every loop has it.
  using Publish = std::function<Task<void>(Executor& home, TenantPtr tenant, bool removed)>;
  // Removes what a tenant has outside of the control plane, when the loops have let it go.
  using Wipe = std::function<Task<Result<void>>(Executor& home, TenantPtr tenant)>;

  Tenants(store::ControlPlane& control, const Clock& clock);
  static std::vector<store::Migration> migrations();

  // All before load_all(). add_tables: tables of the layers above with a column tenant_id, which remove() empties too.
  void set_publish(Publish publish);
  void set_wipe(Wipe wipe);
  void add_tables(const std::vector<std::string>& tables);
  // Every tenant there is, for the start, before any loop runs. Also makes the plan "default" when there is none.
  Result<std::vector<TenantPtr>> load_all();

  Task<Result<TenantPtr>> create(Executor& home, NewTenant tenant);
  Task<Result<TenantPtr>> change(Executor& home, std::string name, TenantChange change);
  Task<Result<TenantPtr>> suspend(Executor& home, std::string name, std::string reason);
  Task<Result<TenantPtr>> resume(Executor& home, std::string name);
  // Suspends it on disk, publishes `removed`, wipes, and then removes its rows from all tables at once. Whatever stops
  // it on the way leaves a suspended tenant that can be removed again, and never data without a tenant.
  Task<Result<TenantPtr>> remove(Executor& home, std::string name);
  TenantPtr find(std::string_view name) const;  // Thread: any
  TenantPtr find(TenantId id) const;            // Thread: any
  std::vector<TenantPtr> list() const;          // by name; Thread: any
  bool serves(std::string_view domain) const;   // some tenant's domain or rooms domain; Thread: any

  Task<Result<Plan>> set_plan(Executor& home, Plan plan);  // new or changed; its tenants follow at once
  std::vector<Plan> plans() const;                         // by name; Thread: any

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace teahouse
