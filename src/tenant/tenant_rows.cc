// A tenant is one row of `tenants` and some of `hosts`, which holds every domain that is served for anybody: its
// primary key is what keeps a domain from being two tenants'. The id comes from `sequences`, so that it is never used
// again.
#include "tenant/tenant_rows.h"

#include <array>

#include "base/log.h"
#include "tenant/lasting_parts.h"
#include "tenant/tables.h"
#include "tenant/tenants.h"

namespace teahouse {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Row;
using store::Statement;

std::vector<store::Migration> Tenants::migrations() {
  std::vector<store::Migration> all = {
      {"tenant/1",
       {"CREATE TABLE sequences(name TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL)",
        "INSERT INTO sequences(name, next) VALUES ('tenant', 0)", "CREATE TABLE plans(name TEXT NOT NULL PRIMARY KEY)",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement on two lines
        "CREATE TABLE plan_limits(plan TEXT NOT NULL, name TEXT NOT NULL, value BIGINT NOT NULL, "
        "PRIMARY KEY (plan, name))",
        // BYTEA is PostgreSQL's word; SQLite keeps bytes as they are in a column of any type.
        "CREATE TABLE tenants(tenant_id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, "
        "domain TEXT NOT NULL, site_id TEXT NOT NULL UNIQUE, plan TEXT NOT NULL, suspended BIGINT NOT NULL, "
        "suspend_reason TEXT NOT NULL, guests_allowed BIGINT NOT NULL, registration_allowed BIGINT NOT NULL, "
        "origins TEXT NOT NULL, theme TEXT NOT NULL, occupant_id_secret BYTEA NOT NULL, created_ms BIGINT NOT NULL)",
        "CREATE TABLE hosts(domain TEXT NOT NULL PRIMARY KEY, tenant_id BIGINT NOT NULL)"}},
      {"tenant/2", {"ALTER TABLE tenants ADD COLUMN state TEXT NOT NULL DEFAULT 'made'"}},
      {"tenant/hosts",
       {"ALTER TABLE hosts ADD COLUMN kind TEXT NOT NULL DEFAULT 'accounts'",
        "UPDATE hosts SET kind = 'rooms' WHERE domain NOT IN (SELECT domain FROM tenants)",
        "ALTER TABLE tenants DROP COLUMN domain"}},
      {"tenant/host_places", {"ALTER TABLE hosts ADD COLUMN place BIGINT NOT NULL DEFAULT 0"}},
      {"plans/over_use",
       {"CREATE TABLE plan_over_use(plan TEXT NOT NULL, name TEXT NOT NULL, policy TEXT NOT NULL, "
        "PRIMARY KEY (plan, name))"}},
      {"tenant/component_permissions",
       {"ALTER TABLE tenants ADD COLUMN component_permissions TEXT NOT NULL DEFAULT ''"}}};
  for (const TenantField& field : tenant_fields()) {
    if (!field.migration.empty()) all.push_back(tenant_rows::add_column(field));
  }
  return all;
}

namespace tenant_rows {
namespace {

// Origins hold no white space, so a line is an origin.
std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

using Hosts = std::unordered_map<TenantId, std::vector<HostName>>;

// The host of the accounts comes first, then the others in the order in which they were given; those from before that
// was kept, by domain.
Result<Hosts> load_hosts(store::ControlPlane& control) {
  const auto answer = control.execute_now({"SELECT tenant_id, domain, kind FROM hosts ORDER BY place, domain", {}});
  if (!answer) return answer.error();
  Hosts all;
  for (const Row& row : answer->rows) {
    const auto kind = find_host_kind(as_text(row[2]));
    if (!kind) {
      log::warning("tenant", "A host is of a kind that this program does not know; nobody serves it",
                   {{"domain", as_text(row[1])}, {"kind", as_text(row[2])}});
      continue;
    }
    auto& hosts = all[static_cast<TenantId>(as_int(row[0]))];
    hosts.insert(*kind == HostKind::accounts ? hosts.begin() : hosts.end(), HostName{as_text(row[1]), *kind});
  }
  return all;
}

constexpr size_t portion_keys = 100;
// The column `state`.
constexpr const char *made = "made", *being_removed = "being removed";

// The columns that no TenantField has; make_tenant() and insert() know their order.
constexpr std::array<std::string_view, 9> own_columns = {"tenant_id",  "name",           "site_id",
                                                         "suspended",  "suspend_reason", "occupant_id_secret",
                                                         "created_ms", "state",          "component_permissions"};

std::string columns() {
  std::string all;
  for (const std::string_view column : own_columns) all.append(all.empty() ? "" : ", ").append(column);
  for (const TenantField& field : tenant_fields()) all.append(", ").append(field.column);
  return all;
}

store::Value to_column(const FieldValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return int64_t{*flag};
  if (const int64_t* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return join_lines(*list);
  return std::get<std::string>(value);
}

FieldValue from_column(FieldType type, const store::Value& value) {
  if (type == FieldType::flag) return as_int(value) != 0;
  if (type == FieldType::number) return as_int(value);
  if (type == FieldType::list) return split_lines(as_text(value));
  return as_text(value);
}

void insert_hosts(std::vector<Statement>& statements, const Tenant& tenant) {
  int64_t place = 0;
  for (const HostName& host : tenant.hosts) {
    statements.push_back({"INSERT INTO hosts(domain, kind, place, tenant_id) VALUES (?, ?, ?, ?)",
                          {host.domain, std::string(to_string(host.kind)), place++, to_value(tenant.id)}});
  }
}

TenantPtr make_tenant(const Row& row, std::vector<HostName> hosts, const Plans& plans) {
  auto tenant = std::make_shared<Tenant>();
  tenant->id = static_cast<TenantId>(as_int(row[0]));
  tenant->name = as_text(row[1]);
  tenant->site_id = as_text(row[2]);
  tenant->suspended = as_int(row[3]) != 0;
  tenant->suspend_reason = as_text(row[4]);
  tenant->occupant_id_secret = as_text(row[5]);
  tenant->created_ms = as_int(row[6]);
  tenant->being_removed = as_text(row[7]) == being_removed;
  tenant->component_permissions = read_permission_map(as_text(row[8]));
  size_t at = own_columns.size();
  for (const TenantField& field : tenant_fields()) field.put(*tenant, from_column(field.type, row[at++]));
  tenant->hosts = std::move(hosts);
  tenant->hosts.shrink_to_fit();  // they were read one by one
  add_lasting_parts(*tenant);
  const auto plan = plans.find(tenant->plan.name);
  if (plan != plans.end()) {
    tenant->plan = plan->second;
  } else {  // rows are only written with a plan that is there: somebody wrote into the database
    log::warning("tenant", "A tenant's plan does not exist; the built-in limits hold",
                 {{"tenant", tenant->name}, {"plan", tenant->plan.name}});
  }
  return tenant;
}

}  // namespace

store::Migration add_column(const TenantField& field) {
  const store::Value value = to_column(field.get(Tenant()));
  const bool is_number = field.type == FieldType::flag || field.type == FieldType::number;
  return {std::string(field.migration),
          {"ALTER TABLE tenants ADD COLUMN " + std::string(field.column) + (is_number ? " BIGINT" : " TEXT") +
           " NOT NULL DEFAULT " + (is_number ? std::to_string(as_int(value)) : "'" + as_text(value) + "'")}};
}

std::vector<Statement> draw_id() {
  return {draw_number("tenant"), {"SELECT next FROM sequences WHERE name = 'tenant'", {}}};
}

constexpr const char* suspended_by(const Standing& standing) { return standing.by_operator ? "operator" : "reseller"; }

std::vector<Statement> insert(const Tenant& tenant, const Standing& standing) {
  Statement row{"INSERT INTO tenants(" + columns() + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?",
                {to_value(tenant.id), tenant.name, tenant.site_id, int64_t{standing.suspended}, standing.reason,
                 Blob{tenant.occupant_id_secret}, tenant.created_ms, made, to_json(tenant.component_permissions)}};
  for (const TenantField& field : tenant_fields()) {
    row.sql += ", ?";
    row.parameters.push_back(to_column(field.get(tenant)));
  }
  row.sql += ")";
  std::vector<Statement> statements = {std::move(row)};
  if (standing.reseller != ResellerId::none) {
    statements.push_back({"UPDATE tenants SET reseller_id = ? WHERE tenant_id = ?",
                          {static_cast<int64_t>(raw(standing.reseller)), to_value(tenant.id)}});
  }
  insert_hosts(statements, tenant);
  return statements;
}

Statement update(const Tenant& tenant, const Standing& standing) {
  Statement statement{
      "UPDATE tenants SET suspended = ?, suspend_reason = ?, suspended_by = ?, reseller_id = ?, state = ?, "
      "component_permissions = ?",
      {int64_t{standing.suspended}, standing.reason, suspended_by(standing),
       static_cast<int64_t>(raw(standing.reseller)), tenant.being_removed ? being_removed : made,
       to_json(tenant.component_permissions)}};
  for (const TenantField& field : tenant_fields()) {
    statement.sql.append(", ").append(field.column).append(" = ?");
    statement.parameters.push_back(to_column(field.get(tenant)));
  }
  statement.sql += " WHERE tenant_id = ?";
  statement.parameters.emplace_back(to_value(tenant.id));
  return statement;
}

std::vector<Statement> update_hosts(const Tenant& before, const Tenant& tenant) {
  std::vector<Statement> statements;
  if (before.hosts == tenant.hosts) return statements;
  for (const HostName& host : before.hosts) {  // not those of a kind that only a later program knows
    statements.push_back({"DELETE FROM hosts WHERE tenant_id = ? AND domain = ?", {to_value(tenant.id), host.domain}});
  }
  insert_hosts(statements, tenant);
  return statements;
}

std::vector<Statement> remove(TenantId tenant, const std::vector<TenantTable>& tables) {
  std::vector<Statement> statements;
  statements.reserve(tables.size());
  for (const TenantTable& table : tables) {
    statements.push_back({"DELETE FROM " + table.name + " WHERE tenant_id = ?", {to_value(tenant)}});
  }
  return statements;
}

std::vector<Statement> remove_portion(TenantId tenant, const std::vector<TenantTable>& tables) {
  std::vector<Statement> statements;
  Statement left;
  for (const TenantTable& table : tables) {
    if (table.key.empty()) continue;
    const std::string rows = " FROM " + table.name + " WHERE tenant_id = ?";
    statements.push_back({"DELETE" + rows + " AND " + table.key + " IN (SELECT " + table.key + rows + " ORDER BY " +
                              table.key + " LIMIT " + std::to_string(portion_keys) + ")",
                          {to_value(tenant), to_value(tenant)}});
    left.sql += (left.sql.empty() ? "SELECT 1" : " UNION ALL SELECT 1") + rows;
    left.parameters.emplace_back(to_value(tenant));
  }
  if (statements.empty()) return statements;
  left.sql += " LIMIT 1";
  statements.push_back(std::move(left));
  return statements;
}

std::vector<Statement> remove_plan(const std::string& name) {
  return {{"DELETE FROM plan_limits WHERE plan = ?", {name}},
          {"DELETE FROM plan_over_use WHERE plan = ?", {name}},
          {"DELETE FROM plans WHERE name = ?", {name}}};
}

std::vector<Statement> store_plan(const Plan& plan) {
  std::vector<Statement> statements = remove_plan(plan.name);
  statements.push_back({"INSERT INTO plans(name) VALUES (?)", {plan.name}});
  size_t place = 0;
  for (const PlanLimitName& limit : plan_limit_names()) {
    statements.push_back({"INSERT INTO plan_limits(plan, name, value) VALUES (?, ?, ?)",
                          {plan.name, std::string(limit.name), plan.sold_limits().*limit.member}});
    const OverUse policy = plan.over_use(place++);
    if (policy == OverUse::refuse) continue;
    statements.push_back(
        {"INSERT INTO plan_over_use(plan, name, policy) VALUES (?, ?, ?)",
         {plan.name, std::string(limit.name), std::string(over_use_names[static_cast<size_t>(policy)])}});
  }
  return statements;
}

Result<Plans> load_plans(store::ControlPlane& control) {
  const auto names = control.execute_now({"SELECT name FROM plans", {}});
  if (!names) return names.error();
  std::map<std::string, Plan::Sold, std::less<>> all;
  for (const Row& row : names->rows) all[as_text(row[0])] = {};
  const auto limits = control.execute_now({"SELECT plan, name, value FROM plan_limits", {}});
  if (!limits) return limits.error();
  for (const Row& row : limits->rows) {
    const auto plan = all.find(as_text(row[0]));
    if (plan == all.end()) continue;
    for (const PlanLimitName& limit : plan_limit_names()) {  // a limit that is newer than the plan keeps its default
      if (limit.name == as_text(row[1])) plan->second.limits.*limit.member = as_int(row[2]);
    }
  }
  const auto policies = control.execute_now({"SELECT plan, name, policy FROM plan_over_use", {}});
  if (!policies) return policies.error();
  for (const Row& row : policies->rows) {
    const auto plan = all.find(as_text(row[0]));
    const auto place = find_plan_limit(as_text(row[1]));
    const auto policy = find_over_use(as_text(row[2]));
    if (plan != all.end() && place && policy) plan->second.over_use[*place] = *policy;
  }
  Plans plans;
  for (const auto& [name, sold] : all) plans.emplace(name, make_plan(name, sold));
  return plans;
}

Result<std::vector<TenantPtr>> load_tenants(store::ControlPlane& control, const Plans& plans) {
  auto hosts = load_hosts(control);
  if (!hosts) return hosts.error();
  const auto answer = control.execute_now({"SELECT " + columns() + " FROM tenants ORDER BY name", {}});
  if (!answer) return answer.error();
  std::vector<TenantPtr> tenants;
  tenants.reserve(answer->rows.size());
  for (const Row& row : answer->rows) {
    auto& names = (*hosts)[static_cast<TenantId>(as_int(row[0]))];
    if (names.empty() || names.front().kind != HostKind::accounts) {
      return Error{ErrorKind::internal_server_error, "The control plane holds no domain for the accounts of tenant '" +
                                                         as_text(row[1]) + "'. Restore it from a backup."};
    }
    tenants.push_back(make_tenant(row, std::move(names), plans));
  }
  return tenants;
}

}  // namespace tenant_rows
}  // namespace teahouse
