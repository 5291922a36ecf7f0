// The records of a DnsAnswer, read. Pure. A record that breaks its format is left out, as if it had not come.
//
// Limits: of a name 253 bytes, of letters, digits, '-' and '_' only; of a TXT record 4 KiB.
// Spec: RFC 1035 (A, CNAME, TXT), RFC 3596 (AAAA), RFC 2782 (SRV), RFC 6698 (TLSA).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"
#include "net/dns.h"

namespace teahouse::net {

struct SrvRecord {
  uint16_t priority = 0;
  uint16_t weight = 0;
  uint16_t port = 0;
  std::string target;  // lower-cased, without a dot at its end; "": the service is decidedly not there
  bool operator==(const SrvRecord&) const = default;
};

struct TlsaRecord {
  uint8_t usage = 0;
  uint8_t selector = 0;
  uint8_t matching_type = 0;
  std::string data;  // the certificate or key, or its hash
  bool operator==(const TlsaRecord&) const = default;
};

// Of an A answer IPv4, of an AAAA answer IPv6; with this port.
std::vector<SocketAddress> read_addresses(const DnsAnswer& answer, uint16_t port);
std::vector<SrvRecord> read_srv(const DnsAnswer& answer);
std::vector<TlsaRecord> read_tlsa(const DnsAnswer& answer);
std::vector<std::string> read_txt(const DnsAnswer& answer);  // each record's strings as one
std::optional<std::string> read_cname(const DnsAnswer& answer);

// The order in which they are to be tried: by priority, within one by chance, weighed. `below(n)` is chance: one of 0
// to n - 1.
std::vector<SrvRecord> order_srv(std::vector<SrvRecord> records, const std::function<uint32_t(uint32_t n)>& below);

// The name as a query takes it: lower-cased, without a dot at its end. Nothing for what is no DNS name in ASCII.
std::optional<std::string> normal_dns_name(std::string_view name);

}  // namespace teahouse::net
