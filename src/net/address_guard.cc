#include "net/address_guard.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "net/networks.h"

namespace teahouse::net {
namespace {

struct Use {
  Networks networks;
  const char* name;
};

Use use(const char* name, const std::vector<std::string>& networks) { return {*Networks::parse(networks), name}; }

const std::vector<Use>& special_uses() {
  static const std::vector<Use> uses = {
      use("unspecified", {"0.0.0.0/8", "::"}),
      use("loopback", {"127.0.0.0/8", "::1"}),
      use("private", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"}),
      use("link-local", {"169.254.0.0/16", "fe80::/10"}),
      use("shared by a carrier's customers", {"100.64.0.0/10"}),
      use("for protocols", {"192.0.0.0/24", "2001::/23", "5f00::/16"}),
      use("for documentation", {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"}),
      use("a relay of 6to4", {"192.88.99.0/24"}),
      use("for benchmarks", {"198.18.0.0/15"}),
      use("multicast", {"224.0.0.0/4", "ff00::/8"}),
      use("broadcast or reserved", {"240.0.0.0/4"}),
      use("translated locally", {"64:ff9b:1::/48"}),
  };
  return uses;
}

const Networks& global_unicast() {
  static const Networks networks = *Networks::parse({"0.0.0.0/0", "2000::/3"});
  return networks;
}

bool has_prefix(const uint8_t* bytes, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes);
}

// The four bytes of the IPv4 address that these sixteen lead to.
std::optional<std::array<uint8_t, 4>> find_inner(const uint8_t* bytes) {
  const auto at = [bytes](size_t offset, uint8_t flip = 0) {
    std::array<uint8_t, 4> inner{};
    for (size_t i = 0; i < inner.size(); ++i) inner[i] = bytes[offset + i] ^ flip;
    return inner;
  };
  if (has_prefix(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return at(12);     // mapped
  if (has_prefix(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0})) return at(12);     // translated
  if (has_prefix(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return at(12);  // NAT64
  if (has_prefix(bytes, {0x20, 0x02})) return at(2);                                    // 6to4
  if (has_prefix(bytes, {0x20, 0x01, 0, 0})) return at(12, 0xff);                       // Teredo
  if (has_prefix(bytes + 8, {0, 0, 0x5e, 0xfe}) || has_prefix(bytes + 8, {2, 0, 0x5e, 0xfe})) return at(12);  // ISATAP
  const bool is_low = has_prefix(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  if (is_low && !has_prefix(bytes + 12, {0, 0, 0})) return at(12);  // compatible; "::" and "::1" are themselves
  return std::nullopt;
}

bool same_ip(const SocketAddress& one, const SocketAddress& other) {
  return format_ip(one.storage) == format_ip(other.storage);
}

}  // namespace

SocketAddress reduce_address(const SocketAddress& address) {
  if (address.family() != AF_INET6) return address;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
  const auto inner = find_inner(v6.sin6_addr.s6_addr);
  if (!inner) return address;
  SocketAddress reduced;
  auto& v4 = reinterpret_cast<sockaddr_in&>(reduced.storage);
  reduced.size = sizeof v4;
  v4.sin_family = AF_INET;
  v4.sin_port = v6.sin6_port;
  std::memcpy(&v4.sin_addr, inner->data(), inner->size());
  return reduced;
}

std::string_view special_use(const SocketAddress& address) {
  const std::string ip = format_ip(reduce_address(address).storage);
  for (const Use& each : special_uses()) {
    if (each.networks.contains(ip)) return each.name;
  }
  return global_unicast().contains(ip) ? "" : "of no public network";
}

AddressGuard AddressGuard::public_only(std::vector<SocketAddress> own) {
  AddressGuard guard;
  guard.public_only_ = true;
  for (SocketAddress& address : own) guard.own_.push_back(reduce_address(address));
  return guard;
}

Result<void> AddressGuard::check(const SocketAddress& address) const {
  if (!public_only_) return {};
  const auto refuse = [&address](std::string_view why) {
    return Error{ErrorKind::forbidden, format_ip(address.storage) + " is not connected to: it is " + std::string(why)};
  };
  if (const std::string_view kept_for = special_use(address); !kept_for.empty()) return refuse(kept_for);
  const SocketAddress reduced = reduce_address(address);
  const bool is_own = std::ranges::any_of(own_, [&](const SocketAddress& each) {
    const uint16_t port = port_of(each.storage);
    return same_ip(each, reduced) && (port == 0 || port == port_of(reduced.storage));
  });
  if (is_own) return refuse("this server's own");
  return {};
}

}  // namespace teahouse::net
