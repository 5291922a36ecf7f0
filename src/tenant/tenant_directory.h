// TenantDirectory: the tenants and plans that there are, in memory.
//
// Thread: any.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "tenant/tenant.h"
#include "tenant/tenant_rows.h"

namespace teahouse {

class TenantDirectory {
 public:
  void keep(const TenantPtr& tenant);  // new or changed
  void drop(const Tenant& tenant);
  void drop_host(std::string_view domain);  // that a tenant, as it was kept last, has no more
  TenantPtr find(std::string_view name) const;
  TenantPtr find(TenantId id) const;
  std::vector<TenantPtr> list() const;  // by name
  bool serves(std::string_view domain) const;
  // Whether a new tenant can have its name and hosts. Errors: conflict; service_unavailable for those of a tenant that
  // is still being removed.
  Result<void> check_free(const Tenant& tenant) const;
  // Whether it can have its hosts: none is another tenant's. Errors: as above.
  Result<void> check_hosts_free(const Tenant& tenant) const;

  void keep_plan(Plan plan);
  void drop_plan(const std::string& name);
  Result<Plan> find_plan(std::string_view name) const;  // Errors: bad_request.
  std::vector<Plan> plans() const;                      // by name

 private:
  Result<void> find_taken(const Tenant& tenant) const;  // REQUIRES: mutex_ is held

  mutable std::mutex mutex_;  // of what follows
  // The texts are those of the tenants that they lead to.
  std::map<std::string_view, TenantPtr> by_name_;
  std::unordered_map<TenantId, TenantPtr> by_id_;
  std::unordered_map<std::string_view, TenantPtr> by_domain_;  // of all hosts
  tenant_rows::Plans plans_;
};

}  // namespace teahouse
