#include "account/network.h"

#include <arpa/inet.h>

#include <cstring>

namespace teahouse {

namespace {

// Of an IPv6 address so many bytes.
std::string cut_address(std::string_view address, size_t size) {
  const std::string text(address);
  unsigned char bytes[16];
  if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return text;
  static constexpr unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  char dotted[INET_ADDRSTRLEN];
  if (std::memcmp(bytes, mapped, sizeof mapped) == 0 && inet_ntop(AF_INET, bytes + 12, dotted, sizeof dotted))
    return dotted;
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace

std::string network_of(std::string_view address) { return cut_address(address, 8); }
std::string site_of(std::string_view address) { return cut_address(address, 6); }

}  // namespace teahouse
