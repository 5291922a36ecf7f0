#include "tenant/api_keys.h"

#include <algorithm>

#include "base/random.h"
#include "crypto/hash.h"
#include "tenant/names.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Row;
using store::Statement;

constexpr size_t api_keys_max = 50;

}  // namespace

Result<void> ApiKeys::load_all() {
  const auto answer = control_.execute_now(
      {"SELECT tenant_id, id, hash, hint, label, created_ms, last_used_ms FROM api_keys ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    keep({static_cast<TenantId>(as_int(row[0])),
          {as_int(row[1]), as_text(row[3]), as_text(row[4]), as_int(row[5]), as_int(row[6])},
          as_text(row[2])});
  }
  return {};
}

ApiKeys::Draft ApiKeys::draft(std::string label) const {
  Draft draft;
  draft.secret = "sk_" + random_token(32);
  draft.hash = crypto::sha256(draft.secret);
  draft.info.hint = draft.secret.substr(draft.secret.size() - 4);
  draft.info.label = std::move(label);
  draft.info.created_ms = clock_.wall_ms();
  return draft;
}

std::vector<Statement> ApiKeys::insert(TenantId tenant, const Draft& draft) {
  return key_rows::insert("api_keys", tenant,
                          {{"hash", Blob{draft.hash}},
                           {"hint", draft.info.hint},
                           {"label", draft.info.label},
                           {"created_ms", draft.info.created_ms},
                           {"last_used_ms", int64_t{0}}});
}

void ApiKeys::keep(TenantId tenant, const Draft& draft, int64_t id) {
  Key key{tenant, draft.info, draft.hash};
  key.info.id = id;
  keep(std::move(key));
}

void ApiKeys::keep(Key key) {
  const auto kept = std::make_shared<Key>(std::move(key));
  const std::lock_guard lock(mutex_);
  by_hash_[kept->hash] = kept;
  of_tenant_[kept->tenant].push_back(kept);
}

void ApiKeys::drop(TenantId tenant, int64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(of_tenant_[tenant], [&](const KeyPtr& key) {
    if (key->info.id != id) return false;
    by_hash_.erase(key->hash);
    return true;
  });
}

void ApiKeys::forget(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  const auto found = of_tenant_.find(tenant);
  if (found == of_tenant_.end()) return;
  for (const KeyPtr& key : found->second) by_hash_.erase(key->hash);
  of_tenant_.erase(found);
}

std::vector<ApiKeyInfo> ApiKeys::list(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<ApiKeyInfo> infos;
  const auto found = of_tenant_.find(tenant);
  if (found == of_tenant_.end()) return infos;
  for (const KeyPtr& key : found->second) infos.push_back(key->info);
  return infos;
}

std::optional<TenantId> ApiKeys::find(std::string_view key) {
  if (key.size() > shown_key_bytes_max) return std::nullopt;
  const std::string hash = crypto::sha256(key);
  const std::lock_guard lock(mutex_);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return std::nullopt;
  found->second->info.last_used_ms = clock_.wall_ms();
  found->second->used = true;
  return found->second->tenant;
}

Task<Result<MadeKey>> ApiKeys::make(Executor& home, TenantId tenant, std::string label) {
  auto turn = co_await turns_.take(home);
  auto shown = parse_shown_text("The key's label", label, key_label_characters_max);
  if (!shown) co_return shown.error();
  if (list(tenant).size() >= api_keys_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 50 API keys, which is the limit; revoke one first."};
  }
  const Draft made = draft(std::move(*shown));
  auto statements = insert(tenant, made);
  statements.push_back(key_rows::select_newest("api_keys", tenant));
  const auto answer = co_await control_.transact(home, std::move(statements));
  const auto id = key_rows::read_newest(answer);
  if (!id) co_return id.error();
  keep(tenant, made, *id);
  co_return MadeKey{*id, made.secret};
}

Task<Result<void>> ApiKeys::revoke(Executor& home, TenantId tenant, int64_t id) {
  auto turn = co_await turns_.take(home);
  Statement statement{"DELETE FROM api_keys WHERE tenant_id = ? AND id = ?", {to_value(tenant), id}};
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no such API key."};
  drop(tenant, id);
  co_return Result<void>();
}

std::vector<Statement> ApiKeys::take_uses() {
  const std::lock_guard lock(mutex_);
  std::vector<Statement> statements;
  for (const auto& [hash, key] : by_hash_) {
    if (!std::exchange(key->used, false)) continue;
    statements.push_back({"UPDATE api_keys SET last_used_ms = ? WHERE tenant_id = ? AND id = ?",
                          {key->info.last_used_ms, to_value(key->tenant), key->info.id}});
  }
  return statements;
}

// They could not be noted: all that were ever used are noted the next time.
void ApiKeys::use_again() {
  const std::lock_guard lock(mutex_);
  for (const auto& [hash, key] : by_hash_) key->used = key->used || key->info.last_used_ms > 0;
}

Task<Result<void>> ApiKeys::store_uses(Executor& home) {
  auto statements = take_uses();
  if (statements.empty()) co_return Result<void>();
  const auto answer = co_await control_.transact(home, std::move(statements));
  if (answer) co_return Result<void>();
  use_again();
  co_return answer.error();
}

}  // namespace teahouse
