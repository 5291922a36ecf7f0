// Both kinds of key live in memory as well, by tenant; the tables are read once, at the start. Changes take turns, so
// memory is always what the disk is. What is in memory of a removed tenant goes with forget(); its id is never used
// again.
#include "tenant/keys.h"

#include <mutex>

#include "base/random.h"
#include "crypto/hash.h"
#include "crypto/sealer.h"
#include "tenant/names.h"
#include "tenant/tables.h"
#include "tenant/turns.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Row;
using store::Statement;

constexpr size_t api_keys_max = 50;
constexpr size_t label_characters_max = 100;
constexpr size_t signing_secrets_valid = 2;
constexpr size_t key_bytes_max = 128;  // of what a stranger shows us as a key

// Sealed bytes open only where they were sealed: copied to another tenant's row they are worth nothing.
std::string place_of(TenantId tenant) { return "tenant " + std::to_string(raw(tenant)) + " signing secret"; }

Statement insert_api_key(TenantId tenant, const std::string& hash, const ApiKeyInfo& info) {
  return {
      "INSERT INTO api_keys(tenant_id, id, hash, hint, label, created_ms, last_used_ms) "
      "SELECT t.tenant_id, s.next, ?, ?, ?, ?, 0 FROM tenants t, sequences s WHERE t.tenant_id = ? AND s.name = 'key'",
      {Blob{hash}, info.hint, info.label, info.created_ms, to_value(tenant)}};
}

Statement insert_signing_secret(TenantId tenant, const std::string& sealed, int64_t now_ms) {
  return {
      "INSERT INTO signing_secrets(tenant_id, id, sealed, created_ms) "
      "SELECT t.tenant_id, s.next, ?, ? FROM tenants t, sequences s WHERE t.tenant_id = ? AND s.name = 'key'",
      {Blob{sealed}, now_ms, to_value(tenant)}};
}

// The answer of an INSERT with a drawn id: SELECT MAX(id) says which, and nothing where no tenant was.
Result<int64_t> made_id(const Result<store::Answer>& answer) {
  if (!answer) return answer.error();
  if (answer->rows.empty() || store::is_null(answer->rows[0][0])) return no_such_tenant();
  return as_int(answer->rows[0][0]);
}

}  // namespace

struct Keys::State {
  State(store::ControlPlane& the_control, const Clock& the_clock, std::string_view seal_key)
      : control(the_control), clock(the_clock), sealer(crypto::Sealer::make(seal_key)) {}

  struct ApiKey {
    ApiKeyInfo info;
    std::string hash;
    bool used = false;
  };
  struct SigningSecret {
    int64_t id = 0;
    std::string secret;
  };
  struct OfTenant {
    std::vector<ApiKey> api_keys;
    std::vector<SigningSecret> secrets;
  };  // secrets newest first
  struct Place {
    TenantId tenant;
    int64_t id;
  };

  store::ControlPlane& control;
  const Clock& clock;
  const Result<crypto::Sealer> sealer;
  Turns turns;

  mutable std::mutex mutex;  // of what follows
  std::unordered_map<TenantId, OfTenant> tenants;
  std::unordered_map<std::string, Place> by_hash;

  void keep(TenantId tenant, ApiKey key) {
    const std::lock_guard lock(mutex);
    by_hash[key.hash] = Place{tenant, key.info.id};
    tenants[tenant].api_keys.push_back(std::move(key));
  }

  // Newest first, and no more than are valid.
  void keep(TenantId tenant, SigningSecret secret) {
    const std::lock_guard lock(mutex);
    auto& secrets = tenants[tenant].secrets;
    secrets.insert(secrets.begin(), std::move(secret));
    if (secrets.size() > signing_secrets_valid) secrets.resize(signing_secrets_valid);
  }

  void drop_api_key(TenantId tenant, int64_t id) {
    const std::lock_guard lock(mutex);
    auto& keys = tenants[tenant].api_keys;
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const ApiKey& one) { return one.info.id == id; });
    if (key == keys.end()) return;
    by_hash.erase(key->hash);
    keys.erase(key);
  }

  std::vector<ApiKeyInfo> api_keys(TenantId tenant) const {
    const std::lock_guard lock(mutex);
    std::vector<ApiKeyInfo> infos;
    const auto found = tenants.find(tenant);
    if (found == tenants.end()) return infos;
    for (const ApiKey& key : found->second.api_keys) infos.push_back(key.info);
    return infos;
  }

  Result<void> load_api_keys();
  Result<void> load_signing_secrets();
  std::vector<Statement> take_uses();
  void use_again();

  using Self = std::shared_ptr<State>;
  static Task<Result<MadeKey>> make_api_key(Self self, Executor& home, TenantId tenant, std::string label);
  static Task<Result<void>> revoke_api_key(Self self, Executor& home, TenantId tenant, int64_t id);
  static Task<Result<std::vector<ApiKeyInfo>>> list_api_keys(Self self, TenantId tenant);
  static Task<Result<MadeKey>> rotate_signing_secret(Self self, Executor& home, TenantId tenant);
  static Task<Result<void>> store_uses(Self self, Executor& home);
};

