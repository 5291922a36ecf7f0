#include "tenant/key_rows.h"

#include "tenant/tables.h"

namespace teahouse::key_rows {

std::vector<store::Statement> insert(const std::string& table, TenantId tenant, const Columns& columns) {
  store::Statement row{"INSERT INTO " + table + "(tenant_id, id", {}};
  std::string values = ") SELECT t.tenant_id, s.next";
  for (const auto& [name, value] : columns) {
    row.sql += ", " + name;
    values += ", ?";
    row.parameters.push_back(value);
  }
  row.sql += values + " FROM tenants t, sequences s WHERE t.tenant_id = ? AND s.name = 'key'";
  row.parameters.emplace_back(to_value(tenant));
  return {draw_number("key"), std::move(row)};
}

store::Statement select_newest(const std::string& table, TenantId tenant) {
  return {"SELECT MAX(id) FROM " + table + " WHERE tenant_id = ?", {to_value(tenant)}};
}

Result<int64_t> read_newest(const Result<store::Answer>& answer) {
  if (!answer) return answer.error();
  if (answer->rows.empty() || store::is_null(answer->rows[0][0])) return no_such_tenant();
  return store::as_int(answer->rows[0][0]);
}

}  // namespace teahouse::key_rows
