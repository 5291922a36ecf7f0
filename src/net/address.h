// Socket addresses from text and back.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace teahouse::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool both_families = false;  // "*": any address of IPv6 and IPv4

  int family() const { return storage.ss_family; }
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// "127.0.0.1:5222", "[::1]:5222" or "*:5222". Errors: bad_request; the text names the address.
Result<SocketAddress> parse_address(std::string_view text);
// A name or an address that something is reached at; port 0: none is said.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
// "files.example.com", "192.0.2.1:5000", "2001:db8::1", "[2001:db8::1]:5000" or ":5000"; nothing for a port that is
// none. The host is not looked at.
std::optional<HostPort> parse_host_port(std::string_view text);
// Of an IP address alone, "192.0.2.1" or "2001:db8::1". Nothing for what is none.
std::optional<SocketAddress> make_address(std::string_view ip, uint16_t port);
// "192.0.2.1" or "2001:db8::1", without port; an IPv4 address that came through an IPv6 socket as IPv4.
std::string format_ip(const sockaddr_storage& address);
uint16_t port_of(const sockaddr_storage& address);

}  // namespace teahouse::net
