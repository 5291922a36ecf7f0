#include "modules/blocking/blocklist.h"

namespace teahouse {

bool Blocklist::matches(const Jid& address) const {
  if (items_.empty()) return false;
  return items_.contains(address.str()) || items_.contains(address.bare_view()) ||
         items_.contains(address.domainpart());
}

}  // namespace teahouse
