// TenantWorld: a control plane in memory and all of tenant/ upon it, for tests: of this folder and of those above.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/testing/run_task.h"
#include "store/sqlite/sqlite_plane.h"
#include "tenant/audit.h"
#include "tenant/certificate.h"
#include "tenant/keys.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"

namespace teahouse::testing {

class TenantWorld {
 public:
  // The layers above bring their own migrations and tables.
  explicit TenantWorld(const std::vector<store::Migration>& more = {}, const std::vector<TenantTable>& more_tables = {})
      : control(open_control()),
        keys(*control, clock, seal_key),
        certificates(*control, clock, seal_key),
        audit(*control, clock),
        tenants(*control, clock, keys, audit) {
    auto migrations = tenant_migrations();
    migrations.insert(migrations.end(), more.begin(), more.end());
    if (!control->migrate(migrations)) std::abort();
    tenants.add_tables(more_tables);
    tenants.set_publish([this](Executor&, TenantPtr tenant, bool removed) { return note(this, tenant, removed); });
    if (!tenants.load_all() || !keys.load_all()) std::abort();
  }

  template <class T>
  T wait(Task<T> task) {
    return run(home, std::move(task));
  }

  // To be called before loops go: the control plane's thread posts its answers to them. In each round the next step of
  // what is under way is answered, and taken by `turn`.
  template <class Turn>
  void come_to_rest(Turn turn) {
    for (int i = 0; i < 10; ++i) {
      (void)control->execute_now({"SELECT 1", {}});
      turn();
    }
  }

  TenantPtr make_tenant(const std::string& name, const std::string& domain, const std::string& plan = "default") {
    return try_tenant({name, domain, {}, {{"plan", plan}}}).value();
  }
  Result<TenantPtr> try_tenant(NewTenant wanted) { return try_tenant(tenants, std::move(wanted)); }
  Result<TenantPtr> try_tenant(Tenants& at, NewTenant wanted) {
    const auto made = wait(at.create(home, std::move(wanted), "operator"));
    return made ? Result<TenantPtr>(made->tenant) : Result<TenantPtr>(made.error());
  }

  // How many rows of the tenant each table has that knows tenants; "none" is what a removed tenant must have.
  std::string rows_of(TenantId tenant) {
    std::string found;
    const auto names = control->execute_now({"SELECT name FROM sqlite_master WHERE type = 'table'", {}});
    for (const store::Row& row : names->rows) {
      const std::string& table = store::as_text(row[0]);
      const auto count =
          control->execute_now({"SELECT COUNT(*) FROM " + table + " WHERE tenant_id = ?", {to_value(tenant)}});
      if (!count) continue;  // a table without that column
      ++tables_with_tenants;
      const int64_t rows = store::as_int(count->rows[0][0]);
      if (rows != 0) found += table + ":" + std::to_string(rows) + " ";
    }
    return found.empty() ? "none" : found;
  }

  const std::string seal_key = std::string(32, 'k');
  FakeClock clock;
  QueueExecutor home;
  std::unique_ptr<store::ControlPlane> control;
  Keys keys;
  Certificates certificates;
  Audit audit;
  Tenants tenants;
  std::vector<std::string> published;  // "+shop", "-shop" when removed
  int tables_with_tenants = 0;         // counted by rows_of

 private:
  static std::unique_ptr<store::ControlPlane> open_control() { return store::open_sqlite(":memory:").value(); }
  static Task<void> note(TenantWorld* world, TenantPtr tenant, bool removed) {
    world->published.push_back((removed ? "-" : "+") + tenant->name);
    co_return;
  }
};

}  // namespace teahouse::testing
