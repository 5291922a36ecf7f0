#include "server/s2s/house.h"

#include "net/dns_records.h"
#include "tenant/names.h"

namespace teahouse::s2s {

net::ServerNames names_of(const std::string& domain) {
  const auto ascii = ascii_domain(domain);
  const auto name = ascii && !net::make_address(*ascii, 0) ? net::normal_dns_name(*ascii) : std::nullopt;
  return {domain, name ? *name : std::string()};
}

}  // namespace teahouse::s2s
