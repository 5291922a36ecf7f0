#include "net/networks.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "net/address.h"

namespace teahouse::net {
namespace {

constexpr unsigned mapped_bits = 96;  // before an IPv4 address that is mapped into IPv6

// The text for inet_pton(), which ends at its first zero byte, whatever stands behind it: empty for a text with one.
std::string zero_terminated(std::string_view text) {
  return text.find('\0') == std::string_view::npos ? std::string(text.substr(0, INET6_ADDRSTRLEN)) : std::string();
}

bool parse_ip(std::string_view text, std::array<uint8_t, 16>& bytes, bool& is_v4) {
  const std::string copy = zero_terminated(text);
  is_v4 = inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1;
  if (!is_v4) return inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
  std::fill_n(bytes.begin(), 10, uint8_t{0});
  bytes[10] = bytes[11] = 0xff;
  return true;
}

bool same_bits(const std::array<uint8_t, 16>& one, const std::array<uint8_t, 16>& other, unsigned bits) {
  const unsigned whole = bits / 8, rest = bits % 8;
  if (std::memcmp(one.data(), other.data(), whole) != 0) return false;
  return rest == 0 || (one[whole] ^ other[whole]) >> (8 - rest) == 0;
}

}  // namespace

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks networks;
  for (const std::string& text : texts) {
    const size_t slash = text.find('/');
    Network network{};
    bool is_v4 = false;
    bool good = parse_ip(std::string_view(text).substr(0, slash), network.address, is_v4);
    unsigned bits = is_v4 ? 32 : 128;
    if (good && slash != std::string::npos) {
      const auto wanted = parse_decimal<unsigned>(std::string_view(text).substr(slash + 1));
      good = wanted && *wanted <= bits;
      bits = wanted.value_or(0);
    }
    if (!good) {
      return Error{ErrorKind::bad_request,
                   "'" + text + "' is no address or network; write 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32"};
    }
    network.prefix_bits = bits + (is_v4 ? mapped_bits : 0);
    networks.networks_.push_back(network);
  }
  return networks;
}

bool Networks::contains(std::string_view address) const {
  Bytes bytes{};
  bool is_v4 = false;
  if (networks_.empty() || !parse_ip(address, bytes, is_v4)) return false;
  return std::ranges::any_of(
      networks_, [&](const Network& network) { return same_bits(network.address, bytes, network.prefix_bits); });
}

std::optional<std::string> normal_ip(std::string_view text) {
  sockaddr_storage address{};
  const std::string copy = zero_terminated(text);
  if (inet_pton(AF_INET, copy.c_str(), &reinterpret_cast<sockaddr_in&>(address).sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, copy.c_str(), &reinterpret_cast<sockaddr_in6&>(address).sin6_addr) == 1) {
    address.ss_family = AF_INET6;
  } else {
    return std::nullopt;
  }
  return format_ip(address);
}

}  // namespace teahouse::net
