// ResellerDirectory: the resellers that there are, their keys, and how each tenant stands with them, in memory.
//
// Thread: any.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tenant/reseller.h"
#include "tenant/tenant.h"

namespace teahouse {

// A tenant's reseller, and whether the tenant is suspended of itself: what a Tenant says of that is the whole, with its
// reseller's suspension.
struct Standing {
  ResellerId reseller = ResellerId::none;
  bool suspended = false;
  bool by_operator = true;  // who has suspended it, and alone may lift that: the operator, or the reseller
  std::string reason;
};

struct ResellerKeyInfo {
  int64_t id = 0;
  std::string hint, label;
  int64_t created_ms = 0;
};

class ResellerDirectory {
 public:
  void keep(const ResellerPtr& reseller);  // new or changed
  void drop(const Reseller& reseller);     // with its keys
  ResellerPtr find(std::string_view name) const;
  ResellerPtr find(ResellerId id) const;  // null for none
  std::vector<ResellerPtr> list() const;  // by name

  void set_standing(TenantId tenant, Standing standing);
  void forget(TenantId tenant);
  Standing standing(TenantId tenant) const;
  ResellerPtr reseller_of(TenantId tenant) const;  // null: the operator's own
  std::vector<TenantId> tenants_of(ResellerId reseller) const;
  // Says of the tenant whether it is suspended, of itself or with its reseller.
  void suspend_as_it_stands(Tenant& tenant, const Standing& standing) const;

  void keep_key(ResellerId reseller, std::string hash, ResellerKeyInfo info);
  void drop_key(ResellerId reseller, int64_t id);
  std::vector<ResellerKeyInfo> keys(ResellerId reseller) const;  // by id
  // Found by its hash, so that its time tells nothing of a key; null for none.
  ResellerPtr find_by_key(std::string_view key) const;

 private:
  struct Key {
    ResellerId reseller;
    ResellerKeyInfo info;
  };

  mutable std::mutex mutex_;  // of what follows
  std::map<std::string, ResellerPtr, std::less<>> by_name_;
  std::unordered_map<ResellerId, ResellerPtr> by_id_;
  std::unordered_map<ResellerId, std::set<TenantId>> tenants_;
  std::unordered_map<TenantId, Standing> standings_;  // that differ from a new tenant of the operator's
  std::unordered_map<std::string, Key> keys_;         // by hash
};

}  // namespace teahouse
