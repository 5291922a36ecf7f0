#include "tenant/quota_warnings.h"

#include <chrono>

#include "events/event_log.h"
#include "tenant/event_outbox.h"

namespace teahouse {
namespace {

constexpr int first_percent = 80, last_percent = 100;

int64_t month_at(int64_t wall_ms) {
  namespace chrono = std::chrono;
  const chrono::system_clock::time_point now{chrono::milliseconds(wall_ms)};
  const chrono::year_month_day day{chrono::floor<chrono::days>(now)};
  return static_cast<int64_t>(int{day.year()}) * 12 + unsigned{day.month()} - 1;
}

// 0: nothing is to be told. A limit of 0 is a thing that the plan does not have. Counts have 53 bits.
int percent_of(const UsageLine& line) {
  if (!line.used || line.limit <= 0 || line.over_use == OverUse::allow) return 0;
  if (*line.used >= line.limit) return last_percent;
  return *line.used >= line.limit - line.limit / (last_percent / (last_percent - first_percent)) ? first_percent : 0;
}

}  // namespace

std::vector<store::Migration> QuotaWarnings::migrations() {
  return {{"quota_warnings/1",
           {"CREATE TABLE quota_warnings(tenant_id BIGINT NOT NULL, name TEXT NOT NULL, month BIGINT NOT NULL, "
            "percent BIGINT NOT NULL, PRIMARY KEY (tenant_id, name))"}}};
}

std::vector<TenantTable> QuotaWarnings::tables() { return {{"quota_warnings", {}}}; }

Result<void> QuotaWarnings::load() {
  month_ = month_at(clock_.wall_ms());
  const auto rows =
      control_.execute_now({"SELECT tenant_id, name, percent FROM quota_warnings WHERE month = ?", {month_}});
  if (!rows) return rows.error();
  for (const store::Row& row : rows->rows) {
    const auto place = find_plan_limit(store::as_text(row[1]));
    if (place) told_[{static_cast<TenantId>(store::as_int(row[0])), *place}] = static_cast<int>(store::as_int(row[2]));
  }
  return {};
}

std::vector<store::Statement> QuotaWarnings::tell(const Quota& quota) const {
  const Tenant& tenant = *quota.tenant;
  const UsageLine& line = quota.line;
  const std::string name(line.name), percent = std::to_string(quota.percent);
  const std::string used = std::to_string(*line.used), most = std::to_string(line.limit);
  const store::Statement is_there{"SELECT 1 FROM tenants WHERE tenant_id = ?", {to_value(tenant.id)}};
  std::vector<store::Statement> statements;
  if (tenant.events.has(EventKind::tenant)) {
    statements = event_outbox::put(tenant.id, {clock_.wall_ms(), QuotaWarning{name, percent, used, most}}, is_there);
  }
  AuditLine audit;
  audit.actor = "server";
  audit.action = "quota.warning";
  audit.detail = tenant.name + ": " + percent + " % of " + name + " (" + used + " of " + most + ")";
  for (store::Statement& statement : audit_.insert(audit)) statements.push_back(std::move(statement));
  if (also_) {
    for (store::Statement& statement : also_(quota)) statements.push_back(std::move(statement));
  }
  statements.push_back(
      {"INSERT INTO quota_warnings(tenant_id, name, month, percent) SELECT tenant_id, ?, ?, ? FROM tenants "
       "WHERE tenant_id = ? ON CONFLICT (tenant_id, name) DO UPDATE SET month = excluded.month, "
       "percent = excluded.percent",
       {name, month_, int64_t{quota.percent}, to_value(tenant.id)}});
  return statements;
}

Task<Result<void>> QuotaWarnings::look(QuotaWarnings& self, Executor& home) {
  const int64_t month = month_at(self.clock_.wall_ms());
  if (month > self.month_) {
    self.month_ = month;
    self.told_.clear();
  }
  for (const TenantPtr& tenant : self.tenants_.list()) {
    if (tenant->being_removed) continue;
    size_t place = 0;
    for (const UsageLine& line : usage(*tenant)) {
      const Key key{tenant->id, place++};
      const Quota quota{tenant, line, percent_of(line)};
      if (quota.percent == 0) continue;
      const auto told = self.told_.find(key);
      if (told != self.told_.end() && told->second >= quota.percent) continue;
      auto statements = self.tell(quota);
      const auto written = co_await self.control_.transact(home, std::move(statements));
      if (!written) co_return written.error();
      self.told_[key] = quota.percent;
      tenant->event_log->drain_soon();
    }
  }
  co_return Result<void>();
}

}  // namespace teahouse
