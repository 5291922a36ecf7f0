// A certificate that a server shows (DER): looking for names never crashes, and none names an empty domain.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/peer_certificate.h"

namespace server_names_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  teahouse::net::names_server(der, {"a.example", "a.example"});
  if (teahouse::net::names_server(der, {"", ""})) abort();
  if (!teahouse::net::judge_server(teahouse::net::TlsTrust::nobody(), {std::string(der)}, {"a.example", "a.example"})) {
    return 0;
  }
  abort();
}

}  // namespace server_names_fuzz
