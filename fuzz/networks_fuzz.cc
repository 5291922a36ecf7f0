// Networks as an operator writes them, one a line, and addresses as headers tell them: what is read as an address is in
// the network of it alone, and is normal already once it is normal.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/networks.h"

namespace networks_fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using teahouse::net::Networks;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto normal = teahouse::net::normal_ip(text)) {
    if (teahouse::net::normal_ip(*normal) != *normal) abort();
    const auto alone = Networks::parse({std::string(text)});
    if (!alone || !alone->contains(text) || !alone->contains(*normal)) abort();
  } else if (!Networks().empty() || Networks().contains(text)) {
    abort();
  }
  std::vector<std::string> lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  const auto networks = Networks::parse(lines);
  if (!networks) return 0;
  for (const std::string& line : lines) {
    if (teahouse::net::normal_ip(line) && !networks->contains(line)) abort();
  }
  return 0;
}

}  // namespace networks_fuzz
