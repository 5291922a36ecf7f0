// The control plane's tables of tenant/, and how a row belongs to a tenant.
//
// Every table with rows of a tenant has a column `tenant_id` and is named in a list like tenant_tables(), so that
// removing a tenant can empty them all. A layer above adds its own list with Tenants::add_tables().
// A row of a tenant is inserted with `INSERT ... SELECT ... FROM tenants WHERE tenant_id = ?`: where no tenant is, no
// row comes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "store/control_plane.h"

namespace teahouse {

struct TenantTable {
  std::string name;
  std::string key;  // where a tenant may have very many rows: a column of which few rows have the same
};

// All migrations of tenant/, in the order in which they build on one another.
std::vector<store::Migration> tenant_migrations();
std::vector<TenantTable> tenant_tables();

inline int64_t to_value(TenantId tenant) { return static_cast<int64_t>(raw(tenant)); }

// Draws the next number of a sequence, in the same transaction as the statement that uses it: the next statement writes
// `(SELECT next FROM sequences WHERE name = '...')`. Numbers are never drawn twice.
store::Statement draw_number(std::string_view sequence);
// The highest tenant id that was drawn. keep_tenant_ids(): none up to `last` is drawn any more. Thread: before any loop
// runs.
Result<TenantId> last_tenant_id(store::ControlPlane& control);
Result<void> keep_tenant_ids(store::ControlPlane& control, TenantId last);
// The error of such a guarded insert that found no tenant.
Error no_such_tenant();

}  // namespace teahouse
