// NameRow: how far a name is on its way to a certificate, as the control plane has it; its key is sealed there.
//
// Thread: load() before any loop runs; the others any. Errors: internal_server_error for a key that does not open.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/p256.h"
#include "crypto/sealer.h"
#include "store/control_plane.h"
#include "tenant/tables.h"

namespace teahouse::acme {

using NameKey = std::pair<TenantId, std::string>;  // a tenant and its domain

struct NameRow {
  std::string order_url, key_pem;  // of an order that is under way
  std::string fingerprint;         // of the certificate that it ended in
  std::string told;                // what went wrong last; empty: nothing
  int64_t tries = 0;               // that failed in a row
  int64_t next_ms = 0, renew_ms = 0;
  bool is_under_way = false;  // in this run
};

namespace name_rows {

std::vector<store::Migration> migrations();
std::vector<TenantTable> tables();

Result<std::map<NameKey, NameRow>> load(store::ControlPlane& control, const crypto::Sealer& sealer);
std::vector<store::Statement> replace(const NameKey& key, const NameRow& row, const crypto::Sealer& sealer);
store::Statement remove(const NameKey& key);

// The key of the account with this authority, made where there is none. Thread: before any loop runs.
Result<crypto::P256Key> load_account_key(store::ControlPlane& control, const crypto::Sealer& sealer,
                                         const std::string& directory);

}  // namespace name_rows
}  // namespace teahouse::acme
