// ClientCertificate: what the certificate of a user's client says, which that made itself or had from anybody: nobody's
// word for it is asked, it is known again byte for byte.
//
// Thread: any.
// Limits: 8 KiB; 20 addresses in it; a key of at least 112 bits of security (RSA of 2048).
// Errors: bad_request, with what is wrong.
// Spec: RFC 5280, RFC 6120 section 13.7.1.4 (xmppAddr).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::crypto {

inline constexpr size_t client_certificate_bytes_max = 8 * 1024;

struct ClientCertificate {
  std::string sha256;  // of its DER, in hex
  int64_t not_before_ms = 0, not_after_ms = 0;
  std::vector<std::string> xmpp_addresses;  // UTF-8, as it writes them: they may be no addresses
};
// One whole certificate in DER, and nothing behind it.
Result<ClientCertificate> parse_client_certificate(std::string_view der);

}  // namespace teahouse::crypto
