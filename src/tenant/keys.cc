#include "tenant/keys.h"

namespace teahouse {

std::vector<store::Migration> Keys::migrations() {
  return {{"keys/1",
           {"CREATE TABLE api_keys(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, hash BYTEA NOT NULL UNIQUE, "
            "hint TEXT NOT NULL, label TEXT NOT NULL, created_ms BIGINT NOT NULL, last_used_ms BIGINT NOT NULL, "
            "PRIMARY KEY (tenant_id, id))",
            "CREATE TABLE signing_secrets(tenant_id BIGINT NOT NULL, id BIGINT NOT NULL, sealed BYTEA NOT NULL, "
            "created_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, id))",
            "INSERT INTO sequences(name, next) VALUES ('key', 0)"}}};
}

Result<void> Keys::load_all() {
  if (const auto loaded = signing.load_all(); !loaded) return loaded;
  if (const auto loaded = services.load_all(); !loaded) return loaded;
  if (const auto loaded = components.load_all(); !loaded) return loaded;
  return api.load_all();
}

void Keys::forget(TenantId tenant) {
  api.forget(tenant);
  signing.forget(tenant);
  services.forget(tenant);
  components.forget(tenant);
}

bool is_secret(std::string_view text) {
  return text.starts_with("sk_") || text.starts_with("ss_") || text.starts_with("rk_");
}

Error exposed_secret() {
  return {
      ErrorKind::item_not_found,
      "What stands in place of the site id is a secret (sk_... or ss_...), and whoever sees the page can now read it. "
      "Revoke it at once (DELETE /v1/keys/{id}; POST /v1/signing-secrets twice for a signing secret), and give the "
      "site id, which begins with pk_."};
}

}  // namespace teahouse
