#include "tenant/tables.h"

#include "tenant/audit.h"
#include "tenant/call_usage.h"
#include "tenant/certificate.h"
#include "tenant/component_secrets.h"
#include "tenant/event_outbox.h"
#include "tenant/external_services.h"
#include "tenant/first_steps.h"
#include "tenant/keys.h"
#include "tenant/quota_warnings.h"
#include "tenant/reseller_rows.h"
#include "tenant/tenants.h"
#include "tenant/usage_rollups.h"
#include "tenant/vapid_keys.h"

namespace teahouse {

namespace {
// The tables that there were when the migration "tenant/whole" was made.
std::vector<TenantTable> first_tables() {
  return {{"signing_secrets", {}}, {"api_keys", {}}, {"certificates", {}},
          {"audit", "id"},         {"hosts", {}},    {"tenants", {}}};
}
}  // namespace

std::vector<store::Migration> tenant_migrations() {
  std::vector<store::Migration> all;
  for (auto&& part : {Tenants::migrations(), Keys::migrations(), Certificates::migrations(), Audit::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  // Once a tenant was made in steps, and a crash left some that never came into being.
  const std::string unmade = " WHERE tenant_id IN (SELECT tenant_id FROM tenants WHERE state = 'being made')";
  store::Migration whole{"tenant/whole", {}};
  for (const TenantTable& table : first_tables()) whole.statements.push_back("DELETE FROM " + table.name + unmade);
  all.push_back(std::move(whole));
  for (store::Migration& migration : event_outbox::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : VapidKeys::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : ExternalServices::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : ComponentSecrets::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : CallUsage::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : FirstSteps::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : reseller_rows::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : UsageRollups::migrations()) all.push_back(std::move(migration));
  for (store::Migration& migration : QuotaWarnings::migrations()) all.push_back(std::move(migration));
  return all;
}

std::vector<TenantTable> tenant_tables() {
  std::vector<TenantTable> tables = event_outbox::tables();
  tables.push_back({"vapid_keys", {}});
  tables.push_back({"external_services", {}});
  tables.push_back({"component_secrets", {}});
  tables.push_back({"call_usage", {}});
  tables.push_back({"first_steps", {}});
  for (TenantTable& table : UsageRollups::tables()) tables.push_back(std::move(table));
  for (TenantTable& table : QuotaWarnings::tables()) tables.push_back(std::move(table));
  for (TenantTable& table : first_tables()) tables.push_back(std::move(table));
  return tables;
}

store::Statement draw_number(std::string_view sequence) {
  return {"UPDATE sequences SET next = next + 1 WHERE name = ?", {std::string(sequence)}};
}

Result<TenantId> last_tenant_id(store::ControlPlane& control) {
  const auto drawn = control.execute_now({"SELECT next FROM sequences WHERE name = 'tenant'", {}});
  if (!drawn) return drawn.error();
  return static_cast<TenantId>(drawn->rows.empty() ? 0 : store::as_int(drawn->rows[0][0]));
}

Result<void> keep_tenant_ids(store::ControlPlane& control, TenantId last) {
  const auto kept = control.execute_now(
      {"UPDATE sequences SET next = ? WHERE name = 'tenant' AND next < ?", {to_value(last), to_value(last)}});
  if (!kept) return kept.error();
  return {};
}

Error no_such_tenant() { return {ErrorKind::item_not_found, "There is no such tenant (any more)."}; }

}  // namespace teahouse
