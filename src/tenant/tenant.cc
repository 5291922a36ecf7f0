#include "tenant/tenant.h"

#include <algorithm>

namespace teahouse {

std::string_view Tenant::domain_of(HostKind kind) const {
  const auto found =
      std::find_if(hosts.begin(), hosts.end(), [kind](const HostName& host) { return host.kind == kind; });
  return found == hosts.end() ? std::string_view() : found->domain;
}

bool Tenant::has_admin(std::string_view bare_jid) const {
  return std::find(admins.begin(), admins.end(), bare_jid) != admins.end();
}

}  // namespace teahouse
