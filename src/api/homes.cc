#include "api/homes.h"

namespace teahouse::api {

BareJid account_jid(const Tenant& tenant, std::string_view localpart) {
  return BareJid::make(localpart, tenant.domain()).value();
}

}  // namespace teahouse::api
