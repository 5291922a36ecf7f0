// The sender of a request by a proxy's headers. Lines are values, of X-Forwarded-For and X-Forwarded-Proto in turn.
// A peer that is not trusted is the sender itself, by any headers; from a trusted one the sender's address is in its
// normal form.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/forwarded.h"

namespace forwarded_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace teahouse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  http::Headers headers;
  bool proto = false;
  for (size_t at = 0; at <= text.size(); proto = !proto) {
    const size_t end = std::min(text.find('\n', at), text.size());
    headers.add(proto ? "X-Forwarded-Proto" : "X-Forwarded-For", std::string(text.substr(at, end - at)));
    at = end + 1;
  }
  static const auto trusted = *net::Networks::parse({"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"});
  const http::Sender stranger = http::find_sender(trusted, "192.0.2.7", false, headers);
  if (stranger.address != "192.0.2.7" || stranger.secure) abort();
  for (const char* proxy : {"127.0.0.1", "10.1.2.3", "2001:db8::1"}) {
    const http::Sender sender = http::find_sender(trusted, proxy, false, headers);
    if (net::normal_ip(sender.address) != sender.address) abort();
  }
  return 0;
}

}  // namespace forwarded_fuzz
