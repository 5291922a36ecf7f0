#include "tenant/component_secrets.h"

#include "base/random.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

// Sealed bytes open only where they were sealed: copied to another host's row they are worth nothing.
std::string component_place(TenantId tenant, const std::string& domain) {
  return "tenant " + std::to_string(raw(tenant)) + " component " + domain;
}

}  // namespace

std::vector<store::Migration> ComponentSecrets::migrations() {
  return {{"component_secrets/1",
           {"CREATE TABLE component_secrets(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, domain TEXT NOT NULL, "
            "sealed BYTEA NOT NULL, created_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, id))"}}};
}

Result<void> ComponentSecrets::load_all() {
  if (!sealer_) return sealer_.error();
  const auto answer = control_.execute_now(
      {"SELECT tenant_id, id, domain, sealed, created_ms FROM component_secrets ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    const auto tenant = static_cast<TenantId>(store::as_int(row[0]));
    const std::string& domain = store::as_text(row[2]);
    auto secret = sealer_->open(store::as_text(row[3]), component_place(tenant, domain));
    if (!secret) {
      return Error{
          ErrorKind::internal_server_error,
          "The secret of the component " + domain +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    keep(tenant, domain, {store::as_int(row[1]), std::move(*secret), store::as_int(row[4])});
  }
  return {};
}

void ComponentSecrets::keep(TenantId tenant, const std::string& domain, ComponentSecret secret) {
  const std::lock_guard lock(mutex_);
  of_tenant_[tenant].insert_or_assign(domain, std::move(secret));
}

void ComponentSecrets::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  of_tenant_.erase(tenant);
}

std::optional<ComponentSecret> ComponentSecrets::find(TenantId tenant, std::string_view domain) const {
  const std::lock_guard lock(mutex_);
  const auto of_tenant = of_tenant_.find(tenant);
  if (of_tenant == of_tenant_.end()) return std::nullopt;
  const auto found = of_tenant->second.find(domain);
  return found == of_tenant->second.end() ? std::nullopt : std::optional(found->second);
}

Task<Result<MadeKey>> ComponentSecrets::rotate(Executor& home, TenantId tenant, std::string domain) {
  if (!sealer_) co_return sealer_.error();
  auto turn = co_await turns_.take(home);
  ComponentSecret made{0, "cs_" + random_token(32), clock_.wall_ms()};
  std::vector<store::Statement> statements{
      {"DELETE FROM component_secrets WHERE tenant_id = ? AND domain = ?", {to_value(tenant), domain}}};
  auto insert = key_rows::insert("component_secrets", tenant,
                                 {{"domain", domain},
                                  {"sealed", store::Blob{sealer_->seal(made.secret, component_place(tenant, domain))}},
                                  {"created_ms", made.created_ms}});
  for (store::Statement& statement : insert) statements.push_back(std::move(statement));
  statements.push_back(key_rows::select_newest("component_secrets", tenant));
  const auto answer = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(answer);
  if (!id) co_return id.error();
  made.id = *id;
  keep(tenant, domain, made);
  co_return MadeKey{*id, made.secret};
}

Task<Result<void>> ComponentSecrets::remove(Executor& home, TenantId tenant, std::string domain) {
  auto turn = co_await turns_.take(home);
  store::Statement statement{"DELETE FROM component_secrets WHERE tenant_id = ? AND domain = ?",
                             {to_value(tenant), domain}};
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  const std::lock_guard lock(mutex_);
  of_tenant_[tenant].erase(domain);
  co_return Result<void>();
}

}  // namespace teahouse
