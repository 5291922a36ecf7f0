#include "tenant/host_table.h"

namespace teahouse {

HostPtr HostTable::find(std::string_view domain) const {
  const auto found = hosts_.find(domain);
  return found == hosts_.end() ? nullptr : found->second;
}

HostPtr HostTable::find_site(std::string_view site_id) const {
  const auto found = sites_.find(site_id);
  return found == sites_.end() ? nullptr : found->second;
}

void HostTable::set(const TenantPtr& tenant, uint64_t modules_off, const HostOptions& options) {
  if (const HostPtr before = find_site(tenant->site_id)) remove(*before->tenant);  // with all the texts of `before`
  for (const HostName& name : tenant->hosts) {
    const auto host = std::make_shared<const Host>(Host{name.domain, name.kind, tenant, modules_off, options});
    hosts_.erase(name.domain);
    hosts_.emplace(host->domain, host);
    if (name.kind == HostKind::accounts) sites_.emplace(tenant->site_id, host);
  }
}

// Its domains may be another's by now: a removal is told again when it is called again.
void HostTable::remove(const Tenant& tenant) {
  for (const HostName& name : tenant.hosts) {
    const auto found = hosts_.find(name.domain);
    if (found != hosts_.end() && found->second->tenant->id == tenant.id) hosts_.erase(found);
  }
  sites_.erase(tenant.site_id);
}

}  // namespace teahouse
