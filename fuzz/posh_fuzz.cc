// Any POSH document is read without harm, within its limits, and one that leads on names no certificate.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/posh.h"

namespace posh_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto posh = teahouse::http::read_posh(body);
  if (!posh) return 0;
  if (posh->fingerprints.size() > teahouse::http::posh_fingerprints_max) std::abort();
  if (posh->expires_s < 0 || posh->expires_s > teahouse::http::posh_seconds_max) std::abort();
  if (posh->fingerprints.empty() == posh->url.empty()) std::abort();
  if (has_fingerprint(*posh, body)) std::abort();  // it holds no hash of itself
  return 0;
}

}  // namespace posh_fuzz