std::vector<store::Migration> Keys::migrations() {
  return {{"keys/1",
           {"CREATE TABLE api_keys(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, hash BYTEA NOT NULL UNIQUE, "
            "hint TEXT NOT NULL, label TEXT NOT NULL, created_ms BIGINT NOT NULL, last_used_ms BIGINT NOT NULL, "
            "PRIMARY KEY (tenant_id, id))",
            "CREATE TABLE signing_secrets(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, sealed BYTEA NOT NULL, "
            "created_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, id))",
            "INSERT INTO sequences(name, next) VALUES ('key', 0)"}}};
}

Result<void> Keys::State::load_api_keys() {
  const auto answer = control.execute_now(
      {"SELECT tenant_id, id, hash, hint, label, created_ms, last_used_ms FROM api_keys ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    ApiKey key;
    key.info = {as_int(row[1]), as_text(row[3]), as_text(row[4]), as_int(row[5]), as_int(row[6])};
    key.hash = as_text(row[2]);
    keep(static_cast<TenantId>(as_int(row[0])), std::move(key));
  }
  return {};
}

Result<void> Keys::State::load_signing_secrets() {
  const auto answer =
      control.execute_now({"SELECT tenant_id, id, sealed FROM signing_secrets ORDER BY tenant_id, id", {}});
  if (!answer) return answer.error();
  for (const Row& row : answer->rows) {
    const auto tenant = static_cast<TenantId>(as_int(row[0]));
    auto secret = sealer->open(as_text(row[2]), place_of(tenant));
    if (!secret) {
      return Error{
          ErrorKind::internal_server_error,
          "A signing secret of tenant " + std::to_string(raw(tenant)) +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    keep(tenant, SigningSecret{as_int(row[1]), std::move(*secret)});
  }
  return {};
}

std::vector<Statement> Keys::State::take_uses() {
  const std::lock_guard lock(mutex);
  std::vector<Statement> statements;
  for (auto& [tenant, of_tenant] : tenants) {
    for (ApiKey& key : of_tenant.api_keys) {
      if (!std::exchange(key.used, false)) continue;
      statements.push_back({"UPDATE api_keys SET last_used_ms = ? WHERE tenant_id = ? AND id = ?",
                            {key.info.last_used_ms, to_value(tenant), key.info.id}});
    }
  }
  return statements;
}

// They could not be noted: all that were ever used are noted the next time.
void Keys::State::use_again() {
  const std::lock_guard lock(mutex);
  for (auto& [tenant, of_tenant] : tenants) {
    for (ApiKey& key : of_tenant.api_keys) key.used = key.used || key.info.last_used_ms > 0;
  }
}

Task<Result<MadeKey>> Keys::State::make_api_key(Self self, Executor& home, TenantId tenant, std::string label) {
  auto turn = co_await self->turns.take(home);
  auto shown = parse_shown_text("The key's label", label, label_characters_max);
  if (!shown) co_return shown.error();
  if (self->api_keys(tenant).size() >= api_keys_max) {
    co_return Error{ErrorKind::resource_constraint, "There are 50 API keys, which is the limit; revoke one first."};
  }
  MadeKey made;
  made.secret = "sk_" + random_token(32);
  ApiKey key;
  key.hash = crypto::sha256(made.secret);
  key.info.hint = made.secret.substr(made.secret.size() - 4);
  key.info.label = std::move(*shown);
  key.info.created_ms = self->clock.wall_ms();

  std::vector<Statement> statements;
  statements.push_back(draw_number("key"));
  statements.push_back(insert_api_key(tenant, key.hash, key.info));
  statements.push_back({"SELECT MAX(id) FROM api_keys WHERE tenant_id = ?", {to_value(tenant)}});
  const auto answer = co_await self->control.transact(home, std::move(statements));
  const auto id = made_id(answer);
  if (!id) co_return id.error();
  made.id = key.info.id = *id;
  self->keep(tenant, std::move(key));
  co_return made;
}

Task<Result<void>> Keys::State::revoke_api_key(Self self, Executor& home, TenantId tenant, int64_t id) {
  auto turn = co_await self->turns.take(home);
  Statement statement{"DELETE FROM api_keys WHERE tenant_id = ? AND id = ?", {to_value(tenant), id}};
  const auto answer = co_await self->control.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no such API key."};
  self->drop_api_key(tenant, id);
  co_return Result<void>();
}

Task<Result<std::vector<ApiKeyInfo>>> Keys::State::list_api_keys(Self self, TenantId tenant) {
  co_return self->api_keys(tenant);
}

Task<Result<MadeKey>> Keys::State::rotate_signing_secret(Self self, Executor& home, TenantId tenant) {
  auto turn = co_await self->turns.take(home);
  if (!self->sealer) co_return self->sealer.error();
  MadeKey made;
  made.secret = "ss_" + random_token(32);
  const std::string sealed = self->sealer->seal(made.secret, place_of(tenant));
  std::vector<Statement> statements;
  statements.push_back(draw_number("key"));
  statements.push_back(insert_signing_secret(tenant, sealed, self->clock.wall_ms()));
  statements.push_back(
      {"DELETE FROM signing_secrets WHERE tenant_id = ? AND id NOT IN "
       "(SELECT id FROM signing_secrets WHERE tenant_id = ? ORDER BY id DESC LIMIT ?)",
       {to_value(tenant), to_value(tenant), static_cast<int64_t>(signing_secrets_valid)}});
  statements.push_back({"SELECT MAX(id) FROM signing_secrets WHERE tenant_id = ?", {to_value(tenant)}});
  const auto answer = co_await self->control.transact(home, std::move(statements));
  const auto id = made_id(answer);
  if (!id) co_return id.error();
  made.id = *id;
  self->keep(tenant, SigningSecret{made.id, made.secret});
  co_return made;
}

Task<Result<void>> Keys::State::store_uses(Self self, Executor& home) {
  auto statements = self->take_uses();
  if (statements.empty()) co_return Result<void>();
  const auto answer = co_await self->control.transact(home, std::move(statements));
  if (answer) co_return Result<void>();
  self->use_again();
  co_return answer.error();
}

Keys::Keys(store::ControlPlane& control, const Clock& clock, std::string seal_key)
    : state_(std::make_shared<State>(control, clock, seal_key)) {}

Result<void> Keys::load_all() {
  if (!state_->sealer) return state_->sealer.error();
  if (const auto loaded = state_->load_api_keys(); !loaded) return loaded;
  return state_->load_signing_secrets();
}

Task<Result<MadeKey>> Keys::make_api_key(Executor& home, TenantId tenant, std::string label) {
  return State::make_api_key(state_, home, tenant, std::move(label));
}
Task<Result<void>> Keys::revoke_api_key(Executor& home, TenantId tenant, int64_t id) {
  return State::revoke_api_key(state_, home, tenant, id);
}
Task<Result<std::vector<ApiKeyInfo>>> Keys::list_api_keys(Executor&, TenantId tenant) {
  return State::list_api_keys(state_, tenant);
}
Task<Result<MadeKey>> Keys::rotate_signing_secret(Executor& home, TenantId tenant) {
  return State::rotate_signing_secret(state_, home, tenant);
}
Task<Result<void>> Keys::store_uses(Executor& home) { return State::store_uses(state_, home); }

std::optional<TenantId> Keys::find_api_key(std::string_view key) {
  if (key.size() > key_bytes_max) return std::nullopt;
  const std::string hash = crypto::sha256(key);
  const std::lock_guard lock(state_->mutex);
  const auto place = state_->by_hash.find(hash);
  if (place == state_->by_hash.end()) return std::nullopt;
  const auto of_tenant = state_->tenants.find(place->second.tenant);
  if (of_tenant == state_->tenants.end()) return std::nullopt;
  for (State::ApiKey& found : of_tenant->second.api_keys) {
    if (found.info.id != place->second.id) continue;
    found.info.last_used_ms = state_->clock.wall_ms();
    found.used = true;
    return place->second.tenant;
  }
  return std::nullopt;
}

std::vector<std::string> Keys::signing_secrets(TenantId tenant) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> secrets;
  const auto found = state_->tenants.find(tenant);
  if (found == state_->tenants.end()) return secrets;
  for (const State::SigningSecret& secret : found->second.secrets) secrets.push_back(secret.secret);
  return secrets;
}

void Keys::forget(TenantId tenant) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->tenants.find(tenant);
  if (found == state_->tenants.end()) return;
  for (const State::ApiKey& key : found->second.api_keys) state_->by_hash.erase(key.hash);
  state_->tenants.erase(found);
}

bool is_secret(std::string_view text) { return text.starts_with("sk_") || text.starts_with("ss_"); }

Error exposed_secret() {
  return {
      ErrorKind::item_not_found,
      "What stands in place of the site id is a secret (sk_... or ss_...), and whoever sees the page can now read it. "
      "Revoke it at once (DELETE /v1/keys/{id}; POST /v1/signing-secrets twice for a signing secret), and give the "
      "site id, which begins with pk_."};
}

}  // namespace teahouse
