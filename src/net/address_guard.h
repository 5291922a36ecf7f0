// AddressGuard: which addresses may be connected to where a stranger chose the name (SSRF). It judges the address that
// is connected to, never the name: a name may lead elsewhere at each look-up.
//
// Thread: immutable once made.
// Spec: IANA's registries of special-purpose addresses (RFC 6890, RFC 8190); RFC 4291, RFC 6052, RFC 3056, RFC 4380,
// RFC 5214 for IPv6 addresses that stand for an IPv4 address.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace teahouse::net {

// The IPv4 address that an IPv6 address leads to: mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96), compatible
// (::/96), NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32) and ISATAP; the address itself for all others.
SocketAddress reduce_address(const SocketAddress& address);

// "" for an address of the public internet, else what it is kept for: "loopback", "private", "multicast", ... Reduces
// it first.
std::string_view special_use(const SocketAddress& address);

class AddressGuard {
 public:
  // Lets everything through: for what the operator wrote down.
  AddressGuard() = default;
  // Lets the public internet through, but for `own`: this machine's addresses by which its own listeners can be
  // reached. One with port 0 stands for all ports.
  static AddressGuard public_only(std::vector<SocketAddress> own = {});

  // Errors: forbidden; the text names the address and why.
  Result<void> check(const SocketAddress& address) const;

 private:
  bool public_only_ = false;
  std::vector<SocketAddress> own_;  // reduced
};

}  // namespace teahouse::net
