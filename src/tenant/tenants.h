// Tenants: makes, changes, suspends and removes tenants and plans, in the control plane and in every loop at once.
//
// A change ends when it is on disk AND every loop has taken it over: what an API answers is true everywhere.
//
// Thread: the functions are called on `home` executors (a loop); changes from all of them take turns, and wait for no
// removal.
// Limits: names.h has them; plans 1,000.
// Errors: conflict for a name or a host's domain that is taken (whatever it serves) and for a change of a tenant
// that is being removed, service_unavailable for its name or domain, bad_request with a sentence for what does not
// parse, item_not_found.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"
#include "tenant/tenant_fields.h"

namespace teahouse {

struct TenantTable;  // tables.h

struct NewTenant {
  std::string name, domain;
  std::vector<HostName> hosts =
      {};                    // beside that of its accounts; when none are given, rooms at "rooms." and the domain
  TenantChange fields = {};  // what else differs from the defaults
};

class Tenants {
 public:
  // How a change reaches the loops: called with the new snapshot (or with `removed`), ends when every loop has it.
  using Publish = std::function<Task<void>(Executor& home, TenantPtr tenant, bool removed)>;
  // Removes what a tenant has outside of the control plane, when the loops have let it go.
  using Wipe = std::function<Task<Result<void>>(Executor& home, TenantPtr tenant)>;
  // Makes the rows that a tenant has from the start.
  using Equip = std::function<Task<Result<void>>(Executor& home, TenantId tenant)>;

  Tenants(store::ControlPlane& control, const Clock& clock);
  static std::vector<store::Migration> migrations();

  // All before load_all(). add_tables: tables of the layers above with a column tenant_id, which remove() empties too.
  void set_publish(Publish publish);
  void set_wipe(Wipe wipe);
  void add_tables(const std::vector<TenantTable>& tables);
  // Every tenant there is, for the start, before any loop runs; also those that are being removed, which no loop must
  // be told of. What a crash has left of one that was being made goes. Makes the plan "default" when there is none.
  Result<std::vector<TenantPtr>> load_all();

  // Ends when it is equipped and in service; if it can't be equipped, or a crash comes before, there is no tenant.
  Task<Result<TenantPtr>> create(Executor& home, NewTenant tenant, Equip equip = {});
  Task<Result<TenantPtr>> change(Executor& home, std::string name, TenantChange change);
  Task<Result<TenantPtr>> suspend(Executor& home, std::string name, std::string reason);
  Task<Result<TenantPtr>> resume(Executor& home, std::string name);
  // Notes on disk that it is being removed, publishes `removed`, wipes, and then removes its rows from all tables, a
  // few at a time and that note last. Whatever stops it on the way leaves the note, and never data without a tenant: it
  // is to be called again, and until it ends nobody can have the name or the domain.
  Task<Result<TenantPtr>> remove(Executor& home, std::string name);
  TenantPtr find(std::string_view name) const;  // Thread: any
  TenantPtr find(TenantId id) const;            // Thread: any
  std::vector<TenantPtr> list() const;          // by name; Thread: any
  bool serves(std::string_view domain) const;   // some tenant's host is there; Thread: any

  Task<Result<Plan>> set_plan(Executor& home, Plan plan);  // new or changed; its tenants follow at once
  std::vector<Plan> plans() const;                         // by name; Thread: any

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace teahouse
