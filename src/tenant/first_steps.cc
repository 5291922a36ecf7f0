#include "tenant/first_steps.h"

#include "base/log.h"
#include "tenant/tables.h"

namespace teahouse {

std::vector<store::Migration> FirstSteps::migrations() {
  return {{"first_steps/1",
           {"CREATE TABLE first_steps(tenant_id BIGINT NOT NULL, step BIGINT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY "
            "KEY (tenant_id, step))"}}};
}

Result<void> FirstSteps::load_all() {
  const auto answer = control_.execute_now({"SELECT tenant_id, step FROM first_steps", {}});
  if (!answer) return answer.error();
  const std::lock_guard lock(mutex_);
  for (const store::Row& row : answer->rows) {
    taken_.emplace(static_cast<TenantId>(store::as_int(row[0])), static_cast<FirstStep>(store::as_int(row[1])));
  }
  return {};
}

bool FirstSteps::has(TenantId tenant, FirstStep step) const {
  const std::lock_guard lock(mutex_);
  return taken_.contains({tenant, step});
}

bool FirstSteps::take(TenantId tenant, FirstStep step) {
  const std::lock_guard lock(mutex_);
  return taken_.emplace(tenant, step).second;
}

store::Statement FirstSteps::insert(TenantId tenant, FirstStep step) const {
  return {"INSERT INTO first_steps(tenant_id, step, at_ms) SELECT tenant_id, ?, ? FROM tenants WHERE tenant_id = ?",
          {static_cast<int64_t>(step), clock_.wall_ms(), to_value(tenant)}};
}

Task<void> FirstSteps::mark(FirstSteps& self, Executor& home, TenantId tenant, FirstStep step) {
  if (!self.take(tenant, step)) co_return;
  auto insert = self.insert(tenant, step);
  const auto written = co_await self.control_.execute(home, std::move(insert));
  if (!written) log::warning("tenant", "A first step was not written", {{"why", written.error().text}});
}

}  // namespace teahouse
