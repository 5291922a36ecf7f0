// A TLSA record and, behind its first 256 bytes, a certificate (DER): judging them never crashes, and neither makes an
// answer of no records good.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "crypto/service_names.h"
#include "net/dane.h"

namespace dane_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t split = std::min<size_t>(size, 256);
  const std::string der(bytes.substr(split));
  const auto records = net::read_tlsa({.records = {std::string(bytes.substr(0, split))}, .validated = true});
  for (const bool is_pkix_good : {false, true}) {
    (void)net::judge_by_tlsa(records, {der, der}, {"a.example", "a.example"}, "host.example", is_pkix_good);
    if (net::judge_by_tlsa({}, {der}, {"a.example", "a.example"}, "host.example", is_pkix_good)) std::abort();
  }
  (void)net::make_tlsa_value(der);
  const auto names = crypto::read_service_names(bytes);
  if (names.srv.size() > crypto::service_names_max || names.xmpp.size() > crypto::service_names_max) std::abort();
  return 0;
}

}  // namespace dane_fuzz
