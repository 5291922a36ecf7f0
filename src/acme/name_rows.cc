#include "acme/name_rows.h"

namespace teahouse::acme::name_rows {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;

std::string place_of(const NameKey& key) {
  return "tenant " + std::to_string(raw(key.first)) + " acme key " + key.second;
}

Error does_not_open(const std::string& what) {
  return {ErrorKind::internal_server_error,
          what + " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
}

}  // namespace

std::vector<store::Migration> migrations() {
  return {{"acme/1",
           {"CREATE TABLE acme_accounts(directory TEXT NOT NULL PRIMARY KEY, sealed_key BYTEA NOT NULL)",
            "CREATE TABLE acme_names(tenant_id BIGINT NOT NULL, domain TEXT NOT NULL, order_url TEXT NOT NULL, "
            "sealed_key BYTEA NOT NULL, fingerprint TEXT NOT NULL, told TEXT NOT NULL, tries BIGINT NOT NULL, "
            "next_ms BIGINT NOT NULL, renew_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, domain))"}}};
}

std::vector<TenantTable> tables() { return {{"acme_names", "domain"}}; }

Result<std::map<NameKey, NameRow>> load(store::ControlPlane& control, const crypto::Sealer& sealer) {
  const auto names = control.execute_now(
      {"SELECT tenant_id, domain, order_url, sealed_key, fingerprint, told, tries, next_ms, renew_ms FROM acme_names",
       {}});
  if (!names) return names.error();
  std::map<NameKey, NameRow> rows;
  for (const store::Row& each : names->rows) {
    const NameKey key{static_cast<TenantId>(as_int(each[0])), as_text(each[1])};
    NameRow row{as_text(each[2]), {}, as_text(each[4]), as_text(each[5]), as_int(each[6]), as_int(each[7]),
                as_int(each[8])};
    if (const std::string& sealed = as_text(each[3]); !sealed.empty()) {
      auto opened = sealer.open(sealed, place_of(key));
      if (!opened) return does_not_open("The key of an order for " + key.second);
      row.key_pem = std::move(*opened);
    }
    rows.emplace(key, std::move(row));
  }
  return rows;
}

std::vector<store::Statement> replace(const NameKey& key, const NameRow& row, const crypto::Sealer& sealer) {
  const std::string sealed = row.key_pem.empty() ? std::string() : sealer.seal(row.key_pem, place_of(key));
  return {remove(key),
          {"INSERT INTO acme_names(tenant_id, domain, order_url, sealed_key, fingerprint, told, tries, next_ms, "
           "renew_ms) SELECT tenant_id, ?, ?, ?, ?, ?, ?, ?, ? FROM tenants WHERE tenant_id = ?",
           {key.second, row.order_url, Blob{sealed}, row.fingerprint, row.told, row.tries, row.next_ms, row.renew_ms,
            to_value(key.first)}}};
}

store::Statement remove(const NameKey& key) {
  return {"DELETE FROM acme_names WHERE tenant_id = ? AND domain = ?", {to_value(key.first), key.second}};
}

Result<crypto::P256Key> load_account_key(store::ControlPlane& control, const crypto::Sealer& sealer,
                                         const std::string& directory) {
  const std::string place = "acme account " + directory;
  const auto kept = control.execute_now({"SELECT sealed_key FROM acme_accounts WHERE directory = ?", {directory}});
  if (!kept) return kept.error();
  if (!kept->rows.empty()) {
    const auto number = sealer.open(as_text(kept->rows[0][0]), place);
    if (!number) return does_not_open("The key of the account with the authority of certificates");
    return crypto::P256Key::parse(*number);
  }
  crypto::P256Key key = crypto::P256Key::make();
  const auto written = control.execute_now({"INSERT INTO acme_accounts(directory, sealed_key) VALUES (?, ?)",
                                            {directory, Blob{sealer.seal(key.number(), place)}}});
  if (!written) return written.error();
  return key;
}

}  // namespace teahouse::acme::name_rows
