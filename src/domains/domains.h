// Domains: the domains that tenants claim, and those of them that are proved to be theirs.
//
// A claim serves nobody. Several tenants may claim one domain; the first to prove it has it, and then nobody else can
// claim or prove it: only the operator's word moves it to another tenant.
//
// Thread: any; the tasks go on on `home`. Limits: 20 of a tenant; 10 checks of a tenant in a minute.
// Errors: conflict for a domain that is another's, with the way to take it over; item_not_found; resource_constraint
// above the limits.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/task.h"
#include "base/token_buckets.h"
#include "store/control_plane.h"
#include "tenant/tables.h"
#include "tenant/tenant.h"

namespace teahouse::domains {

inline constexpr size_t domains_max = 20;
inline constexpr std::string_view web_use = "web";

struct Domain {
  TenantId tenant = TenantId::server;
  std::string domain;  // as parse_tenant_domain() gives it
  std::string use;     // "web": a name for browsers alone; or that of a HostKind (host_kind.h)
  std::string secret;  // 32 characters by chance, another for each claim; it stands in DNS, so it is shown
  int64_t created_ms = 0;
  int64_t proved_ms = 0;  // 0: it is a claim
  std::string proved_by;  // "txt", "cname", "file" or "operator"

  bool is_proved() const { return proved_ms != 0; }
  std::string proof() const { return "teahouse-domain=" + secret; }
};

class Domains {
 public:
  Domains(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static std::vector<store::Migration> migrations();
  static std::vector<TenantTable> tables();

  // The proved ones, for what follows below. Thread: before any loop runs.
  Result<void> load_all();

  // A new claim. REQUIRES: domain and use are good.
  Task<Result<Domain>> add(Executor& home, TenantPtr tenant, std::string domain, std::string use);
  Task<Result<Domain>> find(Executor& home, TenantId tenant, std::string domain) const;
  Task<Result<std::vector<Domain>>> list(Executor& home, TenantId tenant) const;
  // The claim is proved from now on. By "operator" it is taken from another tenant that had proved it.
  Task<Result<Domain>> prove(Executor& home, Domain claim, std::string by);
  // It is a claim again.
  Task<Result<void>> doubt(Executor& home, TenantId tenant, std::string domain);
  Task<Result<void>> remove(Executor& home, TenantId tenant, std::string domain);
  void forget(TenantId tenant);  // it is removed, and its rows with it

  // The tenant that has proved exactly this domain, and its use there.
  struct Proved {
    TenantId tenant = TenantId::server;
    std::string use;
  };
  std::optional<Proved> find_proved(std::string_view domain) const;
  std::vector<std::string> proved_of(TenantId tenant) const;
  std::vector<std::pair<std::string, Proved>> all_proved() const;
  // Whether the tenant has proved this domain, or one that it lies below.
  bool covers(TenantId tenant, std::string_view domain) const;
  // Errors: conflict where another tenant has proved it.
  Result<void> check_free(TenantId tenant, std::string_view domain) const;

  // Errors: resource_constraint for more checks than a tenant may have.
  Result<void> take_check(TenantId tenant);

 private:
  void note(const Domain& domain);
  void drop(TenantId tenant, std::string_view domain);

  store::ControlPlane& control_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // of what follows
  std::map<std::string, Proved, std::less<>> proved_;
  TokenBuckets checks_{10'000};
};

}  // namespace teahouse::domains
