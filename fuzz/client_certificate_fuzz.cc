// Certificates of clients, in DER: reading them never crashes; what is taken is within its limits, and the same each
// time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/client_certificate.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace client_certificate_fuzz {

using namespace teahouse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  const auto read = crypto::parse_client_certificate(der);
  if (!read) return 0;
  if (size > crypto::client_certificate_bytes_max || read->xmpp_addresses.size() > 20) abort();
  if (read->sha256 != crypto::to_hex(crypto::sha256(der))) abort();
  const auto again = crypto::parse_client_certificate(der);
  if (!again || again->not_after_ms != read->not_after_ms || again->xmpp_addresses != read->xmpp_addresses) abort();
  if (crypto::parse_client_certificate(std::string(der) + "x")) abort();
  return 0;
}

}  // namespace client_certificate_fuzz
