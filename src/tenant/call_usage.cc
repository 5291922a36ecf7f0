#include "tenant/call_usage.h"

#include <chrono>

#include "tenant/tables.h"

namespace teahouse {

std::vector<store::Migration> CallUsage::migrations() {
  return {{"call_usage/1",
           {"CREATE TABLE call_usage(tenant_id BIGINT NOT NULL, month BIGINT NOT NULL, bytes BIGINT NOT NULL, "
            "seconds BIGINT NOT NULL, PRIMARY KEY (tenant_id))"}}};
}

int64_t CallUsage::month() const {
  namespace chrono = std::chrono;
  const chrono::system_clock::time_point now(chrono::milliseconds(clock_.wall_ms()));
  const chrono::year_month_day day{chrono::floor<chrono::days>(now)};
  return static_cast<int64_t>(int{day.year()}) * 12 + unsigned{day.month()} - 1;
}

Result<void> CallUsage::load(const std::vector<TenantPtr>& tenants) {
  month_ = month();
  const auto answer =
      control_.execute_now({"SELECT tenant_id, bytes, seconds FROM call_usage WHERE month = ?", {month_}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    stored_[static_cast<TenantId>(store::as_int(row[0]))] = {store::as_int(row[1]), store::as_int(row[2])};
  }
  for (const TenantPtr& tenant : tenants) {
    const auto found = stored_.find(tenant->id);
    if (found == stored_.end()) continue;
    tenant->meter->call_bytes = found->second.bytes;
    tenant->meter->call_seconds = found->second.seconds;
  }
  return {};
}

Task<Result<void>> CallUsage::store(CallUsage& self, Executor& home, std::vector<TenantPtr> tenants) {
  const int64_t now = self.month();
  if (now != self.month_) {
    self.month_ = now;
    self.stored_.clear();
    for (const TenantPtr& tenant : tenants) {
      tenant->meter->call_bytes = 0;
      tenant->meter->call_seconds = 0;
    }
  }
  std::vector<store::Statement> statements;
  std::vector<std::pair<TenantId, Counts>> written;
  for (const TenantPtr& tenant : tenants) {
    const Counts counts{tenant->meter->call_bytes, tenant->meter->call_seconds};
    const auto found = self.stored_.find(tenant->id);
    if (counts == (found == self.stored_.end() ? Counts{} : found->second)) continue;
    const store::Value id = to_value(tenant->id);
    statements.push_back({"DELETE FROM call_usage WHERE tenant_id = ?", {id}});
    statements.push_back(
        {"INSERT INTO call_usage(tenant_id, month, bytes, seconds) SELECT tenant_id, ?, ?, ? FROM "
         "tenants WHERE tenant_id = ?",
         {now, counts.bytes, counts.seconds, id}});
    written.emplace_back(tenant->id, counts);
  }
  if (statements.empty()) co_return Result<void>();
  const auto answer = co_await self.control_.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  for (const auto& [id, counts] : written) self.stored_[id] = counts;
  co_return Result<void>();
}

}  // namespace teahouse
