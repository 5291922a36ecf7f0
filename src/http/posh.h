// Posh: what a domain says over HTTPS of the certificates that its servers show, though they name others (POSH), read.
// Pure.
//
// Limits: JSON of 16 KiB and depth 8; 20 fingerprints; a URL of 2,048 bytes. A document is believed for
// posh_seconds_max at most. Errors: bad_request, with what is broken.
// Spec: RFC 7711 sections 3 and 4; RFC 7712 section 5.3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::http {

inline constexpr size_t posh_bytes_max = 16 * 1024, posh_fingerprints_max = 20;
inline constexpr int64_t posh_seconds_max = 86'400;
inline constexpr std::string_view posh_client = "xmpp-client", posh_server = "xmpp-server";

struct Posh {
  struct Fingerprint {
    std::string sha256, sha512;  // of a certificate's DER, raw; empty: not said
  };
  std::vector<Fingerprint> fingerprints;
  std::string url;        // where the fingerprints are instead, https; empty: here
  int64_t expires_s = 0;  // clamped
};

// "https://shop.example/.well-known/posh/xmpp-server.json"
std::string posh_url(const std::string& ascii_domain, std::string_view service);
// Either fingerprints or a URL. One that stands at such a URL may not lead further: its caller takes no second URL.
Result<Posh> read_posh(std::string_view body);
// Whether one of the fingerprints is this certificate's (DER). Each hash that it states has to agree.
bool has_fingerprint(const Posh& posh, std::string_view der);

}  // namespace teahouse::http
