// SigningSecrets: what tenants sign their users' site tokens with (ss_…), sealed under a key that is not in the
// database. Two are valid at once, the newest and the one before.
//
// They live in memory as well; the table is read once, at the start. Changes take turns, so memory is always what the
// disk is.
// Thread: any; the tasks go on on `home`.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "crypto/sealer.h"
#include "tenant/key_rows.h"
#include "tenant/turns.h"

namespace teahouse {

struct SigningSecret {
  int64_t id = 0;  // which no other ever has
  std::string secret;
};

class SigningSecrets {
 public:
  // `seal_key` is 32 bytes from a file that is not in the database; load_all() fails if it is not the one that was
  // used.
  SigningSecrets(store::ControlPlane& control, const Clock& clock, std::string_view seal_key)
      : control_(control), clock_(clock), sealer_(crypto::Sealer::make(seal_key)) {}
  Result<void> load_all();

  // Makes a new one; with the newest one it is valid, older ones end.
  Task<Result<MadeKey>> rotate(Executor& home, TenantId tenant);
  // Newest first, at most two.
  std::vector<std::string> list(TenantId tenant) const;
  std::vector<SigningSecret> numbered(TenantId tenant) const;  // the same
  void forget(TenantId tenant);

  // rotate() in a transaction of others: a secret, the statements that store it, and, when they have run, that it is
  // there. REQUIRES of insert: load_all() was good.
  static std::string draft();
  std::vector<store::Statement> insert(TenantId tenant, const std::string& secret) const;
  void keep(TenantId tenant, SigningSecret secret);

 private:
  store::ControlPlane& control_;
  const Clock& clock_;
  const Result<crypto::Sealer> sealer_;
  Turns turns_;

  mutable std::mutex mutex_;                                            // of what follows
  std::unordered_map<TenantId, std::vector<SigningSecret>> of_tenant_;  // newest first
};

}  // namespace teahouse
