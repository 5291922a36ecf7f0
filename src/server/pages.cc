#include "server/pages.h"

#include "server/home.h"
#include "tenant/names.h"

namespace teahouse {

std::string find_page_address(const Shared& shared, const std::string& domain, std::string_view also_below) {
  constexpr std::string_view place = "{host}";
  std::string address = shared.page_address;
  const auto ascii = ascii_domain(domain);
  const std::string& name = ascii ? *ascii : domain;
  if (const size_t at = address.find(place); at != address.npos) return address.replace(at, place.size(), name);
  return address.append(also_below).append("/").append(name);
}

std::string make_invite_url(const Shared& shared, const std::string& domain, std::string_view token) {
  return find_page_address(shared, domain, invite_page_below).append("/invite/").append(token);
}

std::string make_call_url(const Shared& shared, const std::string& domain, std::string_view link) {
  return find_page_address(shared, domain, invite_page_below).append(call_page_path).append("#").append(link);
}

}  // namespace teahouse
