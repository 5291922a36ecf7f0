// Addresses: the domains that a tenant gets in the place of those that it had, and its addresses in what is stored.
//
// An address is seen where it stands whole: as a key, a value of an attribute or of JSON, or all the text of an
// element. The words of people in their messages stay.
//
// Thread: any; immutable.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenant/host_kind.h"

namespace teahouse::transfer {

class Addresses {
 public:
  Addresses() = default;
  // Of hosts under the old domain, `to` in the place of that; the others keep their names.
  Addresses(const std::vector<HostName>& hosts, const std::string& from, const std::string& to);

  std::string rename(std::string text) const;
  std::string rename_host(std::string domain) const;

 private:
  std::vector<std::pair<std::string, std::string>> domains_;  // old, new; empty where all stay
};

}  // namespace teahouse::transfer
