#include "tenant/tenant.h"

namespace teahouse {

HostPtr HostTable::find(std::string_view domain) const {
  const auto found = hosts_.find(domain);
  return found == hosts_.end() ? nullptr : found->second;
}

HostPtr HostTable::find_site(std::string_view site_id) const {
  const auto found = sites_.find(site_id);
  return found == sites_.end() ? nullptr : found->second;
}

void HostTable::set(const TenantPtr& tenant) {
  const auto accounts = std::make_shared<const Host>(Host{tenant->domain, HostKind::accounts, tenant});
  hosts_.insert_or_assign(tenant->domain, accounts);
  hosts_.insert_or_assign(tenant->rooms_domain,
                          std::make_shared<const Host>(Host{tenant->rooms_domain, HostKind::rooms, tenant}));
  sites_.insert_or_assign(tenant->site_id, accounts);
}

// Its domains may be another's by now: a removal is told again when it is called again.
void HostTable::remove(const Tenant& tenant) {
  for (const std::string& domain : {tenant.domain, tenant.rooms_domain}) {
    const auto found = hosts_.find(domain);
    if (found != hosts_.end() && found->second->tenant->id == tenant.id) hosts_.erase(found);
  }
  sites_.erase(tenant.site_id);
}

}  // namespace teahouse
