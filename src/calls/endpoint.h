// Endpoint: an IP address with a port, small enough to be kept thousands of times: a client, a peer, an address of
// ours.
//
// A value. An IPv4 address that came through an IPv6 socket (::ffff:192.0.2.1) is the IPv4 address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/address.h"

namespace teahouse::calls {

enum class Family : uint8_t { v4 = 1, v6 = 2 };  // as STUN writes them (RFC 8489 section 14.1)

struct Endpoint {
  std::array<uint8_t, 16> ip{};  // an IPv4 address in the first four
  uint16_t port = 0;             // in the host's order
  Family family = Family::v4;

  static Endpoint of(const sockaddr_storage& address);
  net::SocketAddress socket_address() const;
  // As an IPv6 socket that serves both families has it.
  net::SocketAddress mapped_address() const;

  size_t ip_bytes() const { return family == Family::v4 ? 4 : 16; }
  std::string_view ip_view() const { return {reinterpret_cast<const char*>(ip.data()), ip_bytes()}; }
  bool has_ip_of(const Endpoint& other) const { return family == other.family && ip == other.ip; }
  std::string format_ip() const { return net::format_ip(socket_address().storage); }
  bool operator==(const Endpoint&) const = default;
};

struct EndpointHash {
  static constexpr size_t hashed_bytes = 18;  // the family says nothing that those do not
  size_t operator()(const Endpoint& endpoint) const {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&endpoint), hashed_bytes});
  }
};

}  // namespace teahouse::calls
