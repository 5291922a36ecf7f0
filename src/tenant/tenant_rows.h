// Tenants and plans as rows of the control plane: the SQL of tenants.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/control_plane.h"
#include "tenant/reseller_directory.h"
#include "tenant/tables.h"
#include "tenant/tenant.h"
#include "tenant/tenant_fields.h"

namespace teahouse::tenant_rows {

// The column of a field that is newer than the table.
store::Migration add_column(const TenantField& field);
std::vector<store::Statement> draw_id();  // the last answers with it
// A name or domain that is taken is a conflict.
std::vector<store::Statement> insert(const Tenant& tenant, const Standing& standing);
// Writes everything of it that can change; of its suspension, its own. The answer's `changes` is 1.
store::Statement update(const Tenant& tenant, const Standing& standing);
// The rows of its hosts, where they were others before.
std::vector<store::Statement> update_hosts(const Tenant& before, const Tenant& tenant);
std::vector<store::Statement> remove(TenantId tenant, const std::vector<TenantTable>& tables);
// Removes a few of the rows of which there may be very many; the last statement answers with a row where more are left.
std::vector<store::Statement> remove_portion(TenantId tenant, const std::vector<TenantTable>& tables);
std::vector<store::Statement> store_plan(const Plan& plan);
std::vector<store::Statement> remove_plan(const std::string& name);

using Plans = std::map<std::string, Plan, std::less<>>;
Result<Plans> load_plans(store::ControlPlane& control);
// All tenants by name. Each gets a new Meter. Thread: before any loop runs.
Result<std::vector<TenantPtr>> load_tenants(store::ControlPlane& control, const Plans& plans);

}  // namespace teahouse::tenant_rows
