// HostTable: the hosts that a loop serves, by domain.
//
// Thread: its loop; every loop has one of its own.
#pragma once

#include <string_view>
#include <unordered_map>

#include "tenant/tenant.h"

namespace teahouse {

class HostTable {
 public:
  HostPtr find(std::string_view domain) const;        // null when nobody is served there
  HostPtr find_site(std::string_view site_id) const;  // the accounts host of the tenant with this public id
  // Takes over a new or changed tenant: all its hosts, and no others of it.
  void set(const TenantPtr& tenant, uint64_t modules_off = 0, const HostOptions& options = nullptr);
  void remove(const Tenant& tenant);
  template <class F>
  void for_each(F&& visit) const {
    for (const auto& [domain, host] : hosts_) visit(host);
  }

 private:
  // The texts are those of the hosts and their tenants that they lead to.
  std::unordered_map<std::string_view, HostPtr> hosts_, sites_;
};

}  // namespace teahouse
