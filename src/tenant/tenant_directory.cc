#include "tenant/tenant_directory.h"

#include <algorithm>

namespace teahouse {
namespace {

template <class Map, class Key>
TenantPtr find_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

// The key is a text of the tenant's: that of another snapshot goes with it.
template <class Map>
void replace(Map& map, std::string_view key, const TenantPtr& tenant) {
  map.erase(key);
  map.emplace(key, tenant);
}

Error refuse_domain(const std::string& domain, const Tenant& owner) {
  std::string text = "The domain '" + domain + "' is taken by tenant '" + owner.name + "'";
  for (const HostName& host : owner.hosts) {
    if (host.domain == domain && host.kind != HostKind::accounts)
      text.append(", for its ").append(to_string(host.kind));
  }
  return {ErrorKind::conflict, text + "."};
}

Error still_there(const Tenant& tenant) {
  return {ErrorKind::service_unavailable, "The tenant '" + tenant.name +
                                              "', which has this name or domain, is still "
                                              "being removed. Try again in a moment."};
}

}  // namespace

void TenantDirectory::keep(const TenantPtr& tenant) {
  const std::lock_guard lock(mutex_);
  replace(by_name_, tenant->name, tenant);
  by_id_[tenant->id] = tenant;
  for (const HostName& host : tenant->hosts) replace(by_domain_, host.domain, tenant);
}

void TenantDirectory::drop(const Tenant& tenant) {
  const std::lock_guard lock(mutex_);
  by_name_.erase(tenant.name);
  by_id_.erase(tenant.id);
  for (const HostName& host : tenant.hosts) by_domain_.erase(host.domain);
}

void TenantDirectory::drop_host(std::string_view domain) {
  const std::lock_guard lock(mutex_);
  const auto found = by_domain_.find(domain);
  if (found == by_domain_.end()) return;
  const auto has_domain = [&](const HostName& host) { return host.domain == domain; };
  const TenantPtr owner = find_in(by_id_, found->second->id);
  if (!owner || std::none_of(owner->hosts.begin(), owner->hosts.end(), has_domain)) by_domain_.erase(found);
}

TenantPtr TenantDirectory::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return find_in(by_name_, name);
}

TenantPtr TenantDirectory::find(TenantId id) const {
  const std::lock_guard lock(mutex_);
  return find_in(by_id_, id);
}

std::vector<TenantPtr> TenantDirectory::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<TenantPtr> all;
  all.reserve(by_name_.size());
  for (const auto& [name, tenant] : by_name_) all.push_back(tenant);
  return all;
}

bool TenantDirectory::serves(std::string_view domain) const {
  const std::lock_guard lock(mutex_);
  return by_domain_.contains(domain);
}

Result<void> TenantDirectory::check_free(const Tenant& tenant) const {
  const std::lock_guard lock(mutex_);
  if (const TenantPtr known = find_in(by_name_, tenant.name)) {
    if (known->being_removed) return still_there(*known);
    return Error{ErrorKind::conflict, "There is a tenant '" + tenant.name + "' already."};
  }
  return find_taken(tenant);
}

Result<void> TenantDirectory::check_hosts_free(const Tenant& tenant) const {
  const std::lock_guard lock(mutex_);
  return find_taken(tenant);
}

Result<void> TenantDirectory::find_taken(const Tenant& tenant) const {
  for (const HostName& host : tenant.hosts) {
    const TenantPtr known = find_in(by_domain_, host.domain);
    if (!known || known->id == tenant.id) continue;
    return known->being_removed ? still_there(*known) : refuse_domain(host.domain, *known);
  }
  return {};
}

void TenantDirectory::keep_plan(Plan plan) {
  const std::lock_guard lock(mutex_);
  const std::string name = plan.name;
  plans_[name] = std::move(plan);
}

void TenantDirectory::drop_plan(const std::string& name) {
  const std::lock_guard lock(mutex_);
  plans_.erase(name);
}

Result<Plan> TenantDirectory::find_plan(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = plans_.find(name);
  if (found != plans_.end()) return found->second;
  return Error{ErrorKind::bad_request, "There is no plan '" + std::string(name.substr(0, 64)) + "'."};
}

std::vector<Plan> TenantDirectory::plans() const {
  const std::lock_guard lock(mutex_);
  std::vector<Plan> all;
  for (const auto& [name, plan] : plans_) all.push_back(plan);
  return all;
}

}  // namespace teahouse
