// ApiKeys: the keys (sk_…) with which tenants' own servers call the API; stored hashed, shown once.
//
// They live in memory as well; the table is read once, at the start. Changes take turns, so memory is always what the
// disk is.
// Thread: any; the tasks go on on `home`.
// Limits: 50 a tenant (resource_constraint); a label has 100 characters.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "tenant/key_rows.h"
#include "tenant/turns.h"

namespace teahouse {

struct ApiKeyInfo {
  int64_t id = 0;
  std::string hint;
  std::string label;
  int64_t created_ms = 0, last_used_ms = 0;
};

class ApiKeys {
 public:
  ApiKeys(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  Result<void> load_all();

  Task<Result<MadeKey>> make(Executor& home, TenantId tenant, std::string label);
  Task<Result<void>> revoke(Executor& home, TenantId tenant, int64_t id);
  std::vector<ApiKeyInfo> list(TenantId tenant) const;
  // The tenant whose key this is, found by its hash, so that its time tells nothing of a key. Notes the use in memory.
  std::optional<TenantId> find(std::string_view key);
  // Writes down the last uses that are new, in one transaction: for a timer, once a minute, and for the end of the
  // server.
  Task<Result<void>> store_uses(Executor& home);
  void forget(TenantId tenant);

  // make() in a transaction of others: a key, the statements that store it, and, when they have run, that it is there.
  struct Draft {
    std::string secret, hash;
    ApiKeyInfo info;
  };
  Draft draft(std::string label) const;
  static std::vector<store::Statement> insert(TenantId tenant, const Draft& draft);
  void keep(TenantId tenant, const Draft& draft, int64_t id);

 private:
  struct Key {
    TenantId tenant;
    ApiKeyInfo info;
    std::string hash;
    bool used = false;  // and not written down
  };
  using KeyPtr = std::shared_ptr<Key>;

  void keep(Key key);
  void drop(TenantId tenant, int64_t id);
  std::vector<store::Statement> take_uses();
  void use_again();

  store::ControlPlane& control_;
  const Clock& clock_;
  Turns turns_;

  mutable std::mutex mutex_;  // of what follows
  std::unordered_map<TenantId, std::vector<KeyPtr>> of_tenant_;
  std::unordered_map<std::string, KeyPtr> by_hash_;
};

}  // namespace teahouse
