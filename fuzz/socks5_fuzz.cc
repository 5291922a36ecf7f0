// The handshake of a connection to the proxy (XEP-0065): the same bytes in pieces mean the same, it answers little, and
// only a CONNECT to 40 hexadecimal digits with port 0 is ever granted, with what was asked for.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "modules/bytestreams/handshake.h"

namespace socks5_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using teahouse::bytestreams::Handshake;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Handshake whole, pieces;
  const std::string answer = whole.take(text);
  std::string answers;
  for (const char each : text) answers += pieces.take({&each, 1});
  if (answers != answer || whole.state() != pieces.state() || answer.size() > 12) abort();
  if (whole.state() != Handshake::State::asked) return 0;
  const std::string granted = whole.grant();
  if (whole.hash().size() != 40 || whole.hash().find_first_not_of("0123456789abcdef") != std::string::npos) abort();
  if (granted.size() != 47 || text.find(granted.substr(3)) == std::string::npos) abort();
  return 0;
}

}  // namespace socks5_fuzz
