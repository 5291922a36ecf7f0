#include "account/network.h"

#include <arpa/inet.h>

#include <cstring>

namespace teahouse {

std::string network_of(std::string_view address) {
  const std::string text(address);
  unsigned char bytes[16];
  if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return text;
  static constexpr unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  char dotted[INET_ADDRSTRLEN];
  if (std::memcmp(bytes, mapped, sizeof mapped) == 0 && inet_ntop(AF_INET, bytes + 12, dotted, sizeof dotted))
    return dotted;
  return std::string(reinterpret_cast<const char*>(bytes), 8);
}

}  // namespace teahouse
