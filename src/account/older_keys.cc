#include "account/older_keys.h"

#include "tenant/tables.h"

namespace teahouse {
namespace {

// As the index has it: else the database would look at every account.
constexpr const char* is_older = "substr(scram, 1, 2) IN ('1$', '2$')";

}  // namespace

store::Migration OlderKeys::migration() {
  return {"accounts/older_keys",
          {std::string("CREATE INDEX accounts_with_older_keys ON accounts(tenant_id) WHERE ") + is_older}};
}

Result<void> OlderKeys::load() {
  const auto answer =
      control_.execute_now({std::string("SELECT DISTINCT tenant_id FROM accounts WHERE ") + is_older, {}});
  if (!answer) return answer.error();
  const std::lock_guard lock(mutex_);
  for (const store::Row& row : answer->rows) tenants_.insert(static_cast<TenantId>(store::as_int(row[0])));
  return {};
}

bool OlderKeys::has(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  return tenants_.contains(tenant);
}

Task<void> OlderKeys::look_again(Executor& home, TenantId tenant) {
  if (!has(tenant)) co_return;
  store::Statement select{std::string("SELECT 1 FROM accounts WHERE tenant_id = ? AND ") + is_older + " LIMIT 1",
                          {to_value(tenant)}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer || !answer->rows.empty()) co_return;
  const std::lock_guard lock(mutex_);
  tenants_.erase(tenant);
}

}  // namespace teahouse
