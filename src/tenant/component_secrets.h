// ComponentSecrets: what external components (XEP-0114) show to be let in at their names, sealed under a key that is
// not in the database.
//
// A component shows SHA-1(id of the stream, secret), so the secret itself must be at hand: it can't be kept hashed. It
// is ours, random and long, and shown once. They live in memory as well; the table is read once, at the start. Changes
// take turns, so memory is always what the disk is.
// Thread: any; the tasks go on on `home`.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "base/text_map.h"
#include "crypto/sealer.h"
#include "tenant/key_rows.h"
#include "tenant/turns.h"

namespace teahouse {

struct ComponentSecret {
  int64_t id = 0;  // another for each secret
  std::string secret;
  int64_t created_ms = 0;
};

class ComponentSecrets {
 public:
  // `seal_key`: signing_secrets.h.
  ComponentSecrets(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  // Makes the one that is valid from now on at this host of the tenant.
  Task<Result<MadeKey>> rotate(Executor& home, TenantId tenant, std::string domain);
  std::optional<ComponentSecret> find(TenantId tenant, std::string_view domain) const;
  Task<Result<void>> remove(Executor& home, TenantId tenant, std::string domain);
  void forget(TenantId tenant);

 private:
  void keep(TenantId tenant, const std::string& domain, ComponentSecret secret);

  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
  Turns turns_;

  mutable std::mutex mutex_;  // of what follows
  std::unordered_map<TenantId, TextMap<ComponentSecret>> of_tenant_;
};

}  // namespace teahouse
