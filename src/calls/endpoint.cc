#include "calls/endpoint.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace teahouse::calls {

Endpoint Endpoint::of(const sockaddr_storage& address) {
  Endpoint endpoint;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    std::memcpy(endpoint.ip.data(), &v4.sin_addr, 4);
    endpoint.port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    endpoint.port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      std::memcpy(endpoint.ip.data(), v6.sin6_addr.s6_addr + 12, 4);
    } else {
      endpoint.family = Family::v6;
      std::memcpy(endpoint.ip.data(), v6.sin6_addr.s6_addr, 16);
    }
  }
  return endpoint;
}

net::SocketAddress Endpoint::socket_address() const {
  if (family == Family::v6) return mapped_address();
  net::SocketAddress address;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  address.size = sizeof v4;
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  std::memcpy(&v4.sin_addr, ip.data(), 4);
  return address;
}

net::SocketAddress Endpoint::mapped_address() const {
  net::SocketAddress address;
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  address.size = sizeof v6;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (family == Family::v6) {
    std::memcpy(v6.sin6_addr.s6_addr, ip.data(), 16);
  } else {
    v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xFF;
    std::memcpy(v6.sin6_addr.s6_addr + 12, ip.data(), 4);
  }
  return address;
}

}  // namespace teahouse::calls
