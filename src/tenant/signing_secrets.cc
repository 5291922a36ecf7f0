#include "tenant/signing_secrets.h"

#include "base/random.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Statement;

constexpr size_t secrets_valid = 2;

// Sealed bytes open only where they were sealed: copied to another tenant's row they are worth nothing.
std::string signing_secret_place(TenantId tenant) {
  return "tenant " + std::to_string(raw(tenant)) + " signing secret";
}

}  // namespace

Result<void> SigningSecrets::load_all() {
  if (!sealer_) return sealer_.error();
  const auto answer =
      control_.execute_now({"SELECT tenant_id, id, sealed FROM signing_secrets ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const store::Row& row : answer->rows) {
    const auto tenant = static_cast<TenantId>(as_int(row[0]));
    auto secret = sealer_->open(as_text(row[2]), signing_secret_place(tenant));
    if (!secret) {
      return Error{
          ErrorKind::internal_server_error,
          "A signing secret of tenant " + std::to_string(raw(tenant)) +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    keep(tenant, {as_int(row[1]), std::move(*secret)});
  }
  return {};
}

std::string SigningSecrets::draft() { return "ss_" + random_token(32); }

std::vector<Statement> SigningSecrets::insert(TenantId tenant, const std::string& secret) const {
  auto statements = key_rows::insert(
      "signing_secrets", tenant,
      {{"sealed", store::Blob{sealer_->seal(secret, signing_secret_place(tenant))}}, {"created_ms", clock_.wall_ms()}});
  statements.push_back(
      {"DELETE FROM signing_secrets WHERE tenant_id = ? AND id NOT IN "
       "(SELECT id FROM signing_secrets WHERE tenant_id = ? ORDER BY id DESC LIMIT ?)",
       {to_value(tenant), to_value(tenant), static_cast<int64_t>(secrets_valid)}});
  return statements;
}

void SigningSecrets::keep(TenantId tenant, SigningSecret secret) {
  const std::lock_guard lock(mutex_);
  auto& secrets = of_tenant_[tenant];
  secrets.insert(secrets.begin(), std::move(secret));
  if (secrets.size() > secrets_valid) secrets.resize(secrets_valid);
}

void SigningSecrets::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  of_tenant_.erase(tenant);
}

std::vector<SigningSecret> SigningSecrets::numbered(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = of_tenant_.find(tenant);
  return found == of_tenant_.end() ? std::vector<SigningSecret>() : found->second;
}

std::vector<std::string> SigningSecrets::list(TenantId tenant) const {
  std::vector<std::string> secrets;
  for (SigningSecret& each : numbered(tenant)) secrets.push_back(std::move(each.secret));
  return secrets;
}

Task<Result<MadeKey>> SigningSecrets::rotate(Executor& home, TenantId tenant) {
  auto turn = co_await turns_.take(home);
  if (!sealer_) co_return sealer_.error();
  const std::string secret = draft();
  auto statements = insert(tenant, secret);
  statements.push_back(key_rows::select_newest("signing_secrets", tenant));
  const auto answer = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(answer);
  if (!id) co_return id.error();
  keep(tenant, {*id, secret});
  co_return MadeKey{*id, secret};
}

}  // namespace teahouse
