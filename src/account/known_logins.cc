#include "account/known_logins.h"

#include <algorithm>

namespace teahouse {
namespace {

using store::Statement;

constexpr int64_t login_kept_ms = 30LL * 24 * 60 * 60 * 1000;

store::Value id_of(TenantId tenant) { return static_cast<int64_t>(raw(tenant)); }

void add_statements(std::vector<Statement>& statements, const KnownLogin& login) {
  const store::Value tenant = id_of(login.tenant);
  const store::Blob address{login.address};
  statements.push_back({"DELETE FROM known_logins WHERE tenant_id = ? AND localpart = ? AND address = ?",
                        {tenant, login.localpart, address}});
  statements.push_back(  // an account that was removed meanwhile is known nowhere
      {"INSERT INTO known_logins(tenant_id, localpart, address, last_ms) SELECT tenant_id, localpart, ?, ? FROM "
       "accounts WHERE tenant_id = ? AND localpart = ?",
       {address, login.last_ms, tenant, login.localpart}});
  statements.push_back(
      {"DELETE FROM known_logins WHERE tenant_id = ? AND localpart = ? AND address NOT IN (SELECT address "
       "FROM known_logins WHERE tenant_id = ? AND localpart = ? ORDER BY last_ms DESC LIMIT 8)",
       {tenant, login.localpart, tenant, login.localpart}});
}

}  // namespace

std::vector<store::Migration> known_logins_migrations() {
  return {{"known_logins/1",
           {"CREATE TABLE known_logins(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, address BLOB NOT NULL, "
            "last_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, localpart, address))"}}};
}

Statement forget_known_logins(TenantId tenant, const std::string& localpart) {
  return {"DELETE FROM known_logins WHERE tenant_id = ? AND localpart = ?", {id_of(tenant), localpart}};
}

Result<void> load_known_logins(store::ControlPlane& control, const Clock& clock, bool clock_is_believed,
                               LoginThrottle& throttle) {
  if (clock_is_believed) {
    const auto removed =
        control.execute_now({"DELETE FROM known_logins WHERE last_ms < ?", {clock.wall_ms() - login_kept_ms}});
    if (!removed) return removed.error();
  }
  auto kept = control.execute_now(
      {"SELECT tenant_id, localpart, address, last_ms FROM known_logins ORDER BY last_ms DESC LIMIT 100000", {}});
  if (!kept) return kept.error();
  std::ranges::reverse(kept->rows);
  for (const store::Row& row : kept->rows) {
    throttle.learn({static_cast<TenantId>(store::as_int(row[0])), store::as_text(row[1]), store::as_text(row[2]),
                    store::as_int(row[3])});
  }
  return {};
}

Task<Result<void>> store_known_logins(store::ControlPlane& control, Executor& home, LoginThrottle& throttle) {
  const LoginThrottle::News news = throttle.news();
  std::vector<Statement> statements;
  for (const KnownLogin& login : news.logins) add_statements(statements, login);
  if (statements.empty()) co_return Result<void>();
  const auto answer = co_await control.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  throttle.keep_no_more(news.end);
  co_return Result<void>();
}

}  // namespace teahouse
