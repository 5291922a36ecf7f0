// Keys: a tenant's API keys (sk_…, stored hashed, shown once) and signing secrets (ss_…, sealed under a key that is not
// in the database, two valid at once).
//
// Thread: any; find_*, list_* and signing_secrets answer from memory.
// Limits: 50 API keys a tenant (resource_constraint); a label has 100 characters.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "tenant/tenant.h"

namespace teahouse {

struct ApiKeyInfo {
  int64_t id = 0;
  std::string hint;
  std::string label;
  int64_t created_ms = 0, last_used_ms = 0;
};
struct MadeKey {
  int64_t id = 0;
  std::string secret;
};  // the only time that the secret is seen

// Is it an API key or a signing secret, by its looks? Where a site's public id belongs it has become public.
bool is_secret(std::string_view text);
Error exposed_secret();

class Keys {
 public:
  // `seal_key` is 32 bytes from a file that is not in the database; load_all() fails if it is not the one that was
  // used.
  Keys(store::ControlPlane& control, const Clock& clock, std::string seal_key);
  static std::vector<store::Migration> migrations();
  Result<void> load_all();

  Task<Result<MadeKey>> make_api_key(Executor& home, TenantId tenant, std::string label);
  Task<Result<void>> revoke_api_key(Executor& home, TenantId tenant, int64_t id);
  Task<Result<std::vector<ApiKeyInfo>>> list_api_keys(Executor& home, TenantId tenant);
  // The tenant whose key this is, found by its hash, so that its time tells nothing of a key. Notes the use in memory.
  std::optional<TenantId> find_api_key(std::string_view key);
  // Writes down the last uses that are new, in one transaction: for a timer, once a minute, and for the end of the
  // server.
  Task<Result<void>> store_uses(Executor& home);

  // Makes a new signing secret; with the newest one it is valid, older ones end.
  Task<Result<MadeKey>> rotate_signing_secret(Executor& home, TenantId tenant);
  // Newest first, at most two.
  std::vector<std::string> signing_secrets(TenantId tenant) const;
  void forget(TenantId tenant);  // after the tenant was removed

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace teahouse
