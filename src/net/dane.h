// judge_by_tlsa: is this chain the one that a server's TLSA records name (DANE)? So a certificate is believed that no
// authority has to vouch for, by the word of the zone's keys.
//
// Usage 3 names the certificate or key itself: then neither its names nor its days count. Usage 2 names an authority of
// the domain's own, which may stand in the chain: the certificate names the domain, or the host that the domain's
// validated SRV record leads to. Usages 1 and 0 are the same for a chain that PKIX has found good already.
//
// Thread: any. Limits: records_max; the others are not looked at.
// Errors: not_authorized, with what is wrong. Spec: RFC 6698, RFC 7671, RFC 7673.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/dns_records.h"
#include "net/peer_certificate.h"

namespace teahouse::net {

inline constexpr size_t tlsa_records_max = 20;

// "_5269._tcp.xmpp.example"
std::string tlsa_name(const std::string& host, uint16_t port);

// REQUIRES: the records are of a validated answer, and the host too (dns.h).
Result<void> judge_by_tlsa(const std::vector<TlsaRecord>& records, const std::vector<std::string>& chain,
                           const ServerNames& names, const std::string& host, bool is_pkix_good);

// "3 1 1 8d02..." for this certificate (DER): its key, by SHA-256. Empty for bytes that are no certificate.
std::string make_tlsa_value(std::string_view der);

}  // namespace teahouse::net
