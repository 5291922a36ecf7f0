// ServiceNames: the names of XMPP's own that a certificate states beside its DNS names: SRVName (RFC 4985) and xmppAddr
// (RFC 6120 section 13.7.1.4).
//
// Thread: any. Limits: service_names_max of a kind; names of 253 bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace teahouse::crypto {

inline constexpr size_t service_names_max = 100;

struct ServiceNames {
  std::vector<std::string> srv;   // "_xmpp-server.shop.example", in lower case
  std::vector<std::string> xmpp;  // "shop.example", as it stands there
};

// Of a certificate in DER; empty for bytes that are none.
ServiceNames read_service_names(std::string_view der);

}  // namespace teahouse::crypto
