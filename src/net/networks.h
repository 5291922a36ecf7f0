// Networks: a set of IP addresses, as an operator writes it: single ones and networks.
//
// Thread: immutable once parsed.
// Spec: RFC 4632 (IPv4 prefixes), RFC 4291 section 2.3 (IPv6 prefixes).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::net {

class Networks {
 public:
  Networks() = default;
  // The set of "127.0.0.1", "10.0.0.0/8", "2001:db8::/32". Errors: bad_request; the text names the one that is none.
  static Result<Networks> parse(const std::vector<std::string>& texts);

  bool empty() const { return networks_.empty(); }
  // False also for a text that is no address.
  bool contains(std::string_view address) const;

 private:
  using Bytes = std::array<uint8_t, 16>;  // IPv4 as IPv6 maps it
  struct Network {
    Bytes address;
    unsigned prefix_bits;
  };
  std::vector<Network> networks_;
};

// The address as format_ip() writes it. Nothing for a text that is none.
std::optional<std::string> normal_ip(std::string_view text);

}  // namespace teahouse::net
