#include "server/c2s/identity.h"

namespace teahouse::c2s {

std::string account_named(const Host& host, const std::string& authcid) {
  const auto jid = BareJid::make(authcid, host.domain);
  if (!jid) return authcid;
  std::string localpart(jid->localpart());
  return host.tenant->aliases->owner(localpart).value_or(localpart);
}

uint64_t count_removals(const Shared& shared, const Host& host, const std::string& authcid) {
  const auto account = BareJid::make(authcid, host.domain);
  if (!account) return 0;
  return shared.accounts.removals().number(host.tenant->id, std::string(account->localpart()));
}

}  // namespace teahouse::c2s
