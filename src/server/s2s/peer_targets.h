// PeerTarget: a place where the server of a domain may be, by the SRV records of both kinds (XEP-0368). Pure.
//
// Limits: targets_max. Errors: remote_server_not_found where the domain says that it has no server.
// Spec: RFC 6120 section 3.2, RFC 2782, XEP-0368.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/dns.h"

namespace teahouse::s2s {

struct PeerTarget {
  std::string host;
  uint16_t port = 0;
  bool is_direct_tls = false;
  bool operator==(const PeerTarget&) const = default;
};

inline constexpr size_t targets_max = 8;
inline constexpr uint16_t server_port = 5269;

// In the order in which they are to be tried: by priority; within one those of direct TLS first, each kind by its
// weights. Without records the domain itself, at server_port. A port below 1024 but 443, which no server of ours has
// and some harmful protocol may, is left out unless `any_port`. `below(n)` is chance, of 0 to n - 1.
Result<std::vector<PeerTarget>> choose_targets(const std::string& domain, const net::DnsAnswer& direct_tls,
                                               const net::DnsAnswer& starttls, bool any_port,
                                               const std::function<uint32_t(uint32_t n)>& below);

}  // namespace teahouse::s2s
