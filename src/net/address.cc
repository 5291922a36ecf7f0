#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace teahouse::net {

namespace {

Error bad_address(std::string_view text) {
  return {ErrorKind::bad_request,
          "\"" + std::string(text) + "\" is no address to listen on; write 127.0.0.1:5222, [::1]:5222 or *:5222"};
}

}  // namespace

Result<SocketAddress> parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('\0') != std::string_view::npos) return bad_address(text);
  const auto port = parse_decimal<uint16_t>(text.substr(colon + 1));
  if (!port) return bad_address(text);
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  const std::string host(text.substr(0, colon));
  if (host == "*" || (host.size() > 2 && host.front() == '[' && host.back() == ']')) {
    address.both_families = host == "*";
    address.size = sizeof *v6;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(*port);
    const std::string inner = address.both_families ? "::" : host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, inner.c_str(), &v6->sin6_addr) != 1) return bad_address(text);
    return address;
  }
  address.size = sizeof *v4;
  v4->sin_family = AF_INET;
  v4->sin_port = htons(*port);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) != 1) return bad_address(text);
  return address;
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort parsed;
  const bool is_bare_v6 = !text.starts_with('[') && std::count(text.begin(), text.end(), ':') > 1;
  const size_t end = is_bare_v6 ? text.size() : std::min(text.find(text.starts_with('[') ? ']' : ':'), text.size());
  parsed.host = text.substr(0, end);
  text.remove_prefix(end);
  if (parsed.host.starts_with('[')) {
    if (text.empty()) return std::nullopt;
    parsed.host.erase(0, 1);
    text.remove_prefix(1);
  }
  if (text.empty()) return parsed;
  const auto port = text.front() == ':' ? parse_decimal<uint16_t>(text.substr(1)) : std::nullopt;
  if (!port || *port == 0) return std::nullopt;
  parsed.port = *port;
  return parsed;
}

std::optional<SocketAddress> make_address(std::string_view ip, uint16_t port) {
  if (ip.find('\0') != std::string_view::npos || ip.find('*') != std::string_view::npos) return std::nullopt;
  const bool is_v6 = ip.find(':') != std::string_view::npos;
  auto parsed = parse_address((is_v6 ? "[" + std::string(ip) + "]:" : std::string(ip) + ":") + std::to_string(port));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string format_ip(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
      inet_ntop(AF_INET, ip.s6_addr + 12, text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &ip, text.data(), text.size());
    }
  }
  return text.data();
}

uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

}  // namespace teahouse::net
